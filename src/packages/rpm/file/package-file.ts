import { type FileHandle, open } from "node:fs/promises";
import { readHeaderSize } from "../header/header-entries.ts";
import { RpmHeader } from "../header/header.ts";

/** The parts of a package's file; the payload is what follows them. */
export interface PackageFile {
  /** Signatures and digests of what follows it; nobody signed them. */
  readonly signature: RpmHeader;
  /** Everything else that the package says of itself. */
  readonly header: RpmHeader;
  /** Offset of the magic number of the header, where what is signed begins. */
  readonly headerStart: number;
  /** Offset of the first byte of the payload. */
  readonly payloadStart: number;
  /** Of the whole file. */
  readonly sizeBytes: number;
}

/** What each header in a file begins with. */
export const headerMagic: Uint8Array = Buffer.from("8eade80100000000", "hex");

const leadMagic = Buffer.from("edabeedb", "hex");
const LEAD_BYTES = 96;
/** Of the lead: a package of sources, and signatures as a header. */
const [SOURCE_TYPE, HEADER_SIGNATURE] = [1, 5];
/** As rpm bounds them for signatures. */
const [MOST_SIGNATURE_ENTRIES, LARGEST_SIGNATURES] = [32, 64 * 1024 ** 2];

/**
 * Read both headers of an RPM package, without its payload. Nothing is verified here.
 *
 * Throws an `Error` that says what is wrong with the file. Source: rpm's docs/manual/format.
 */
export async function readPackageFile(path: string): Promise<PackageFile> {
  await using file = await open(path);
  const { size: sizeBytes } = await file.stat();
  await checkLead(file);
  const signature = await readHeader({ file, sizeBytes, start: LEAD_BYTES, isSignature: true });
  // The header begins at a multiple of eight bytes.
  const headerStart = Math.ceil(signature.end / 8) * 8;
  const { header, end } = await readHeader({ file, sizeBytes, start: headerStart });
  return {
    signature: signature.header,
    header,
    headerStart,
    payloadStart: end,
    sizeBytes,
  };
}

async function checkLead(file: FileHandle): Promise<void> {
  const lead = await readExactly(file, 0, LEAD_BYTES);
  if (!lead.subarray(0, 4).equals(leadMagic)) throw new Error("it is not an RPM package");
  const major = lead.readUInt8(4);
  // Formats 4 and 6 of RPM differ in the tags of their headers alone.
  if (major !== 3 && major !== 4) throw new Error(`its format has version ${major}`);
  if (lead.readUInt16BE(6) === SOURCE_TYPE) throw new Error("it is a package of sources");
  if (lead.readUInt16BE(78) !== HEADER_SIGNATURE) throw new Error("it has no signature header");
}

async function readHeader(place: {
  readonly file: FileHandle;
  readonly sizeBytes: number;
  readonly start: number;
  readonly isSignature?: boolean;
}): Promise<{ readonly header: RpmHeader; readonly end: number }> {
  const { file, sizeBytes, start, isSignature = false } = place;
  const intro = await readExactly(file, start, 16);
  if (!intro.subarray(0, 8).equals(headerMagic)) {
    throw new Error(`there is no header where its ${isSignature ? "first" : "second"} should be`);
  }
  const { entries, dataBytes } = readHeaderSize(intro.subarray(8));
  if (isSignature && (entries > MOST_SIGNATURE_ENTRIES || dataBytes > LARGEST_SIGNATURES)) {
    throw new Error(`its signature header claims ${entries} entries and ${dataBytes} bytes`);
  }
  const length = 8 + 16 * entries + dataBytes;
  const end = start + 8 + length;
  // What a header claims is read only as far as the file can have it.
  if (end > sizeBytes) throw new Error("it ends in the middle of its header");
  return { header: RpmHeader.parse(await readExactly(file, start + 8, length)), end };
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new Error("it ends in the middle");
    done += bytesRead;
  }
  return bytes;
}
