import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { ByteReader } from "../../../src/archive/byte-reader.ts";
import { readTarHeader, type TarHeader, tarPadding } from "../../../src/archive/tar.ts";
import type { IndexedPackage } from "../../../src/packages/package-index.ts";
import type { AptSources } from "../../support/apt.ts";

/** A package on the disk. */
export interface JudgedPackage {
  readonly entry: IndexedPackage;
  /** Files of its control archive by their names, as bytes (bytes.ts). */
  readonly control: ReadonlyMap<string, string>;
  /** What it installs, and where in the tar file each content begins. */
  readonly contents: readonly (TarHeader & { readonly at: number })[];
  readonly tar: string;
}

const run = promisify(execFile);

/** Fetches a package, unless the folder has it, and unpacks it with dpkg's own tool. */
export async function unpackPackage(
  folder: string,
  sources: AptSources,
  entry: IndexedPackage,
): Promise<JudgedPackage> {
  const deb = path.join(folder, path.basename(entry.path));
  if (!fs.existsSync(deb)) {
    const response = await fetch(`${mirrorOf(sources, entry.repository)}/${entry.path}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (createHash("sha256").update(bytes).digest("hex") !== entry.sha256) {
      throw new Error(`${entry.name} is not what the index says`);
    }
    fs.writeFileSync(deb, bytes);
  }
  const tar = `${deb}.tar`;
  const info = `${deb}.control`;
  if (!fs.existsSync(info)) {
    const half = `${tar}.part`;
    await run("sh", ["-c", 'dpkg-deb --fsys-tarfile "$1" > "$2"', "sh", deb, half]);
    fs.renameSync(half, tar);
    execFileSync("dpkg-deb", ["-e", deb, info]);
  }
  const control = new Map(
    fs.readdirSync(info).map((name) => [name, fs.readFileSync(path.join(info, name), "latin1")]),
  );
  return { entry, control, contents: await contentsOf(tar), tar };
}

async function contentsOf(tar: string): Promise<JudgedPackage["contents"]> {
  const contents: (TarHeader & { readonly at: number })[] = [];
  const handle = await fs.promises.open(tar);
  try {
    let offset = 0;
    for (;;) {
      const reader = new ByteReader(blocksFrom(handle, offset));
      const header = await readTarHeader(reader);
      if (header === undefined) return contents;
      offset += reader.offset;
      contents.push({ ...header, at: offset });
      offset += header.size + tarPadding(header.size);
    }
  } finally {
    await handle.close();
  }
}

/** Small pieces, because behind each header its content is jumped over. */
async function* blocksFrom(
  handle: fs.promises.FileHandle,
  start: number,
): AsyncGenerator<Uint8Array> {
  for (let at = start; ; at += 512) {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(512), 0, 512, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The address that apt's sources give for a suite. */
function mirrorOf({ text }: AptSources, suite: string): string {
  for (const stanza of text.split(/\n\s*\n/)) {
    const suites = /^Suites:(.*)$/m.exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
    const uri = /^URIs:\s*(\S+)/m.exec(stanza)?.[1];
    if (uri !== undefined && suites.includes(suite)) return uri.replace(/\/$/, "");
  }
  const line = new RegExp(`^deb (?:\\[.*\\] )?(\\S+) ${suite} `, "m").exec(text)?.[1];
  if (line === undefined) throw new Error(`apt's sources have no address for ${suite}`);
  return line.replace(/\/$/, "");
}
