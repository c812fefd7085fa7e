/**
 * Programs of the packages that nearly every system of EL has, so that other packages' scripts use
 * them without saying so, by package, but for what every shell does itself. Source: the lists of
 * files of EL9's packages.
 */
const programs: readonly (readonly [name: string, programs: string])[] = [
  ["bash", "bash bashbug bashbug-64 sh"],
  [
    "coreutils",
    "arch b2sum base32 base64 basename basenc cat chcon chgrp chmod chown chroot cksum comm " +
      "cp csplit cut date dd df dir dircolors dirname du env expand expr factor fmt fold " +
      "groups head hostid id install join link ln logname ls md5sum mkdir mkfifo mknod mktemp " +
      "mv nice nl nohup nproc numfmt od paste pathchk pinky pr printenv ptx readlink realpath " +
      "rm rmdir runcon seq sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep " +
      "sort split stat stdbuf stty sum sync tac tail tee timeout touch tr truncate tsort tty " +
      "uname unexpand uniq unlink users vdir wc who whoami yes",
  ],
  ["diffutils", "cmp diff diff3 sdiff"],
  ["findutils", "find xargs"],
  ["gawk", "awk gawk"],
  ["glibc", "ldconfig"],
  [
    "glibc-common",
    "catchsegv gencat getconf getent iconv ld.so ldd locale localedef pldd sotruss sprof " +
      "tzselect zdump zic",
  ],
  ["grep", "egrep fgrep grep"],
  ["gzip", "gunzip gzexe gzip zcat zcmp zdiff zegrep zfgrep zforce zgrep zless zmore znew"],
  ["hostname", "dnsdomainname domainname hostname nisdomainname ypdomainname"],
  [
    "procps-ng",
    "free pgrep pidof pkill pmap ps pwdx skill snice sysctl tload top uptime vmstat w watch",
  ],
  ["sed", "sed"],
  [
    "shadow-utils",
    "adduser chage chgpasswd chpasswd gpasswd groupadd groupdel groupmems groupmod grpck " +
      "grpconv grpunconv lastlog newgidmap newgrp newuidmap newusers pwck pwconv pwunconv sg " +
      "useradd userdel usermod vigr vipw",
  ],
  ["tar", "gtar tar"],
  [
    "util-linux",
    "addpart blkdiscard blkzone cal cfdisk chcpu chmem choom clock col colcrt colrm column " +
      "ctrlaltdel delpart eject fallocate fdformat fdisk fincore findfs fsck.cramfs " +
      "fsck.minix fsfreeze fstrim getopt hexdump hwclock i386 irqtop isosize last lastb " +
      "ldattach linux32 linux64 login look lsblk lscpu lsipc lsirq lslocks lslogins lsmem " +
      "lsns mcookie mesg mkfs mkfs.cramfs mkfs.minix namei nologin pivot_root prlimit " +
      "readprofile rename resizepart rev rfkill rtcwake runuser script scriptlive " +
      "scriptreplay setarch setpriv setterm sfdisk su sulogin swaplabel ul uname26 utmpdump " +
      "uuidgen uuidparse wall wdctl whereis wipefs write x86_64 zramctl",
  ],
  [
    "util-linux-core",
    "agetty blkid blockdev chrt dmesg findmnt flock fsck hardlink ionice ipcmk ipcrm ipcs " +
      "logger losetup mkswap more mount mountpoint nsenter partx renice setsid swapoff swapon " +
      "switch_root taskset umount unshare",
  ],
  ["which", "which"],
];

const packages: ReadonlyMap<string, string> = new Map(
  programs.flatMap(([name, list]) => list.split(" ").map((program) => [program, name] as const)),
);

/** The package that brings a program which scripts count on; undefined for any other program. */
export function essentialPackageOf(program: string): string | undefined {
  return packages.get(program);
}
