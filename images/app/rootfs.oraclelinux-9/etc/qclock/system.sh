# What Oracle Linux calls programs, folders and files: qclock-app reads it, and php.ini what is exported.
readonly apache_program=httpd
readonly php_program=php-fpm
export PHP_EXTENSIONS=/usr/lib64/php/modules
export CA_FILE=/etc/pki/tls/certs/ca-bundle.crt
