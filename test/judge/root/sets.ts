import type { DebianName } from "./debian-name.ts";

/** Packages that are installed twice, by apt and by qclock. */
export interface PackageSet {
  readonly name: string;
  readonly os: DebianName;
  /** What is asked for beside the Essential packages. */
  readonly packages: readonly string[];
}

/**
 * Debian's Essential packages: what apt never leaves out and maintainer scripts rely on. `login` is
 * one of them up to Debian 12.
 */
const common = [
  "base-files",
  "base-passwd",
  "bash",
  "bsdutils",
  "coreutils",
  "dash",
  "debianutils",
  "diffutils",
  "dpkg",
  "findutils",
  "grep",
  "gzip",
  "hostname",
  "init-system-helpers",
  "libc-bin",
  "ncurses-base",
  "ncurses-bin",
  "perl-base",
  "sed",
  "sysvinit-utils",
  "tar",
  "util-linux",
];

export const essential: Readonly<Record<DebianName, readonly string[]>> = {
  "debian-12": [...common, "login"].toSorted(),
  "debian-13": common,
};

/** All sets, the small ones first. */
export const sets: readonly PackageSet[] = [
  ...of("debian-12", {
    moreutils: ["moreutils", "parallel"],
    nginx: ["nginx"],
    haproxy: ["haproxy"],
    redis: ["redis-server"],
    lighttpd: ["lighttpd"],
    perl: ["libwww-perl"],
    vim: ["vim"],
    openssh: ["openssh-server"],
    apache2: ["apache2"],
    slapd: ["slapd"],
    ruby: ["ruby"],
    postfix: ["postfix"],
    dovecot: ["dovecot-imapd"],
    bind9: ["bind9"],
    python3: ["python3-numpy"],
    php: ["php-fpm", "php-mysql"],
    postgresql: ["postgresql"],
    mariadb: ["mariadb-server"],
    java: ["openjdk-17-jre-headless"],
    tomcat: ["tomcat10"],
    gcc: ["gcc", "g++", "make"],
    samba: ["samba"],
    librsvg: ["librsvg2-common", "librsvg2-bin"],
    gtk: ["gir1.2-gtk-3.0"],
    imagemagick: ["imagemagick"],
  }),
  ...of("debian-13", {
    nginx: ["nginx"],
    python3: ["python3-numpy"],
    php: ["php-fpm", "php-mysql"],
    postgresql: ["postgresql"],
    gtk: ["gir1.2-gtk-3.0"],
  }),
];

function of(
  os: DebianName,
  named: Readonly<Record<string, readonly string[]>>,
): readonly PackageSet[] {
  const suffix = os === "debian-12" ? "" : `-${os.replace("debian-", "")}`;
  return Object.entries(named).map(([name, packages]) => ({
    name: `${name}${suffix}`,
    os,
    packages,
  }));
}
