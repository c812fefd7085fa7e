import { DROPPING_ROOT, type EverydayImages, shell } from "../everyday-image.ts";

const python = "def app(environ, start):\n    start('200 OK', [])\n    return [b'answer 42']\n";

/** Web servers, proxies and the servers of programs. */
export const web: EverydayImages = {
  nginx: {
    kind: "web",
    packages: ["nginx"],
    start: ["/usr/sbin/nginx", "-g", "daemon off;"],
    writable: ["/run", "/var/lib/nginx", "/var/log/nginx"],
    use: { page: { port: 80, path: "/", body: "Welcome to nginx!" } },
  },
  "nginx-debian-13": {
    kind: "web",
    os: "debian-13",
    packages: ["nginx"],
    start: ["/usr/sbin/nginx", "-g", "daemon off;"],
    writable: ["/run", "/var/lib/nginx", "/var/log/nginx"],
    use: { page: { port: 80, path: "/", body: "Welcome to nginx!" } },
  },
  apache2: {
    kind: "web",
    packages: ["apache2"],
    essential: true,
    start: ["/usr/sbin/apache2ctl", "-D", "FOREGROUND"],
    user: "www-data",
    writable: ["/run/apache2", "/run/lock", "/var/log/apache2"],
    use: { page: { port: 80, path: "/", body: "Apache2 Debian Default Page" } },
  },
  "apache2-php": {
    kind: "web",
    packages: ["libapache2-mod-php", "apache2", "php-mbstring"],
    essential: true,
    start: ["/usr/sbin/apache2ctl", "-D", "FOREGROUND"],
    user: "www-data",
    config: { "/var/www/html/answer.php": "<?php echo 'answer ', mb_strlen('äöü') * 14;\n" },
    writable: ["/run/apache2", "/run/lock", "/tmp", "/var/log/apache2"],
    use: { page: { port: 80, path: "/answer.php", body: "answer 42" } },
  },
  lighttpd: {
    kind: "web",
    packages: ["lighttpd"],
    essential: true,
    start: ["/usr/sbin/lighttpd", "-D", "-f", "/etc/lighttpd/lighttpd.conf"],
    writable: ["/run", "/var/log/lighttpd", "/var/cache/lighttpd"],
    use: { page: { port: 80, path: "/", body: "Placeholder page" } },
  },
  haproxy: {
    kind: "web",
    packages: ["haproxy"],
    start: [
      "/usr/sbin/haproxy",
      "-W",
      "-db",
      "-f",
      "/etc/haproxy/haproxy.cfg",
      "-f",
      "/etc/haproxy/site.cfg",
    ],
    user: "0:0",
    capabilities: [...DROPPING_ROOT, "SYS_CHROOT"],
    config: {
      "/etc/haproxy/site.cfg":
        'frontend site\n  bind :80\n  http-request return status 200 content-type text/plain string "answer 42"\n',
    },
    writable: ["/run/haproxy"],
    use: { page: { port: 80, path: "/", body: "answer 42" } },
  },
  varnish: {
    kind: "web",
    packages: ["varnish"],
    essential: true,
    start: [
      "/usr/sbin/varnishd",
      ..."-F -a :6081 -f /etc/varnish/default.vcl -s malloc,32m -j none -n /var/lib/varnish/own".split(
        " ",
      ),
    ],
    writable: ["/tmp", "/var/lib/varnish:size=256m"],
    executable: ["/var/lib/varnish"],
    use: { page: { port: 6081, path: "/", status: 503, body: "Backend fetch failed" } },
  },
  squid: {
    kind: "web",
    packages: ["squid"],
    start: ["/usr/sbin/squid", "-N", "-f", "/etc/squid/squid.conf"],
    user: "proxy",
    writable: ["/run", "/var/log/squid", "/var/spool/squid"],
    use: { page: { port: 3128, path: "/", status: 400, body: "ERR_INVALID_URL" } },
  },
  caddy: {
    kind: "web",
    packages: ["caddy"],
    start: ["/usr/bin/caddy", "run", "--config", "/etc/caddy/Caddyfile"],
    environment: { XDG_CONFIG_HOME: "/run", XDG_DATA_HOME: "/run" },
    writable: ["/run"],
    use: { page: { port: 80, path: "/", body: "Caddy" } },
  },
  webfs: {
    kind: "web",
    packages: ["webfs", "media-types"],
    start: ["/usr/bin/webfsd", "-F", "-p", "8080", "-r", "/srv", "-f", "index.html"],
    config: { "/srv/index.html": "answer 42\n" },
    use: { page: { port: 8080, path: "/", body: "answer 42" } },
  },
  busybox: {
    kind: "web",
    packages: ["busybox-static"],
    start: ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/srv"],
    config: { "/srv/index.html": "answer 42\n" },
    use: { page: { port: 8080, path: "/", body: "answer 42" } },
  },
  "php-fpm": {
    kind: "web",
    packages: ["php-fpm"],
    clients: ["libfcgi-bin"],
    essential: true,
    start: ["/usr/sbin/php-fpm8.2", "-F"],
    user: "www-data",
    config: { "/srv/answer.php": "<?php echo 'answer ', 6 * 7;\n" },
    writable: ["/run/php", "/tmp", "/var/log"],
    ready: { command: ["/bin/sh", "-c", "test -S /run/php/php8.2-fpm.sock"] },
    use: {
      command: shell(
        "SCRIPT_FILENAME=/srv/answer.php REQUEST_METHOD=GET cgi-fcgi -bind -connect /run/php/php8.2-fpm.sock",
      ),
      prints: /answer 42/,
    },
  },
  "nginx-php-fpm": {
    kind: "web",
    packages: ["nginx", "php-fpm"],
    essential: true,
    start: shell("php-fpm8.2 && exec nginx -g 'daemon off;'"),
    user: "www-data",
    config: {
      "/etc/nginx/conf.d/site.conf": `server {
  listen 8080;
  root /srv;
  location ~ \\.php$ {
    include snippets/fastcgi-php.conf;
    fastcgi_pass unix:/run/php/php8.2-fpm.sock;
  }
}
`,
      "/srv/answer.php": "<?php echo 'answer ', 6 * 7;\n",
    },
    writable: ["/run", "/run/php", "/tmp", "/var/lib/nginx", "/var/log", "/var/log/nginx"],
    use: { page: { port: 8080, path: "/answer.php", body: "answer 42" } },
  },
  tomcat10: {
    kind: "web",
    packages: ["tomcat10"],
    essential: true,
    start: ["/usr/libexec/tomcat10/tomcat-start.sh"],
    user: "tomcat",
    environment: {
      CATALINA_HOME: "/usr/share/tomcat10",
      CATALINA_BASE: "/var/lib/tomcat10",
      CATALINA_TMPDIR: "/tmp",
    },
    writable: ["/tmp", "/var/cache/tomcat10", "/var/log/tomcat10"],
    use: { page: { port: 8080, path: "/", body: "It works" } },
  },
  gunicorn: {
    kind: "web",
    packages: ["gunicorn"],
    start: ["/usr/bin/gunicorn", "-b", ":8000", "--chdir", "/srv", "answer:app"],
    config: { "/srv/answer.py": python },
    writable: ["/tmp"],
    use: { page: { port: 8000, path: "/", body: "answer 42" } },
  },
  uwsgi: {
    kind: "web",
    packages: ["uwsgi-core", "uwsgi-plugin-python3"],
    start: [
      "/usr/bin/uwsgi",
      ..."--plugins http,python3 --http :8000 --wsgi-file /srv/site.py --callable app".split(" "),
    ],
    config: { "/srv/site.py": python },
    writable: ["/tmp"],
    use: { page: { port: 8000, path: "/", body: "answer 42" } },
  },
  nodejs: {
    kind: "web",
    packages: ["nodejs"],
    start: ["/usr/bin/node", "/srv/site.js"],
    config: {
      "/srv/site.js": 'require("http").createServer((q, a) => a.end("answer 42")).listen(8000);\n',
    },
    use: { page: { port: 8000, path: "/", body: "answer 42" } },
  },
  puma: {
    kind: "web",
    packages: ["puma"],
    essential: true,
    start: ["/usr/bin/puma", "-b", "tcp://0.0.0.0:9292", "/srv/config.ru"],
    config: { "/srv/config.ru": "run ->(env) { [200, {}, ['answer 42']] }\n" },
    writable: ["/tmp"],
    use: { page: { port: 9292, path: "/", body: "answer 42" } },
  },
  "docker-registry": {
    kind: "web",
    packages: ["docker-registry"],
    start: ["/usr/bin/docker-registry", "serve", "/srv/registry.yml"],
    config: {
      "/srv/registry.yml":
        "version: 0.1\nhttp: { addr: ':5000' }\nstorage: { filesystem: { rootdirectory: /var/lib/docker-registry } }\n",
    },
    writable: ["/var/lib/docker-registry"],
    use: { page: { port: 5000, path: "/v2/_catalog", body: '{"repositories":[]}' } },
  },
  icecast2: {
    kind: "web",
    packages: ["icecast2"],
    start: ["/usr/bin/icecast2", "-c", "/etc/icecast2/icecast.xml"],
    user: "icecast2",
    writable: ["/var/log/icecast2"],
    use: { page: { port: 8000, path: "/", body: "Icecast" } },
  },
};
