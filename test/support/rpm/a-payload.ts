import { createHash } from "node:crypto";
import type { HeaderEntry } from "../../../src/packages/rpm/header/header.ts";
import { tags } from "../../../src/packages/rpm/header/tags.ts";
import { bigints, numbers, shorts, text, texts } from "./header-entries.ts";

/** A path that a package of a test brings. */
export interface PayloadFile {
  /** Absolute. */
  readonly path: string;
  /** With the kind; a regular file of mode 0644 unless told. */
  readonly mode?: number;
  readonly content?: string;
  readonly target?: string;
  /** Those with the same number are hard links; the last one has the content. */
  readonly inode?: number;
  readonly flags?: number;
  readonly capabilities?: string;
  /** As the header claims it, where that is not the content's. */
  readonly size?: number;
  /** As the header claims it, where that is not the content's. */
  readonly digest?: string;
}

/** What a header says of files. */
export function fileHeaderEntries(
  files: readonly PayloadFile[],
  options: { readonly isLarge?: boolean } = {},
): readonly HeaderEntry[] {
  if (files.length === 0) return [];
  const sizes = files.map((file) => file.size ?? Buffer.byteLength(contentOf(file)));
  const folders = files.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1));
  const kinds = files.map(({ mode = 0o100644 }) => mode);
  return [
    options.isLarge === true
      ? bigints(tags.longFileSizes, sizes.map(BigInt))
      : numbers(tags.fileSizes, sizes),
    shorts(tags.fileModes, kinds),
    numbers(
      tags.fileMtimes,
      files.map((_, at) => 1000 + at),
    ),
    texts(tags.fileDigests, files.map(digestOf)),
    texts(
      tags.fileLinkTargets,
      files.map(({ target = "" }) => target),
    ),
    numbers(
      tags.fileFlags,
      files.map(({ flags = 0 }) => flags),
    ),
    numbers(
      tags.fileDevices,
      files.map(() => 1),
    ),
    numbers(
      tags.fileInodes,
      files.map(({ inode }, at) => inode ?? 1000 + at),
    ),
    texts(
      tags.baseNames,
      files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)),
    ),
    texts(tags.directoryNames, folders),
    numbers(
      tags.directoryIndexes,
      files.map((_, at) => at),
    ),
    texts(
      tags.fileUserNames,
      files.map(() => "root"),
    ),
    texts(
      tags.fileGroupNames,
      files.map(() => "root"),
    ),
    texts(
      tags.fileCapabilities,
      files.map(({ capabilities = "" }) => capabilities),
    ),
    numbers(tags.fileDigestAlgorithm, [8]),
    text(tags.payloadFormat, "cpio"),
  ];
}

/** What a payload says of an entry. */
export interface CpioEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** As its header claims it. */
  readonly size?: string;
  readonly nameBytes?: string;
  readonly magic?: string;
}

/** The entries of a payload as rpm writes them: of hard links the last one has the content. */
export function cpioEntriesOf(files: readonly PayloadFile[]): readonly CpioEntry[] {
  return files
    .filter(({ flags = 0 }) => (flags & 64) === 0)
    .map((file, at, all) => {
      const { path, inode } = file;
      const isLink = all
        .slice(at + 1)
        .some((other) => inode !== undefined && other.inode === inode);
      return { name: `.${path}`, content: isLink ? "" : contentOf(file) };
    });
}

/** A cpio archive in the new ASCII format. */
export function cpioOf(entries: readonly CpioEntry[]): Buffer {
  return Buffer.concat([...entries, { name: "TRAILER!!!" }].map(cpioEntry));
}

/** A cpio archive in rpm's stripped format, whose entries are places in the header. */
export function strippedCpioOf(
  entries: readonly (readonly [index: number, content: string])[],
): Buffer {
  return Buffer.concat([
    ...entries.map(([index, content]) =>
      Buffer.concat([Buffer.from(`07070X${hex(index)}\0\0`), padded(Buffer.from(content))]),
    ),
    cpioEntry({ name: "TRAILER!!!" }),
  ]);
}

function cpioEntry({ name, content = "", size, nameBytes, magic = "070701" }: CpioEntry): Buffer {
  const nameText = Buffer.from(`${name}\0`);
  const body = typeof content === "string" ? Buffer.from(content) : content;
  const fields = [
    ...[1, 0, 0, 0, 1, 0].map(hex),
    size ?? hex(body.length),
    ...[0, 0, 0, 0].map(hex),
    nameBytes ?? hex(nameText.length),
    hex(0),
  ];
  const head = Buffer.concat([Buffer.from(magic + fields.join("")), nameText]);
  return Buffer.concat([padded(head), padded(body)]);
}

function contentOf({ mode = 0o100644, content = "", target = "" }: PayloadFile): string {
  return (mode & 0o170000) === 0o120000 ? target : content;
}

function digestOf({ mode = 0o100644, content = "", digest }: PayloadFile): string {
  if (digest !== undefined) return digest;
  return (mode & 0o170000) === 0o100000 ? createHash("sha256").update(content).digest("hex") : "";
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
