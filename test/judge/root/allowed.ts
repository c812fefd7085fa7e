import { withoutTimes } from "../commands/slapadd-case.ts";
import type { AllowedDifference, Difference } from "./compare-roots.ts";
import { readContent, type RootNode } from "./tar-root.ts";

/** Where an image of qclock is meant to differ from what apt leaves, and why. */
export const allowedDifferences: readonly AllowedDifference[] = [
  {
    path: "/etc/{resolv.conf,hostname}",
    kinds: ["only-judge"],
    reason: "mmdebstrap copies the host's; an Engine brings those of each container",
  },
  {
    path: "/dev",
    kinds: ["only-qclock"],
    reason: "mmdebstrap is told to leave devices out; an Engine brings its own",
  },
  {
    path: "/etc/apt{,/{sources.list,preferences.d,sources.list.d,apt.conf.d,trusted.gpg.d}}",
    kinds: ["only-judge"],
    reason: "mmdebstrap makes them for the apt that installs from outside",
  },
  {
    path: "/etc/{fstab,apt/sources.list.d/0000apt.list}",
    kinds: ["only-judge"],
    reason: "mmdebstrap writes them, no package does",
  },
  {
    path: "/run/**",
    kinds: ["only-qclock"],
    isLeftOut: true,
    reason: "mmdebstrap empties it, since a machine makes it anew when it starts",
  },
  {
    path: "/etc/ssh/ssh_host_*_key{,.pub}",
    kinds: ["only-judge"],
    reason: "the keys of one host, which no two containers may share",
  },
  {
    path: "/var/lib/dpkg/arch",
    kinds: ["only-judge"],
    reason: "mmdebstrap writes it; dpkg knows its own architecture without",
  },
  {
    path: "/etc/machine-id",
    kinds: ["only-qclock", "mode"],
    reason: "empty, so that what runs in a container finds a file and no identity",
    only: ({ qclock }) => qclock?.content?.size === 0,
  },
  {
    path: "/var/lib/dbus/machine-id",
    kinds: ["only-qclock"],
    reason: "a link to the other one, which mmdebstrap removes",
    only: ({ qclock }) => qclock?.target === "/etc/machine-id",
  },
  {
    path: "/etc/shells",
    kinds: ["content"],
    reason: "mmdebstrap merges /usr after the first shells are known; the lines are the same",
    only: ({ judge, qclock }) => sortedLines(judge) === sortedLines(qclock),
  },
  {
    path: "/var/cache/debconf/{config.dat-old,passwords.dat,templates.dat,templates.dat-old}",
    kinds: ["only-judge"],
    reason: "texts of questions and their last state, which only debconf's own dialogs need",
  },
  {
    path: "/var/cache/debconf/config.dat",
    kinds: ["content"],
    reason: "qclock keeps questions that a script asked or set, apt every one that a package has",
  },
  {
    path: "/var/{lib,cache}/apt{,/**}",
    kinds: ["only-judge"],
    reason: "the state of the apt that installed, which an image of qclock does without",
  },
  {
    path: "/var/log/{apt,apt/*,dpkg.log,alternatives.log,bootstrap.log,fontconfig.log}",
    kinds: ["only-judge", "content"],
    reason: "logs of the installation, with its times",
  },
  {
    path: "/var/cache/ldconfig/aux-cache",
    kinds: ["only-judge"],
    reason: "inode numbers and times of the machine, which ldconfig makes anew when it runs",
  },
  {
    path: "/etc/{passwd-,group-,shadow-,gshadow-,subuid-,subgid-,.pwd.lock}",
    kinds: ["only-judge", "only-qclock", "content", "mode"],
    reason:
      "the last state before the last change, which depends on the order of changes, and a lock",
  },
  {
    path: "/etc/shadow",
    kinds: ["content"],
    reason:
      "the day of the last change is that of the installation, and what systemd-sysusers makes before passwd is configured comes first",
    only: ({ judge, qclock }) => withoutDays(judge) === withoutDays(qclock),
  },
  {
    path: "/etc/{shadow,gshadow}{,-}",
    kinds: ["content", "mode", "owner"],
    reason:
      "without the package passwd apt has in them what systemd-sysusers made, of mode 0; qclock every account",
    only: ({ judge }) => judge?.mode === 0,
  },
  {
    path: "/etc/gshadow",
    kinds: ["content"],
    reason:
      "what systemd-sysusers makes before passwd is configured comes first; qclock always writes them",
    only: ({ judge, qclock }) => sortedLines(judge) === sortedLines(qclock),
  },
  {
    path: "/etc/{passwd,group}",
    kinds: ["content"],
    reason: "without the package passwd apt leaves no shadow files; qclock always writes them",
    only: (difference) => areEqualBut(difference, /^([^:]*):[x*]:/),
  },
  {
    path: "/etc/{shadow,gshadow}",
    kinds: ["only-qclock"],
    reason: "without the package passwd apt leaves no shadow files; qclock always writes them",
  },
  {
    path: "/var/lib/dpkg/{lock,lock-frontend,triggers/Lock}",
    kinds: ["only-judge", "mode"],
    reason: "locks, which dpkg makes when it lacks them",
  },
  {
    path: "/var/lib/dpkg/{status-old,diversions-old,statoverride-old}",
    kinds: ["only-judge", "only-qclock", "content"],
    reason: "the last state before the last change, which depends on the order of changes",
  },
  {
    path: "/var/lib/{dpkg/triggers/File,ucf/hashfile,ucf/registry}",
    kinds: ["content"],
    reason: "the same lines in the order of packages, which apt chooses anew and qclock does not",
    only: ({ judge, qclock }) => sortedLines(judge) === sortedLines(qclock),
  },
  {
    path: "/var/lib/ucf/{hashfile,registry}.*",
    kinds: ["only-judge", "only-qclock", "content"],
    reason: "the last states before the last change, which depend on the order of changes",
  },
  {
    path: "/var/lib/dpkg/{available,statoverride}",
    kinds: ["only-qclock"],
    reason: "empty: dpkg makes each when it first needs it",
    only: ({ qclock }) => qclock?.content?.size === 0,
  },
  {
    path: "/usr/bin/{gunzip,uncompress}",
    kinds: ["hard-link"],
    reason: "mmdebstrap unpacks Essential packages twice, which parts these two",
  },
  {
    path: "/usr/**",
    kinds: ["mode"],
    reason: "setuid and setgid bits are kept only where the manifest's `setuid` says so",
    only: ({ judge, qclock }) => (judge?.mode ?? 0) % 0o2000 === qclock?.mode,
  },
  {
    path: "/etc/ssl/certs/java/cacerts",
    kinds: ["content"],
    reason: "each certificate has the time at which it was taken in, qclock's the image's",
    only: ({ judge, qclock }) => certificatesIn(judge) === certificatesIn(qclock),
  },
  {
    path: "/var/cache/fontconfig{,/**}",
    kinds: ["only-judge"],
    reason: "made of times of the machine's own files, and made anew when they are missing",
  },
  {
    path: "/var/lib/systemd/catalog{,/**}",
    kinds: ["only-judge"],
    reason: "texts for the journal of a machine, which a container does not have",
  },
  {
    path: "/etc/ssl/{certs/{ssl-cert-snakeoil.pem,*.0},private/ssl-cert-snakeoil.key}",
    kinds: ["only-judge"],
    reason: "a private key that every container would share, and its certificate",
    only: ({ path, judge }) => !path.endsWith(".0") || judge?.target === "ssl-cert-snakeoil.pem",
  },
  {
    path: "/etc/dovecot/private/dovecot.{key,pem}",
    kinds: ["only-judge"],
    reason: "links to the private key that every container would share, and to its certificate",
  },
  {
    path: "/etc/bind/rndc.key",
    kinds: ["content"],
    reason: "a key that every container would share; the file is there, and empty",
    only: ({ qclock }) => qclock?.content?.size === 0,
  },
  {
    path: "/etc/postfix/main.cf",
    kinds: ["content"],
    reason: "the name of the host, and no encryption by the private key that all would share",
    only: (difference) => areEqualBut(difference, HOST_AND_KEY),
  },
  {
    path: "/etc/aliases.db",
    kinds: ["content"],
    reason: "the name of the host, the time, and an identity of the file; unit tests hold the rest",
    only: ({ judge, qclock }) => aliasesIn(judge) === aliasesIn(qclock),
  },
  {
    path: "/etc/systemd/system/*.wants/*",
    kinds: ["link"],
    reason: "the same file by /lib or /usr/lib, as systemctl was there or not when it was made",
    only: ({ judge, qclock }) => judge?.target?.replace(/^\/lib\//, "/usr/lib/") === qclock?.target,
  },
  {
    path: "/etc/ldap/slapd.d/**.ldif",
    kinds: ["content"],
    reason:
      "times and identities of entries, and a password that nobody knows: here one that none has",
    only: ({ judge, qclock }) => entryOf(judge) === entryOf(qclock),
  },
  {
    path: "/var/lib/ldap/*",
    kinds: ["only-judge"],
    isLeftOut: true,
    reason: "the first data of the server, which belong into a volume",
  },
  {
    path: "/var/lib/mysql/**",
    kinds: ["only-judge"],
    isLeftOut: true,
    reason: "the first data of the server, which belong into a volume",
  },
  {
    path: "/{var/lib/postgresql,etc/postgresql,var/log/postgresql}/**",
    kinds: ["only-judge"],
    isLeftOut: true,
    reason: "the first cluster, its settings and its log, which belong into a volume",
  },
  {
    path: "/etc/apt/apt.conf.d/02autoremove-postgresql",
    kinds: ["content"],
    reason: "names the versions that have a cluster",
  },
  {
    path: "/usr/{lib,share}/**/__pycache__{,/**}",
    kinds: ["only-judge"],
    isLeftOut: true,
    reason: "Python makes its byte code anew, and its files hold times",
  },
];

/** An entry of OpenLDAP's configuration without what is of the time and the place. */
function entryOf(node: RootNode | undefined): string {
  if (node === undefined) return "";
  return withoutTimes(readContent(node).toString("latin1")).replace(/^(olcRootPW::) .*/m, "$1");
}

/** Lines of Postfix's main.cf about the host and the certificate, and the empty ones around. */
const HOST_AND_KEY = /^()(?:myhostname = |# TLS parameters$|smtpd?_tls_|$).*$/;

/** Names and addresses of a hash database: those end with a zero byte. */
function aliasesIn(node: RootNode | undefined): string {
  if (node === undefined) return "";
  const items = readContent(node).toString("latin1").split("\u0001");
  return items.flatMap((item) => /^[\w.@+-]+(?=\0)/.exec(item) ?? []).join(" ");
}

/** Whether two texts have the same lines once a part of each line is taken out of both. */
function areEqualBut({ judge, qclock }: Difference, part: RegExp): boolean {
  const linesOf = (node: RootNode | undefined): string =>
    node === undefined
      ? ""
      : readContent(node)
          .toString("utf8")
          .split("\n")
          .map((line) => line.replace(part, "$1"))
          .filter((line) => line !== "")
          .join("\n");
  return linesOf(judge) === linesOf(qclock);
}

/** A Java key store of certificates, version 2, without their times and its digest, in hex. */
function certificatesIn(node: RootNode | undefined): string {
  if (node === undefined) return "";
  const bytes = Buffer.from(readContent(node));
  const DIGEST = 20;
  const count = bytes.readUInt32BE(8);
  let at = 12;
  for (let entry = 0; entry < count; entry++) {
    at += 4;
    at += 2 + bytes.readUInt16BE(at);
    bytes.fill(0, at, at + 8);
    at += 8;
    at += 2 + bytes.readUInt16BE(at);
    at += 4 + bytes.readUInt32BE(at);
  }
  return bytes.subarray(0, bytes.length - DIGEST).toString("hex");
}

/** Lines of /etc/shadow, sorted, without the day of the last change. */
function withoutDays(node: RootNode | undefined): string {
  return sortedLines(node)
    .split("\n")
    .map((line) => line.replace(/^([^:]*:[^:]*:)\d*:/, "$1"))
    .toSorted()
    .join("\n");
}

function sortedLines(node: RootNode | undefined): string {
  if (node === undefined) return "";
  return readContent(node).toString("utf8").split("\n").toSorted().join("\n");
}
