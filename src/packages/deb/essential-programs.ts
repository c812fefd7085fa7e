/**
 * Programs of the packages that Debian takes to be on every system, so that other packages use them
 * without saying so (Policy 3.8), by package, but for what every shell does itself. Of `awk`, which
 * base-files asks for, mawk is the usual one. Source: the lists of files of Debian 12's packages.
 */
const programs: readonly (readonly [name: string, programs: string])[] = [
  ["base-passwd", "update-passwd"],
  ["bash", "bash bashbug clear_console rbash"],
  ["bsdutils", "logger renice script scriptlive scriptreplay wall"],
  [
    "coreutils",
    "arch b2sum base32 base64 basename basenc cat chcon chgrp chmod chown chroot cksum comm " +
      "cp csplit cut date dd df dir dircolors dirname du env expand expr factor fmt fold groups " +
      "head hostid id install join link ln logname ls md5sum md5sum.textutils mkdir mkfifo " +
      "mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk pinky pr printenv ptx " +
      "readlink realpath rm rmdir runcon seq sha1sum sha224sum sha256sum sha384sum sha512sum " +
      "shred shuf sleep sort split stat stdbuf stty sum sync tac tail tee timeout touch tr " +
      "truncate tsort tty uname unexpand uniq unlink users vdir wc who whoami yes",
  ],
  ["dash", "dash sh"],
  [
    "debianutils",
    "add-shell installkernel ischroot remove-shell run-parts savelog tempfile update-shells " +
      "which which.debianutils",
  ],
  ["diffutils", "cmp diff diff3 sdiff"],
  [
    "dpkg",
    "dpkg dpkg-deb dpkg-divert dpkg-fsys-usrunmess dpkg-maintscript-helper dpkg-query " +
      "dpkg-realpath dpkg-split dpkg-statoverride dpkg-trigger start-stop-daemon update-alternatives",
  ],
  ["findutils", "find xargs"],
  ["grep", "egrep fgrep grep rgrep"],
  [
    "gzip",
    "gunzip gzexe gzip uncompress zcat zcmp zdiff zegrep zfgrep zforce zgrep zless zmore znew",
  ],
  ["hostname", "dnsdomainname domainname hostname nisdomainname ypdomainname"],
  ["init-system-helpers", "deb-systemd-helper deb-systemd-invoke invoke-rc.d service update-rc.d"],
  [
    "libc-bin",
    "getconf getent iconv iconvconfig ld.so ldconfig ldd locale localedef pldd tzselect zdump " +
      "zic",
  ],
  ["login", "faillog lastlog login newgrp nologin sg"],
  ["mawk", "awk mawk"],
  ["ncurses-bin", "captoinfo clear infocmp infotocap reset tabs tic toe tput tset"],
  ["perl-base", "perl perl5.36.0"],
  ["sed", "sed"],
  ["sysvinit-utils", "fstab-decode killall5 pidof"],
  ["tar", "rmt-tar tar tarcat"],
  [
    "util-linux",
    "addpart agetty blkdiscard blkid blkzone blockdev chcpu chmem choom chrt ctrlaltdel " +
      "delpart dmesg fallocate findfs findmnt flock fsck fsck.cramfs fsck.minix fsfreeze fstrim " +
      "getopt getty hardlink i386 ionice ipcmk ipcrm ipcs isosize last lastb ldattach linux32 " +
      "linux64 lsblk lscpu lsipc lslocks lslogins lsmem lsns mcookie mesg mkfs mkfs.bfs " +
      "mkfs.cramfs mkfs.minix mkswap more mountpoint namei nsenter partx pivot_root prlimit " +
      "readprofile rename.ul resizepart rev rtcwake runuser setarch setpriv setsid setterm su " +
      "sulogin swaplabel switch_root taskset uclampset unshare utmpdump wdctl whereis wipefs " +
      "x86_64 zramctl",
  ],
];

const packages: ReadonlyMap<string, string> = new Map(
  programs.flatMap(([name, list]) => list.split(" ").map((program) => [program, name] as const)),
);

/** The essential package that brings a program; undefined for any other program. */
export function essentialPackageOf(program: string): string | undefined {
  return packages.get(program);
}
