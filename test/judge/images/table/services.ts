import { DROPPING_ROOT, type EverydayImages, greeting, shell } from "../everyday-image.ts";

const rooted = {
  user: "0:0",
  capabilities: [...DROPPING_ROOT, "DAC_OVERRIDE", "FOWNER", "KILL", "SYS_CHROOT"],
};

/** Mail, directories, names, time, files and shells of a network. */
export const services: EverydayImages = {
  postfix: {
    kind: "mail",
    packages: ["postfix"],
    essential: true,
    debconf: {
      "postfix/main_mailer_type": "Internet Site",
      "postfix/mailname": "answer.example",
    },
    start: ["/usr/sbin/postfix", "start-fg"],
    ...rooted,
    writableRoot: true,
    ready: { port: 25 },
    use: { command: greeting(25), prints: /^220 .*ESMTP Postfix/ },
  },
  exim4: {
    kind: "mail",
    packages: ["exim4-daemon-light"],
    essential: true,
    // As its unit does: the configuration is put together before each start.
    start: shell("update-exim4.conf && exec exim4 -bdf -q30m"),
    debconf: {
      "exim4/dc_eximconfig_configtype":
        "internet site; mail is sent and received directly using SMTP",
      "exim4/dc_local_interfaces": "",
      "exim4/mailname": "answer.example",
    },
    ...rooted,
    writableRoot: true,
    ready: { port: 25 },
    use: { command: greeting(25), prints: /^220 .*ESMTP Exim/ },
  },
  dovecot: {
    kind: "mail",
    packages: ["dovecot-imapd"],
    clients: ["openssl"],
    essential: true,
    // The certificate that every image would share is not made with the image.
    start: shell(
      "cd /etc/dovecot/private && openssl req -x509 -nodes -subj /CN=answer -keyout dovecot.key -out dovecot.pem && exec dovecot -F",
    ),
    ...rooted,
    writable: ["/etc/dovecot/private", "/run/dovecot", "/var/lib/dovecot", "/tmp"],
    ready: { port: 143 },
    use: { command: greeting(143), prints: /^\* OK .*Dovecot/ },
  },
  rspamd: {
    kind: "mail",
    packages: ["rspamd"],
    start: ["/usr/bin/rspamd", "-f", "-i"],
    user: "_rspamd",
    writable: ["/run/rspamd", "/var/lib/rspamd:size=128m", "/var/log/rspamd", "/tmp"],
    memory: "1g",
    ready: { command: ["/usr/bin/rspamc", "stat"] },
    use: { command: ["/usr/bin/rspamc", "stat"], prints: /Messages scanned/ },
  },
  spamassassin: {
    kind: "mail",
    packages: ["spamassassin"],
    essential: true,
    start: shell("spamassassin -L -t < /srv/mail"),
    job: true,
    config: {
      "/srv/mail":
        "From: a@example.org\nSubject: test\n\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\n",
    },
    environment: { HOME: "/tmp" },
    writable: ["/tmp"],
    use: { prints: /GTUBE/ },
  },
  slapd: {
    kind: "directory",
    packages: ["slapd"],
    clients: ["ldap-utils"],
    essential: true,
    start: ["/usr/sbin/slapd", ..."-d 0 -h ldap:/// -f /etc/ldap/slapd.conf -n own".split(" ")],
    user: "openldap",
    // Its own database has a password that is made up on the spot, so it is not in the image.
    config: {
      "/etc/ldap/slapd.conf": `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "dc=example,dc=org"
directory /var/lib/ldap
`,
    },
    writable: ["/run/slapd", "/var/lib/ldap:size=256m"],
    ready: { port: 389 },
    use: {
      command: ["/usr/bin/ldapsearch", "-x", "-s", "base", "-b", "", "namingContexts"],
      prints: /namingContexts: dc=/,
    },
  },
  samba: {
    kind: "directory",
    packages: ["samba"],
    clients: ["smbclient"],
    essential: true,
    start: ["/usr/sbin/smbd", "-F", "--no-process-group", "--debug-stdout"],
    ...rooted,
    writableRoot: true,
    ready: { port: 445 },
    use: { command: ["/usr/bin/smbclient", "-N", "-L", "127.0.0.1"], prints: /IPC\$/ },
  },
  "krb5-kdc": {
    kind: "directory",
    packages: ["krb5-kdc", "krb5-admin-server"],
    essential: true,
    start: shell(
      "kdb5_util -r EXAMPLE.ORG create -s -P answer42 && exec krb5kdc -n -r EXAMPLE.ORG",
    ),
    config: {
      "/etc/krb5.conf":
        "[libdefaults]\n default_realm = EXAMPLE.ORG\n[realms]\n EXAMPLE.ORG = { kdc = 127.0.0.1 }\n",
    },
    ...rooted,
    writable: ["/run", "/tmp", "/var/lib/krb5kdc", "/etc/krb5kdc"],
    ready: { port: 88 },
    use: { command: ["/usr/sbin/kadmin.local", "-q", "listprincs"], prints: /krbtgt\/EXAMPLE.ORG/ },
  },
  freeradius: {
    kind: "directory",
    packages: ["freeradius"],
    clients: ["freeradius-utils"],
    essential: true,
    // The certificate that every image would share is not made with the image.
    start: shell("make-ssl-cert generate-default-snakeoil && exec freeradius -f -l stdout"),
    ...rooted,
    writableRoot: true,
    ready: { command: shell("radtest nobody wrong 127.0.0.1 0 testing123 | grep -q Access") },
    use: {
      command: shell("radtest nobody wrong 127.0.0.1 0 testing123 || true"),
      prints: /Access-Reject/,
    },
  },
  bind9: {
    kind: "network",
    packages: ["bind9"],
    clients: ["bind9-dnsutils"],
    start: ["/usr/sbin/named", "-f", "-g"],
    user: "bind",
    config: {
      "/etc/bind/named.conf.local": 'zone "example" { type primary; file "/srv/example.zone"; };\n',
      "/srv/example.zone":
        "$ORIGIN example.\n@ 60 SOA ns root 1 60 60 60 60\n@ 60 NS ns\nns 60 A 10.0.0.42\n",
    },
    writable: ["/run/named", "/var/cache/bind", "/var/lib/bind"],
    ready: { port: 53 },
    use: {
      command: ["/usr/bin/dig", "+short", "@127.0.0.1", "ns.example"],
      prints: /^10\.0\.0\.42/,
    },
  },
  unbound: {
    kind: "network",
    packages: ["unbound", "dns-root-data"],
    clients: ["bind9-dnsutils"],
    essential: true,
    start: shell(
      "chown unbound: /var/lib/unbound && /usr/libexec/unbound-helper root_trust_anchor_update && exec unbound -d",
    ),
    ...rooted,
    config: {
      "/etc/unbound/unbound.conf.d/own.conf": "server:\n  do-ip6: no\n  use-syslog: no\n",
    },
    writable: ["/run", "/var/lib/unbound"],
    ready: { command: ["/usr/bin/dig", "+short", "@127.0.0.1", "localhost"] },
    use: {
      command: ["/usr/bin/dig", "+short", "@127.0.0.1", "localhost"],
      prints: /^127\.0\.0\.1/,
    },
  },
  dnsmasq: {
    kind: "network",
    packages: ["dnsmasq"],
    clients: ["bind9-dnsutils"],
    start: [
      "/usr/sbin/dnsmasq",
      ..."-k -x /run/dnsmasq/pid -A /answer.example/10.0.0.42".split(" "),
    ],
    ...rooted,
    capabilities: [...rooted.capabilities, "NET_ADMIN", "NET_RAW"],
    writable: ["/run/dnsmasq"],
    ready: { port: 53 },
    use: {
      command: ["/usr/bin/dig", "+short", "@127.0.0.1", "answer.example"],
      prints: /^10\.0\.0\.42/,
    },
  },
  knot: {
    kind: "network",
    packages: ["knot"],
    clients: ["knot-dnsutils"],
    start: ["/usr/sbin/knotd", "-c", "/srv/knot.conf"],
    user: "knot",
    config: {
      "/srv/knot.conf":
        "server:\n  listen: 0.0.0.0@53\nzone:\n  - domain: example\n    file: /srv/example.zone\n    zonefile-sync: -1\n",
      "/srv/example.zone":
        "$ORIGIN example.\n@ 60 SOA ns root 1 60 60 60 60\n@ 60 NS ns\nns 60 A 10.0.0.42\n",
    },
    writable: ["/run/knot", "/tmp", "/var/lib/knot"],
    ready: { port: 53 },
    use: {
      command: ["/usr/bin/kdig", "+short", "@127.0.0.1", "ns.example"],
      prints: /^10\.0\.0\.42/,
    },
  },
  chrony: {
    kind: "network",
    packages: ["chrony"],
    start: ["/usr/sbin/chronyd", "-d", "-x"],
    ...rooted,
    capabilities: [...rooted.capabilities, "NET_BIND_SERVICE"],
    writable: ["/run/chrony", "/var/lib/chrony", "/var/log/chrony"],
    ready: { command: ["/usr/bin/chronyc", "tracking"] },
    use: { command: ["/usr/bin/chronyc", "tracking"], prints: /Reference ID/ },
  },
  "openssh-server": {
    kind: "network",
    packages: ["openssh-server"],
    essential: true,
    start: shell("ssh-keygen -A && exec /usr/sbin/sshd -D -e"),
    ...rooted,
    writable: ["/run/sshd:mode=0755", "/tmp"],
    writableRoot: true,
    ready: { port: 22 },
    use: {
      command: ["/usr/bin/ssh-keyscan", "-t", "ed25519", "127.0.0.1"],
      prints: /ssh-ed25519 /,
    },
  },
  dropbear: {
    kind: "network",
    packages: ["dropbear-bin"],
    clients: ["bash"],
    start: ["/usr/sbin/dropbear", "-F", "-E", "-R", "-p", "2222"],
    writable: ["/etc/dropbear", "/run"],
    ready: { port: 2222 },
    use: { command: greeting(2222), prints: /^SSH-2.0-dropbear/ },
  },
  vsftpd: {
    kind: "network",
    packages: ["vsftpd"],
    essential: true,
    // As its unit does.
    start: shell("mkdir -p /run/vsftpd/empty && exec vsftpd /etc/vsftpd.conf"),
    ...rooted,
    writable: ["/run", "/var/log"],
    ready: { port: 21 },
    use: { command: greeting(21), prints: /^220 .*vsFTPd/ },
  },
  rsync: {
    kind: "network",
    packages: ["rsync"],
    start: [
      "/usr/bin/rsync",
      "--daemon",
      "--no-detach",
      "--port=8730",
      "--config=/srv/rsyncd.conf",
    ],
    config: { "/srv/rsyncd.conf": "use chroot = no\n[answer]\npath = /srv\ncomment = forty-two\n" },
    ready: { port: 8730 },
    use: { command: ["/usr/bin/rsync", "rsync://127.0.0.1:8730/"], prints: /answer\s+forty-two/ },
  },
  snmpd: {
    kind: "network",
    packages: ["snmpd"],
    clients: ["snmp"],
    start: ["/usr/sbin/snmpd", ..."-f -Lo -C -c /srv/snmpd.conf".split(" ")],
    ...rooted,
    config: { "/srv/snmpd.conf": "agentaddress 127.0.0.1\nrocommunity public\n" },
    writable: ["/run", "/var/lib/snmp", "/tmp"],
    ready: { command: ["/usr/bin/snmpget", "-v2c", "-cpublic", "127.0.0.1", ".1.3.6.1.2.1.1.1.0"] },
    use: {
      command: ["/usr/bin/snmpget", "-v2c", "-cpublic", "127.0.0.1", ".1.3.6.1.2.1.1.1.0"],
      prints: /Linux/,
    },
  },
  supervisor: {
    kind: "tool",
    packages: ["supervisor"],
    essential: true,
    start: ["/usr/bin/supervisord", "-n", "-c", "/etc/supervisor/supervisord.conf"],
    ...rooted,
    config: {
      "/etc/supervisor/conf.d/answer.conf": "[program:answer]\ncommand=/bin/sleep 42000\n",
    },
    writable: ["/run", "/var/log/supervisor", "/tmp"],
    ready: { command: ["/usr/bin/supervisorctl", "avail"] },
    use: { command: ["/usr/bin/supervisorctl", "avail"], prints: /answer/ },
  },
};
