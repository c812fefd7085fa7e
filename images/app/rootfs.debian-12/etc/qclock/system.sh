# What Debian calls programs, folders and files: qclock-app reads it, and php.ini what is exported.
readonly apache_program=apache2
readonly php_program=php-fpm8.2
export PHP_EXTENSIONS=/usr/lib/php/20220829
export CA_FILE=/etc/ssl/certs/ca-certificates.crt
