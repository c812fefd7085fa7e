import { createHash } from "node:crypto";
import type { Digest } from "../../src/digest.ts";
import type { PinnedRequirement } from "../../src/python/requirements-file.ts";
import type { ImagePython } from "../../src/packages/image-python.ts";
import type { LockedWheel } from "../../src/packages/package.ts";
import { type FileServer, startFileServer } from "./file-server.ts";
import { type ZipItem, zipOf } from "./zip.ts";

/** The Python of Debian 12. */
export const aPython: ImagePython = {
  major: 3,
  minor: 11,
  version: "3.11.2",
  glibc: [2, 36],
  interpreter: "usr/bin/python3.11",
  prefix: "usr/local",
  sitePackages: "usr/local/lib/python3.11/dist-packages",
  headers: "usr/local/include/python3.11",
};

/** A wheel that a test makes, right or wrong on purpose. */
export interface WheelParts {
  readonly name?: string;
  readonly version?: string;
  /** What it can be used for, as `py3-none-any`. */
  readonly tag?: string;
  /** Files beside those of `.dist-info`. */
  readonly files?: readonly ZipItem[];
  /** Further lines of METADATA, such as `Requires-Dist: click>=8`. */
  readonly metadata?: readonly string[];
  readonly entryPoints?: string;
  /** Changes the lines of RECORD. */
  readonly record?: (lines: readonly string[]) => readonly string[];
  /** Entries that no RECORD lists. */
  readonly extra?: readonly ZipItem[];
  /** Changes what lies in `.dist-info`. */
  readonly distInfo?: (items: readonly ZipItem[]) => readonly ZipItem[];
}

export interface MadeWheel {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly content: Buffer;
  readonly digest: Digest;
}

/** Make a wheel with everything that the specification asks for. */
export function aWheel(parts: WheelParts = {}): MadeWheel {
  const { name = "demo", version = "1.0", tag = "py3-none-any", files = [] } = parts;
  const written = name.replaceAll("-", "_");
  const folder = `${written}-${version}.dist-info`;
  const metadata = ["Metadata-Version: 2.1", `Name: ${name}`, `Version: ${version}`];
  const own: readonly ZipItem[] = [
    {
      path: `${folder}/METADATA`,
      content: [...metadata, ...(parts.metadata ?? []), "", "A description."].join("\n"),
    },
    {
      path: `${folder}/WHEEL`,
      content: `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
    },
    ...(parts.entryPoints === undefined
      ? []
      : [{ path: `${folder}/entry_points.txt`, content: parts.entryPoints }]),
  ];
  const items = [...files, ...(parts.distInfo ?? ((all) => all))(own)];
  const lines = items.filter(({ path }) => !path.endsWith("/")).map(recordLine);
  lines.push(`${folder}/RECORD,,`);
  const record = (parts.record ?? ((all) => all))(lines).join("\n");
  const content = zipOf([
    ...items,
    ...(parts.extra ?? []),
    { path: `${folder}/RECORD`, content: `${record}\n` },
  ]);
  return {
    name,
    version,
    file: `${written}-${version}-${tag}.whl`,
    content,
    digest: `sha256:${createHash("sha256").update(content).digest("hex")}`,
  };
}

function recordLine({ path, content = "" }: ZipItem): string {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("base64url");
  return `${path},sha256=${hash},${bytes.length}`;
}

/** A wheel as the lock has it. */
export function asLocked({ name, version, file, content, digest }: MadeWheel): LockedWheel {
  const reasons = [{ type: "requested" }] as const;
  return { name, version, file, digest, sizeBytes: content.length, reasons };
}

/** A line of a requirements file that asks for a wheel. */
export function aRequirement(
  { name, version, digest }: Pick<MadeWheel, "name" | "version" | "digest">,
  parts: Partial<PinnedRequirement> = {},
): PinnedRequirement {
  return { name, version, extras: [], hashes: [digest], line: 1, ...parts };
}

/** A file as an index lists it. */
export interface ListedFile {
  readonly wheel: MadeWheel;
  readonly yanked?: string;
  /** Absent: the wheel's own. */
  readonly sha256?: string;
}

/** An index of the simple repository API on 127.0.0.1. */
export interface FakeIndex extends FileServer {
  /** The URL that pip would be given. */
  readonly simple: string;
}

/** Start an index of some files; its pages are JSON, or HTML as every index has them. */
export async function startFakeIndex(
  listed: readonly ListedFile[],
  form: "json" | "html" = "json",
): Promise<FakeIndex> {
  const files = new Map<string, Buffer>();
  for (const [name, of] of Map.groupBy(listed, ({ wheel }) => wheel.name)) {
    files.set(`/simple/${name}/`, Buffer.from(form === "json" ? jsonPage(name, of) : htmlPage(of)));
    for (const { wheel } of of) files.set(`/files/${wheel.file}`, wheel.content);
  }
  const server = await startFileServer(files);
  return { ...server, simple: `${server.url}/simple/` };
}

function jsonPage(name: string, files: readonly ListedFile[]): string {
  return JSON.stringify({
    meta: { "api-version": "1.0" },
    name,
    files: files.map(({ wheel, yanked = false, sha256 = wheel.digest.slice(7) }) => ({
      filename: wheel.file,
      url: `../../files/${wheel.file}`,
      hashes: { sha256 },
      yanked,
    })),
  });
}

function htmlPage(files: readonly ListedFile[]): string {
  const links = files.map(({ wheel, yanked, sha256 = wheel.digest.slice(7) }) => {
    const attribute = yanked === undefined ? "" : ` data-yanked="${yanked}"`;
    return `<a href="../../files/${wheel.file}#sha256=${sha256}"${attribute}>${wheel.file}</a><br>`;
  });
  return `<!DOCTYPE html>\n<html><body>\n${links.join("\n")}\n</body></html>\n`;
}
