import { crc32, deflateRawSync } from "node:zlib";

/** One entry of a zip that a test writes, right or wrong on purpose. */
export interface ZipItem {
  /** A folder when it ends with a slash. */
  readonly path: string;
  readonly content?: string | Uint8Array;
  /** Unix mode with its kind, such as 0o100755; absent: as a program of DOS writes it. */
  readonly unix?: number;
  /** Size in the headers where it is to differ from the content's. */
  readonly claimedSize?: number;
  /** Compression method in the headers where it is to differ from the real one: deflate. */
  readonly method?: number;
  /** General purpose flags; bit 0 says that it is encrypted. */
  readonly flags?: number;
  /** Checksum where it is to be wrong. */
  readonly checksum?: number;
}

/** 2021-03-04 05:06:08, in whatever time zone. */
const DOS_TIME = (5 << 11) | (6 << 5) | 4;
const DOS_DATE = (41 << 9) | (3 << 5) | 4;

/** A zip of the entries in the order given, written by hand. */
export function zipOf(items: readonly ZipItem[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const item of items) {
    const content = Buffer.from(item.content ?? "");
    const data = deflateRawSync(content);
    const name = Buffer.from(item.path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE((item.flags ?? 0) | 0x800, 2);
    common.writeUInt16LE(item.method ?? 8, 4);
    common.writeUInt16LE(DOS_TIME, 6);
    common.writeUInt16LE(DOS_DATE, 8);
    common.writeUInt32LE(item.checksum ?? crc32(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(item.claimedSize ?? content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, name, data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((item.unix ?? 0) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([30, item.unix === undefined ? 0 : 3]);
    central.push(Buffer.concat([Buffer.from("PK\u0001\u0002"), madeBy, common, rest, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(items.length, 8);
  end.writeUInt16LE(items.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
