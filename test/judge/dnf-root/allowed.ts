import { readContent, type RootNode } from "../root/tar-root.ts";
import type { AllowedDifference } from "../root/compare-roots.ts";

/** Where a root of qclock is meant to differ from what dnf leaves, and why. */
export const allowedDifferences: readonly AllowedDifference[] = [
  {
    path: "/var/{lib,log,cache}/dnf{,/**}",
    kinds: ["only-judge"],
    isLeftOut: true,
    reason: "dnf's own notes of what it did",
  },
  {
    path: "/var/log/{dnf.log,dnf.rpm.log,dnf.librepo.log,hawkey.log}",
    kinds: ["only-judge"],
    isLeftOut: true,
    reason: "dnf's own notes of what it did",
  },
  {
    path: "/etc/dnf{,/modules.d}",
    kinds: ["only-judge"],
    reason: "dnf makes them for what it may be told later; no package has them",
  },
  {
    path: "/{dev,etc,var,var/cache,var/log,var/lib,tmp}{,/null,/zero,/urandom}",
    kinds: ["only-judge"],
    reason: "where no package has such a folder, dnf's own notes need it",
  },
  {
    path: "/var/lib/rpm/{.rpm.lock,rpmdb.sqlite-shm,rpmdb.sqlite-wal}",
    kinds: ["only-judge"],
    isLeftOut: true,
    reason: "rpm's lock, and files that belong to a database that is open",
  },
  {
    path: "/var/lib/rpm/rpmdb.sqlite",
    kinds: ["content"],
    reason:
      "the same packages in other pages, at other times and without keys of signers: each row is compared",
  },
  {
    path: "/etc/{passwd,group,shadow,gshadow}",
    kinds: ["only-qclock"],
    reason:
      "without setup an image has the accounts that every EL has, which its packages count on",
  },
  {
    path: "/usr/share/edge/mail",
    kinds: ["owner", "mode"],
    only: ({ judge }) => judge?.gid === 0,
    reason: "without setup rpm does not know the group, so that the folder is root's",
  },
  {
    path: "/var/log/edge",
    kinds: ["owner"],
    only: ({ judge }) => judge?.uid === 0,
    reason: "without setup rpm does not know the user, so that the folder is root's",
  },
  {
    path: "/etc/shadow{,-}",
    kinds: ["content"],
    only: ({ judge, qclock }) => withoutLocks(judge) === withoutLocks(qclock),
    reason:
      "the day is the image's own, and a password that nobody has is `!!` as EL's useradd writes it; the judge's is Debian's",
  },
  {
    path: "/etc/.pwd.lock",
    kinds: ["only-judge"],
    isLeftOut: true,
    reason: "a lock of shadow's tools",
  },
  {
    path: "/etc/ld.so.cache",
    kinds: ["content"],
    reason:
      "the judge's ldconfig is Debian's: its name is in the cache, and its folders are others",
  },
  {
    path: "/var/cache/ldconfig{,/aux-cache}",
    kinds: ["only-judge"],
    isLeftOut: true,
    reason: "it holds numbers of inodes, which an image does not have",
  },
];

function withoutLocks(node: RootNode | undefined): string {
  if (node === undefined) return "";
  return readContent(node)
    .toString("utf8")
    .replaceAll(/^([^:]+):!+:\d+:/gm, "$1:!::");
}
