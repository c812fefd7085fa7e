import { ByteCursor } from "./byte-cursor.ts";

/** A packet: what kind, and its bytes without the header. */
export interface OpenPgpPacket {
  readonly tag: number;
  readonly body: Uint8Array;
}

/** Numbers of the kinds of packets that matter here. Source: RFC 9580, section 5. */
export const packetTags = { signature: 2, publicKey: 6, userId: 13, publicSubkey: 14 } as const;

/** A key with many certifications has some hundreds. */
const MOST_PACKETS = 4096;

/**
 * The packets of a key or a detached signature. Those of partial or unknown length, which only
 * messages have, are refused.
 *
 * Throws an `Error` that says what is wrong. Source: RFC 9580, section 4.2.
 */
export function readPackets(bytes: Uint8Array): readonly OpenPgpPacket[] {
  const cursor = new ByteCursor(bytes);
  const packets: OpenPgpPacket[] = [];
  while (cursor.left > 0) {
    if (packets.length === MOST_PACKETS) throw new Error("there are too many OpenPGP packets");
    const header = cursor.number(1);
    if ((header & 0x80) === 0) throw new Error("there is no OpenPGP packet where one should be");
    const isNew = (header & 0x40) !== 0;
    const tag = isNew ? header & 0x3f : (header >> 2) & 0x0f;
    const length = isNew ? newLength(cursor) : oldLength(cursor, header & 3);
    packets.push({ tag, body: cursor.take(length) });
  }
  return packets;
}

/** The length of a packet of the present format, or of a subpacket of a signature. */
export function newLength(cursor: ByteCursor): number {
  const first = cursor.number(1);
  if (first < 192) return first;
  if (first < 224) return (first - 192) * 256 + cursor.number(1) + 192;
  if (first === 255) return cursor.number(4);
  throw new Error("an OpenPGP packet comes in parts");
}

function oldLength(cursor: ByteCursor, kind: number): number {
  if (kind === 0) return cursor.number(1);
  if (kind === 1) return cursor.number(2);
  if (kind === 2) return cursor.number(4);
  throw new Error("an OpenPGP packet does not say its length");
}
