import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { decompress } from "../xz.ts";
import { readMagic, readMember } from "./archive.ts";
import { ByteReader } from "./byte-reader.ts";
import { readTarHeader, type TarHeader, tarPadding } from "./data-tar.ts";

/** One path of an unpacked package; regular files lie in the spool file. */
export interface UnpackedEntry extends TarHeader {
  /** Where the content starts in the spool file; absent for what is excluded or has no content. */
  readonly spoolOffset?: number;
  /** Hexadecimal SHA-256 of a regular file that is not excluded. */
  readonly sha256?: string;
  /** Hexadecimal MD5 of a configuration file, for dpkg's database. */
  readonly md5?: string;
  readonly excluded: boolean;
}

/** A package taken apart: its control files as text, and what it installs. */
export interface UnpackedPackage {
  /** By name: `control`, `conffiles`, `md5sums`, `postinst`… */
  readonly controlFiles: ReadonlyMap<string, string>;
  readonly entries: readonly UnpackedEntry[];
}

export interface UnpackRequest {
  /** The deb. */
  readonly file: string;
  /** Where the contents of its files are written, one after another. */
  readonly spool: string;
  /** Absolute paths whose subtrees are left out. */
  readonly exclude: readonly string[];
}

/** Take one deb apart without running anything of it. Throws an `Error` whose message says what is wrong with the file. */
export async function unpackPackage(request: UnpackRequest): Promise<UnpackedPackage> {
  const unpacked = await readPackage(request, new Set());
  const linked = linkedExcluded(unpacked.entries);
  if (linked.size === 0) return unpacked;
  // Only at the link does it show that a file which was passed over is needed. So rare that reading the
  // package again costs less than keeping everything that is excluded.
  const again = await readPackage(request, linked);
  return { ...again, entries: withoutExcludedTargets(again.entries, linked) };
}

async function readPackage(
  request: UnpackRequest,
  linked: ReadonlySet<string>,
): Promise<UnpackedPackage> {
  const source = createReadStream(request.file, { highWaterMark: 256 * 1024 });
  const reader = new ByteReader(source);
  await using spool = await open(request.spool, "w");
  let controlFiles: ReadonlyMap<string, string> | undefined;
  try {
    await readMagic(reader);
    for (
      let member = await readMember(reader);
      member !== undefined;
      member = await readMember(reader)
    ) {
      const content = reader.stream(member.sizeBytes);
      if (member.name.startsWith("control.tar")) {
        controlFiles = await readControlFiles(decompress(member.name, content));
      } else if (member.name.startsWith("data.tar")) {
        if (controlFiles === undefined) throw new Error("its data comes before its control file");
        const conffiles = new Set(
          (controlFiles.get("conffiles") ?? "").split("\n").map((line) => line.trim()),
        );
        const files = new ByteReader(decompress(member.name, content));
        return {
          controlFiles,
          entries: await readEntries({ ...request, files, spool, conffiles, linked }),
        };
      } else {
        await reader.skip(member.sizeBytes);
      }
      await reader.skip(member.padding);
    }
  } finally {
    source.destroy();
  }
  throw new Error("it holds no data.tar");
}

async function readControlFiles(
  source: AsyncIterable<Uint8Array>,
): Promise<ReadonlyMap<string, string>> {
  const reader = new ByteReader(source);
  const files = new Map<string, string>();
  for (
    let header = await readTarHeader(reader);
    header !== undefined;
    header = await readTarHeader(reader)
  ) {
    const content = await reader.read(header.size);
    await reader.skip(tarPadding(header.size));
    files.set(header.path, Buffer.from(content ?? []).toString("utf8"));
  }
  for await (const _ of reader.stream(Number.MAX_SAFE_INTEGER)) {
    // The rest is padding; the decoder is run to its end so that its checksum is compared.
  }
  return files;
}

async function readEntries(request: {
  readonly files: ByteReader;
  readonly spool: FileHandle;
  readonly exclude: readonly string[];
  readonly conffiles: ReadonlySet<string>;
  /** Paths whose content is wanted although they are excluded. */
  readonly linked: ReadonlySet<string>;
}): Promise<readonly UnpackedEntry[]> {
  const { files, spool, exclude, conffiles, linked } = request;
  const writer = new SpoolWriter(spool);
  const entries: UnpackedEntry[] = [];
  for (
    let header = await readTarHeader(files);
    header !== undefined;
    header = await readTarHeader(files)
  ) {
    const excluded = isExcluded(header, exclude);
    if (header.type !== "file" || (excluded && !linked.has(header.path))) {
      await files.skip(header.size + tarPadding(header.size));
      entries.push({ ...header, excluded });
      continue;
    }
    const sha256 = createHash("sha256");
    const md5 = conffiles.has(`/${header.path}`) ? createHash("md5") : undefined;
    const spoolOffset = writer.offset;
    for await (const piece of files.stream(header.size)) {
      sha256.update(piece);
      md5?.update(piece);
      await writer.write(piece);
    }
    if (writer.offset - spoolOffset !== header.size) throw new Error("the file ends in the middle");
    await files.skip(tarPadding(header.size));
    entries.push({
      ...header,
      excluded,
      spoolOffset,
      sha256: sha256.digest("hex"),
      ...(md5 === undefined ? {} : { md5: md5.digest("hex") }),
    });
  }
  await writer.flush();
  for await (const _ of files.stream(Number.MAX_SAFE_INTEGER)) {
    // To the end, so that the decoder compares its checksum.
  }
  return entries;
}

/** Copyright files stay whatever is excluded: they are the licence under which the rest may be passed on. */
function isExcluded({ path, type }: TarHeader, exclude: readonly string[]): boolean {
  if (/^usr\/share\/doc\/[^/]+(?:\/copyright)?$/.test(path)) return false;
  return exclude.some(
    (prefix) =>
      `/${path}`.startsWith(`${prefix}/`) || (type !== "directory" && `/${path}` === prefix),
  );
}

/** Excluded files that an entry which stays is a hard link to. */
function linkedExcluded(entries: readonly UnpackedEntry[]): ReadonlySet<string> {
  const left = new Set(entries.filter(({ excluded }) => excluded).map(({ path }) => path));
  const targets = entries.flatMap(({ type, excluded, linkTarget = "" }) =>
    type === "hardlink" && !excluded && left.has(linkTarget) ? [linkTarget] : [],
  );
  return new Set(targets);
}

/** The first link to an excluded file becomes the file; the others become links to it. */
function withoutExcludedTargets(
  entries: readonly UnpackedEntry[],
  linked: ReadonlySet<string>,
): readonly UnpackedEntry[] {
  const files = new Map(entries.map((entry) => [entry.path, entry]));
  const places = new Map<string, string>();
  return entries.map((entry) => {
    const { path, type, excluded, linkTarget = "" } = entry;
    const file = files.get(linkTarget);
    if (type !== "hardlink" || excluded || file === undefined || !linked.has(linkTarget)) {
      return entry;
    }
    const place = places.get(linkTarget);
    if (place !== undefined) return { ...entry, linkTarget: place };
    places.set(linkTarget, path);
    return { ...file, path, excluded };
  });
}

/** Gathers small files into large writes: a package is thousands of pieces of a few kilobytes. */
class SpoolWriter {
  readonly #file: FileHandle;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  offset = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(piece: Uint8Array): Promise<void> {
    this.#pending.push(piece);
    this.#pendingBytes += piece.length;
    this.offset += piece.length;
    if (this.#pendingBytes >= 1024 * 1024) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    // `writeFile` goes on after a short write, as a disk that is nearly full gives; `writev` does not.
    await this.#file.writeFile(Buffer.concat(this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
