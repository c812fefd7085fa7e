/** What an image is without because a program does nothing here. */
export type LeftOut =
  /** It is of use to a machine only, not to a container. */
  | "host"
  /** Programs do without it, more slowly. */
  | "cache"
  /** A secret that every image would share; it is made where the image runs. */
  | "secret"
  /** The first data of a server, which belong into a volume and are made there. */
  | "data";

/** Programs that do nothing, successfully, and why that is right. */
export const leftOut: ReadonlyMap<string, LeftOut> = new Map<string, LeftOut>([
  // Labels of SELinux are the Engine's: it gives them to all files of a container.
  ["fixfiles", "host"],
  ["load_policy", "host"],
  ["restorecon", "host"],
  ["semanage", "host"],
  ["semodule", "host"],
  ["setfiles", "host"],
  ["setsebool", "host"],
  ["depmod", "host"],
  ["dracut", "host"],
  ["firewall-cmd", "host"],
  ["grub2-mkconfig", "host"],
  ["grubby", "host"],
  ["kernel-install", "host"],
  ["modprobe", "host"],
  ["new-kernel-pkg", "host"],
  ["sysctl", "host"],
  ["systemd-hwdb", "host"],
  ["udevadm", "host"],
  ["vgcfgbackup", "host"],
  ["weak-modules", "host"],
  ["appstreamcli", "cache"],
  ["fc-cache", "cache"],
  // It is only faster to load than the text files, which glibc reads without it.
  ["iconvconfig", "cache"],
  ["iconvconfig.x86_64", "cache"],
  ["install-info", "cache"],
  ["journalctl", "host"],
  ["makewhatis", "cache"],
  ["mandb", "cache"],
  ["update-info-dir", "cache"],
  ["update-mime-database", "cache"],
  ["dbus-uuidgen", "secret"],
  ["ssh-keygen", "secret"],
  ["systemd-machine-id-setup", "secret"],
  ["mariadb-install-db", "data"],
  ["mysql_install_db", "data"],
  ["postgresql-setup", "data"],
]);
