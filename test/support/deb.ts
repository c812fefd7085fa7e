import { createHash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { LockedPackage } from "../../src/packages/package.ts";
import type { Digest } from "../../src/digest.ts";
import { type TarItem, tarOf } from "./tar.ts";

/** A Debian package that a test makes up. */
export interface DebParts {
  readonly name: string;
  readonly version?: string;
  /** Entries of `data.tar`, in order. */
  readonly files?: readonly TarItem[];
  /** Further fields of the control file. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Further members of the control archive: `conffiles`, `postinst`… */
  readonly control?: Readonly<Record<string, string>>;
  readonly compression?: "none" | "gz" | "zst";
  /** Seconds since 1970; absent: long ago. */
  readonly builtAt?: number;
}

/** The bytes of a `.deb`. */
export function debOf(parts: DebParts): Buffer {
  const { compression = "none", builtAt } = parts;
  const pack = {
    none: (tar: Buffer) => tar,
    gz: (tar: Buffer) => gzipSync(tar),
    zst: (tar: Buffer) => zstdCompressSync(tar),
  }[compression];
  const suffix = compression === "none" ? "" : `.${compression}`;
  return arOf(
    [
      ["debian-binary", Buffer.from("2.0\n")],
      [`control.tar${suffix}`, pack(controlTar(parts))],
      [`data.tar${suffix}`, pack(tarOf(parts.files ?? []))],
    ],
    builtAt,
  );
}

/** An ar archive as dpkg-deb writes it. */
export function arOf(
  members: readonly (readonly [name: string, content: Uint8Array])[],
  time = 1_600_000_000,
): Buffer {
  const parts = members.flatMap(([name, content]) => [
    Buffer.from(
      `${name.padEnd(16)}${String(time).padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${String(content.length).padEnd(10)}\`\n`,
    ),
    content,
    Buffer.alloc(content.length % 2, "\n"),
  ]);
  return Buffer.concat([Buffer.from("!<arch>\n"), ...parts]);
}

function controlTar({
  name,
  version = "1.0-1",
  files = [],
  fields = {},
  control = {},
}: DebParts): Buffer {
  const text = Object.entries({
    Package: name,
    Version: version,
    Architecture: "amd64",
    Maintainer: "Nobody <nobody@example.invalid>",
    Description: "made up for a test\n A second line of it.",
    ...fields,
  })
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
  const sums = files
    .filter(({ type = "file" }) => type === "file")
    .map(
      ({ path, content = "" }) =>
        `${createHash("md5").update(content).digest("hex")}  ${path.replace(/^\.\//, "")}\n`,
    )
    .join("");
  const members = { control: text, md5sums: sums, ...control };
  return tarOf(Object.entries(members).map(([path, content]) => ({ path: `./${path}`, content })));
}

/** The lock's line for a package, with the digest of its real bytes. */
export function lockedOf(parts: DebParts, bytes: Uint8Array): LockedPackage {
  const { name, version = "1.0-1" } = parts;
  const digest: Digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return {
    name,
    version,
    architecture: "amd64",
    repository: "test",
    path: `pool/${name}_${version}_amd64.deb`,
    sizeBytes: bytes.length,
    digest,
    source: name,
    sourceVersion: version,
    buildTime: 1_600_000_000,
    reasons: [{ type: "requested" }],
  };
}

/** An entry of a folder. */
export function folder(path: string, parts: Partial<TarItem> = {}): TarItem {
  return { path: `${path}/`, type: "directory", ...parts };
}

/** An entry of a file. */
export function file(
  path: string,
  content: string | Uint8Array,
  parts: Partial<TarItem> = {},
): TarItem {
  return { path, content, ...parts };
}

/** An entry of a symbolic link. */
export function link(path: string, target: string): TarItem {
  return { path, type: "symlink", target, mode: 0o777 };
}
