import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { unpackPackage } from "../../../src/packages/deb/unpack.ts";
import type { LockedPackage } from "../../../src/packages/package.ts";
import type { UnpackedEntry } from "../../../src/packages/unpacked.ts";
import type { PackedFile } from "./packed-file.ts";
import { machine, type PackedRpm } from "./packed-rpm.ts";

/** What becomes of a package of Debian on EL. */
interface Renamed {
  readonly name: string;
  readonly repository?: "appstream";
  /** A stream of a module that it belongs to. */
  readonly module?: "php:8.2";
  readonly provides?: readonly string[];
  /** Names of EL that it needs beside the libraries. */
  readonly requires?: readonly string[];
  readonly files?: readonly PackedFile[];
  /** Its scriptlet after installation. */
  readonly post?: string;
}

const link = (from: string, target: string): PackedFile => ({
  path: from,
  type: "symlink",
  mode: 0o777,
  target,
});

/** Names of EL; libraries keep Debian's, and everything else is left out. */
const renamed: Readonly<Record<string, Renamed>> = {
  bash: {
    name: "bash",
    provides: ["/bin/sh", "/bin/bash"],
    requires: ["filesystem"],
    files: [link("/usr/bin/sh", "bash")],
  },
  coreutils: { name: "coreutils-single", provides: ["coreutils"] },
  libc6: {
    name: "glibc",
    requires: ["basesystem", "glibc-langpack", "glibc-common"],
  },
  "libc-bin": { name: "glibc-common", post: "/sbin/ldconfig\n" },
  tzdata: { name: "tzdata" },
  "media-types": { name: "mailcap" },
  "apache2-bin": {
    name: "httpd-core",
    repository: "appstream",
    requires: ["httpd-filesystem", "mailcap"],
  },
  "php8.2-common": { name: "php-common", repository: "appstream", module: "php:8.2" },
  "php8.2-fpm": {
    name: "php-fpm",
    repository: "appstream",
    module: "php:8.2",
    requires: ["php-common", "httpd-filesystem"],
  },
  "php8.2-mysql": {
    name: "php-mysqlnd",
    repository: "appstream",
    module: "php:8.2",
    requires: ["php-common"],
  },
  "php8.2-opcache": {
    name: "php-opcache",
    repository: "appstream",
    module: "php:8.2",
    requires: ["php-common"],
  },
  "mariadb-client-core": { name: "mariadb", repository: "appstream" },
  "mariadb-server-core": { name: "mariadb-server", repository: "appstream", requires: ["mariadb"] },
};

/** An RPM package that is made of a package of Debian, and where it goes. */
export interface ElPackage {
  readonly rpm: PackedRpm;
  readonly repository: "baseos" | "appstream";
}

/**
 * A package of Debian as EL has it: with EL's name, its programs and modules in EL's places, and
 * what it needs by EL's names. Undefined for what EL needs nothing of.
 */
export async function elPackage(
  locked: LockedPackage,
  file: string,
  spool: string,
): Promise<ElPackage | undefined> {
  const known = renamed[locked.name];
  if (known === undefined && !isLibrary(locked.name)) return undefined;
  const { digest } = locked;
  const { metadata, entries } = await unpackPackage({ file, digest, spool, exclude: EXCLUDED });
  const content = await readFile(spool);
  await rm(spool);
  const {
    name,
    repository = "baseos",
    module,
    provides = [],
    requires = [],
  } = known ?? {
    name: locked.name,
  };
  const files = [...filesOf(entries, content), ...(known?.files ?? [])];
  const rpm: PackedRpm = {
    name,
    ...versionOf(locked.version, module),
    architecture: locked.architecture === "all" ? "noarch" : machine,
    requires: [...new Set([...requires, ...libraries(metadata.get("control") ?? "")])],
    provides,
    files,
    ...(known?.post === undefined ? {} : { post: known.post }),
    ...(module === undefined ? {} : { modularityLabel: `${module}:9050020241126093242:9` }),
  };
  return { rpm, repository };
}

const EXCLUDED = ["doc", "man", "locale", "lintian", "bug", "info"].map(
  (name) => `/usr/share/${name}`,
);

/** The libraries that a package's control file names first among their alternatives. */
function libraries(control: string): readonly string[] {
  const lines = [...control.matchAll(/^(?:Pre-)?Depends: (.*(?:\n .*)*)$/gm)].map(
    ([, line = ""]) => line,
  );
  return lines
    .flatMap((line) => line.split(","))
    .map((each) => /^\s*([a-z0-9.+-]+)/.exec(each)?.[1] ?? "")
    .flatMap((name) => (name === "libc6" ? ["glibc"] : isLibrary(name) ? [name] : []));
}

function isLibrary(name: string): boolean {
  if (/perl|debconf/.test(name)) return false;
  return name === "zlib1g" || (name.startsWith("lib") && renamed[name] === undefined);
}

/** `[epoch:]upstream[-revision]` as RPM divides it; no epoch, and no dash within. */
function versionOf(
  version: string,
  module: string | undefined,
): Pick<PackedRpm, "version" | "release"> {
  const [, upstream = "", revision = "1"] = /^(?:\d+:)?(.*?)(?:-([^-]*))?$/.exec(version) ?? [];
  const tag = module === undefined ? ".el9" : ".module+el9";
  return { version: upstream.replaceAll("-", "."), release: `${revision}${tag}` };
}

function filesOf(entries: readonly UnpackedEntry[], content: Buffer): readonly PackedFile[] {
  const contents = new Map<string, Uint8Array>();
  const places = new Set(shared);
  return entries.flatMap((entry): readonly PackedFile[] => {
    const place = placeOf(entry.path);
    // With `/lib` and `/usr/lib` one folder, a package of Debian may have a folder twice.
    if (entry.excluded || place === undefined || places.has(place)) return [];
    places.add(place);
    const { type, mode, linkTarget = "", spoolOffset = 0, size } = entry;
    if (type === "directory") return [{ path: place, type, mode }];
    if (type === "symlink") return [link(place, linkTarget)];
    const body =
      type === "hardlink"
        ? contents.get(linkTarget)
        : content.subarray(spoolOffset, spoolOffset + size);
    contents.set(entry.path, body ?? Buffer.alloc(0));
    return [{ path: place, type: "file", mode, content: body ?? Buffer.alloc(0) }];
  });
}

/** Folders of the package `filesystem`. */
export const shared: ReadonlySet<string> = new Set(
  (
    "/boot /dev /etc /home /opt /proc /root /run /srv /sys /tmp /usr /usr/bin /usr/include /usr/lib " +
    "/usr/lib64 /usr/libexec /usr/local /usr/sbin /usr/share /usr/share/doc /var /var/cache /var/lib " +
    "/var/log /var/tmp /etc/ld.so.conf.d"
  ).split(" "),
);

/** Where EL has a path; undefined for one that it has no use for. */
function placeOf(debian: string): string | undefined {
  // A script for Debian's dash that nothing of EL runs.
  if (debian === "" || debian.startsWith("usr/share/libgcrypt20")) return undefined;
  const place = `/${debian}`
    .replace(/^\/(?=(?:bin|sbin|lib|lib64)(?:\/|$))/, "/usr/")
    .replace(/^\/usr\/lib\/apache2\/modules/, "/usr/lib64/httpd/modules")
    .replace(/^\/usr\/lib\/php\/\d+/, "/usr/lib64/php/modules")
    .replace(/^\/usr\/sbin\/apache2$/, "/usr/sbin/httpd")
    .replace(/^\/usr\/sbin\/php-fpm8\.2$/, "/usr/sbin/php-fpm");
  return path.posix.normalize(place);
}
