/** What ldconfig asks of a shared library. */
export interface ElfLibrary {
  /** The machine, as the header of the file numbers it. */
  readonly machine: number;
  readonly soname: string | undefined;
}

const [PT_LOAD, PT_DYNAMIC] = [1, 2];
const [DT_NULL, DT_STRTAB, DT_SONAME] = [0, 5, 14];

/**
 * A shared library of 64 bits, little-endian; undefined for any other file. Every place in the file
 * is checked: a hostile one gives undefined.
 *
 * Source: System V ABI, chapters 4 and 5.
 */
export function readElf(bytes: Uint8Array): ElfLibrary | undefined {
  const isElf = bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
  if (!isElf || bytes[4] !== 2 || bytes[5] !== 1 || bytes.length < 64) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = (at: number): number => {
    return at >= 0 && at + 8 <= bytes.length ? Number(view.getBigUint64(at, true)) : 0;
  };
  const machine = view.getUint16(18, true);
  const tableAt = number(32);
  const [size, count] = [view.getUint16(54, true), view.getUint16(56, true)];
  const segments: { type: number; offset: number; address: number; length: number }[] = [];
  for (let index = 0; index < count; index++) {
    const at = tableAt + index * size;
    if (at + 56 > bytes.length) return undefined;
    segments.push({
      type: view.getUint32(at, true),
      offset: number(at + 8),
      address: number(at + 16),
      length: number(at + 32),
    });
  }
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return undefined;
  let [strings, soname]: (number | undefined)[] = [undefined, undefined];
  for (
    let at = dynamic.offset;
    at + 16 <= Math.min(dynamic.offset + dynamic.length, bytes.length);
    at += 16
  ) {
    const tag = number(at);
    if (tag === DT_NULL) break;
    if (tag === DT_STRTAB) strings = number(at + 8);
    if (tag === DT_SONAME) soname = number(at + 8);
  }
  if (strings === undefined || soname === undefined) return { machine, soname: undefined };
  const address = strings;
  const load = segments.find(
    (segment) =>
      segment.type === PT_LOAD &&
      address >= segment.address &&
      address < segment.address + segment.length,
  );
  const start = address - (load?.address ?? 0) + (load?.offset ?? 0) + soname;
  const end = bytes.indexOf(0, start);
  if (start >= bytes.length || end === -1 || end - start > 255) return undefined;
  return { machine, soname: Buffer.from(bytes.subarray(start, end)).toString("latin1") };
}
