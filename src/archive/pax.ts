/** What a pax header says of the entry that follows it. */
export interface PaxFields {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Whole seconds since 1970. */
  readonly mtime?: number;
  /** GNU's sparse files have their map in front of their content, and a made-up name. */
  readonly isSparse?: true;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Read the records of a pax header: `<length> <key>=<value>\n`, the length counting its own digits.
 * Throws an `Error` for records that are damaged.
 *
 * Source: POSIX.1-2017, pax, "pax Extended Header".
 */
export function parsePax(content: Uint8Array): PaxFields {
  const fields = new Map<string, Uint8Array>();
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  for (let start = 0; start < bytes.length;) {
    const space = bytes.indexOf(0x20, start);
    const digits = space === -1 ? "" : bytes.toString("latin1", start, space);
    const end = start + Number(/^[1-9]\d{0,8}$/.test(digits) ? digits : Number.NaN);
    const equals = bytes.indexOf(0x3d, space + 1);
    if (!(end <= bytes.length) || bytes[end - 1] !== 0x0a || equals <= space + 1 || equals >= end) {
      throw new Error("a pax header is damaged");
    }
    const key = bytes.toString("latin1", space + 1, equals);
    fields.set(key, bytes.subarray(equals + 1, end - 1));
    start = end;
  }
  return toFields(fields);
}

/**
 * A header for all entries that follow may not name or measure them: no program writes such, and
 * readers differ in what they do with it.
 */
export function checkGlobalPax(content: Uint8Array): void {
  const { path, linkpath, size, isSparse } = parsePax(content);
  if ([path, linkpath, size, isSparse].some((field) => field !== undefined)) {
    throw new Error("a pax header gives all entries one name or size");
  }
}

function toFields(fields: ReadonlyMap<string, Uint8Array>): PaxFields {
  const text = (key: string): string | undefined => {
    const value = fields.get(key);
    return value === undefined ? undefined : decodeName(value);
  };
  const number = (key: string, pattern = /^\d+$/): number | undefined => {
    const value = text(key);
    if (value === undefined) return undefined;
    const result = Math.floor(Number(pattern.test(value) ? value : Number.NaN));
    if (!Number.isSafeInteger(result)) {
      throw new Error(`a pax header is damaged: its ${key} is no decimal number`);
    }
    return result;
  };
  const found = {
    path: text("path"),
    linkpath: text("linkpath"),
    size: number("size"),
    uid: number("uid"),
    gid: number("gid"),
    mtime: number("mtime", /^-?\d+(?:\.\d*)?$/),
    isSparse: fields.keys().some((key) => key.startsWith("GNU.sparse.")) || undefined,
  };
  // Absent and not undefined, so that they can be laid over the fields of the header itself.
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** Bytes of a name as text. Throws an `Error` when they are not UTF-8. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Error("a name is not UTF-8");
  }
}
