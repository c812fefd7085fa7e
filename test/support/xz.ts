import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/**
 * Wrap bytes in the xz format without compressing them: Node writes no xz, and a test needs only
 * the form. Checked by CRC32 unless told.
 */
export function toXz(content: Uint8Array, checkedBy: "crc32" | "sha256" = "crc32"): Buffer {
  const flags = Buffer.from([0, checkedBy === "crc32" ? CHECK_CRC32 : CHECK_SHA256]);
  const header = withChecksum(flags);
  const data = lzma2(content);
  const blockHeader = withChecksum(Buffer.from([0x02, 0x00, LZMA2, 0x01, 0x16, 0, 0, 0]));
  const check = checkedBy === "crc32" ? uint32(crc32(content)) : sha256(content);
  const unpaddedSize = blockHeader.length + data.length + check.length;
  const index = withChecksum(
    padded(Buffer.from([0, 1, ...multibyte(unpaddedSize), ...multibyte(content.length)])),
  );
  const footer = Buffer.concat([uint32(index.length / 4 - 1), flags]);
  return Buffer.concat([
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
    header,
    blockHeader,
    padded(data),
    check,
    index,
    uint32(crc32(footer)),
    footer,
    Buffer.from("YZ"),
  ]);
}

const CHECK_CRC32 = 0x01;
const CHECK_SHA256 = 0x0a;
const LZMA2 = 0x21;

/** Chunks of LZMA2 that are stored as they are: the first one resets the dictionary, zero ends. */
function lzma2(content: Uint8Array): Buffer {
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < content.length; start += 0x10000) {
    const chunk = content.subarray(start, start + 0x10000);
    const size = chunk.length - 1;
    chunks.push(Uint8Array.of(start === 0 ? 1 : 2, size >> 8, size & 0xff), chunk);
  }
  return Buffer.concat([...chunks, Uint8Array.of(0)]);
}

function sha256(content: Uint8Array): Buffer {
  return createHash("sha256").update(content).digest();
}

function multibyte(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function withChecksum(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, uint32(crc32(bytes))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
