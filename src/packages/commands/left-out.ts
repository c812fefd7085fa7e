/** What an image is without because a program does nothing here. */
export type LeftOut =
  /** It is of use to a machine only, not to a container. */
  | "host"
  /** Programs do without it, more slowly. */
  | "cache"
  /** A secret that every image would share; it is made where the image runs. */
  | "secret"
  /** The first data of a server, which belong into a volume and are made there. */
  | "data"
  /** It differs between machines, and is made when it is needed. */
  | "byte-code";

/** Programs of several families that do nothing, successfully, and why that is right. */
export const sharedLeftOut: ReadonlyMap<string, LeftOut> = new Map<string, LeftOut>([
  ["depmod", "host"],
  ["kernel-install", "host"],
  ["modprobe", "host"],
  // Labels of SELinux are the Engine's: it gives them to all files of a container.
  ["restorecon", "host"],
  ["sysctl", "host"],
  ["systemd-hwdb", "host"],
  ["udevadm", "host"],
  ["vgcfgbackup", "host"],
  ["appstreamcli", "cache"],
  // It is made of times and identities of the machine's own files, and made when it is missing.
  ["fc-cache", "cache"],
  ["install-info", "cache"],
  ["mandb", "cache"],
  ["update-info-dir", "cache"],
  ["dbus-uuidgen", "secret"],
  ["ssh-keygen", "secret"],
  ["systemd-machine-id-setup", "secret"],
  ["mariadb-install-db", "data"],
  ["mysql_install_db", "data"],
]);
