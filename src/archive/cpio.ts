import type { ByteReader } from "./byte-reader.ts";
import { shown } from "./name.ts";
import { decodeName } from "./pax.ts";

/**
 * The header of one entry of a cpio archive, of which packages say all else themselves. Its content
 * follows in the reader and must be read or skipped, then `cpioPadding` bytes.
 */
export type CpioHeader =
  | {
      readonly type: "named";
      /** As the archive has it. */
      readonly name: string;
      /** Bytes of the content. */
      readonly size: number;
    }
  /** A stripped entry: what it is stands elsewhere, at this index. */
  | { readonly type: "index"; readonly index: number };

/** Bytes of the header in front of the name. */
const NAMED_HEADER = 110;
const STRIPPED_HEADER = 14;
const MAGIC_BYTES = 6;
/** Places of the numbers that are wanted among the thirteen of a header. */
const [SIZE_FIELD, NAME_FIELD] = [6, 11];
/** What Linux takes of a path, with the zero that ends it. */
const LONGEST_NAME = 4096;

/**
 * The next entry of a cpio archive in the new ASCII format, with or without checksums, or in the
 * stripped one that rpm writes for files of 4 GiB and more; undefined at its trailer. Throws an
 * `Error` that says what is wrong with the header.
 *
 * Source: cpio(5); rpm's `rpmcpio.c`.
 */
export async function readCpioHeader(reader: ByteReader): Promise<CpioHeader | undefined> {
  const magic = latin1(await reader.read(MAGIC_BYTES));
  if (magic === "07070X") return await readStripped(reader);
  if (magic !== "070701" && magic !== "070702") {
    throw new Error(
      magic === "" ? "its payload has no end" : "its payload is no cpio archive, or a damaged one",
    );
  }
  const rest = await reader.read(NAMED_HEADER - MAGIC_BYTES);
  const text = latin1(rest);
  const fields = Array.from({ length: 13 }, (_, at) => hexadecimal(text.slice(8 * at, 8 * at + 8)));
  const [size = 0, nameBytes = 0] = [fields[SIZE_FIELD], fields[NAME_FIELD]];
  if (nameBytes < 1 || nameBytes > LONGEST_NAME) {
    throw new Error(`its payload has a name of ${nameBytes} bytes`);
  }
  const name = await readName(reader, nameBytes);
  if (name === "TRAILER!!!") {
    if (size !== 0) throw new Error("the trailer of its payload has content");
    return undefined;
  }
  return { type: "named", name, size };
}

/** Bytes that fill content of some size, or a header, up to a multiple of four. */
export function cpioPadding(size: number): number {
  return (4 - (size % 4)) % 4;
}

async function readStripped(reader: ByteReader): Promise<CpioHeader> {
  const index = hexadecimal(latin1(await reader.read(STRIPPED_HEADER - MAGIC_BYTES)));
  await reader.skip(cpioPadding(STRIPPED_HEADER));
  return { type: "index", index };
}

async function readName(reader: ByteReader, nameBytes: number): Promise<string> {
  const bytes = (await reader.read(nameBytes)) ?? new Uint8Array(0);
  await reader.skip(cpioPadding(NAMED_HEADER + nameBytes));
  const name = decodeName(bytes.subarray(0, -1));
  if (bytes.at(-1) !== 0 || name.includes("\0")) {
    throw new Error(`the name "${shown(name)}" in its payload has no end`);
  }
  return name;
}

function hexadecimal(digits: string): number {
  if (!/^[0-9a-fA-F]{8}$/.test(digits)) throw new Error("a header of its payload is damaged");
  return Number.parseInt(digits, 16);
}

function latin1(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("latin1");
}
