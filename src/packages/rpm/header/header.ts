import { type HeaderEntry, type HeaderRegion, readEntries } from "./header-entries.ts";
import { type HeaderType, headerTypes } from "./header-type.ts";

export type { HeaderEntry, HeaderRegion } from "./header-entries.ts";

const { char, int8, int16, int32, int64, string, binary, stringArray, localText } = headerTypes;

/**
 * The header of an RPM package: everything that it says of itself, by number of tag. The same form
 * holds the signatures in front of it, and what a database knows of an installed package.
 *
 * Reading a value throws an `Error` when the tag holds another type than is asked for.
 */
export class RpmHeader {
  /** As they were parsed: from the count of entries to the end of the data. */
  readonly bytes: Uint8Array;
  /** The part that is exactly as the package's builder wrote it; absent in very old packages. */
  readonly region: HeaderRegion | undefined;
  readonly #entries: readonly HeaderEntry[];
  readonly #byTag: ReadonlyMap<number, HeaderEntry>;

  private constructor(
    bytes: Uint8Array,
    content: { readonly entries: readonly HeaderEntry[]; readonly region?: HeaderRegion },
  ) {
    this.bytes = bytes;
    this.region = content.region;
    this.#entries = content.entries;
    this.#byTag = new Map(content.entries.map((entry) => [entry.tag, entry]));
  }

  /**
   * Parse a header without the eight bytes of its magic number: it starts with the count of its
   * entries. Every count, offset and size is checked before it is used. The bytes are kept, not
   * copied.
   *
   * Throws an `Error` that says what is wrong with the header.
   */
  static parse(bytes: Uint8Array): RpmHeader {
    return new RpmHeader(bytes, readEntries(bytes));
  }

  has(tag: number): boolean {
    return this.#byTag.has(tag);
  }

  /** A text, its first language where it has several; undefined when the tag is not there. */
  text(tag: number): string | undefined {
    const entry = this.#find(tag, [string, localText]);
    return entry === undefined ? undefined : textsOf(entry)[0];
  }

  /**
   * All texts of a tag; none when it is not there. What is not UTF-8 becomes U+FFFD, which no name
   * of a file may hold.
   */
  texts(tag: number): readonly string[] {
    const entry = this.#find(tag, [string, stringArray, localText]);
    return entry === undefined ? [] : textsOf(entry);
  }

  /** Unsigned numbers of up to 32 bits; none when the tag is not there. */
  numbers(tag: number): readonly number[] {
    const entry = this.#find(tag, [char, int8, int16, int32]);
    if (entry === undefined) return [];
    const { count, data, type } = entry;
    const view = viewOf(data);
    return Array.from({ length: count }, (_, index) => {
      if (type === int32) return view.getUint32(4 * index);
      return type === int16 ? view.getUint16(2 * index) : view.getUint8(index);
    });
  }

  /** Unsigned numbers of up to 64 bits; none when the tag is not there. */
  bigints(tag: number): readonly bigint[] {
    if (this.#byTag.get(tag)?.type !== int64) return this.numbers(tag).map(BigInt);
    const { count = 0, data = new Uint8Array(0) } = this.#byTag.get(tag) ?? {};
    const view = viewOf(data);
    return Array.from({ length: count }, (_, index) => view.getBigUint64(8 * index));
  }

  /** Bytes; undefined when the tag is not there. */
  binary(tag: number): Uint8Array | undefined {
    return this.#find(tag, [binary])?.data;
  }

  /** All entries, in the order of the index; the region's own entry is the first where it is. */
  entries(): readonly HeaderEntry[] {
    return this.#entries;
  }

  #find(tag: number, types: readonly HeaderType[]): HeaderEntry | undefined {
    const entry = this.#byTag.get(tag);
    if (entry === undefined || types.includes(entry.type)) return entry;
    throw new Error(`tag ${tag} of its header has type ${entry.type}`);
  }
}

function textsOf({ data }: HeaderEntry): readonly string[] {
  // The last text ends with a zero as well, after which there is nothing.
  return Buffer.from(data.buffer, data.byteOffset, data.length - 1)
    .toString("utf8")
    .split("\0");
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
