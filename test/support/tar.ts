/** One entry of a tar that a test writes, right or wrong on purpose. */
export interface TarItem {
  readonly path: string;
  /**
   * A regular file unless said otherwise. Any other character is a type flag as it stands in the
   * header.
   */
  readonly type?: "file" | "directory" | "symlink" | "hardlink" | (string & {});
  readonly content?: string | Uint8Array;
  readonly target?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  /** Bytes of the name where it must not be UTF-8. */
  readonly rawPath?: Uint8Array;
  /** Records of a pax header in front of the entry. */
  readonly pax?: Readonly<Record<string, string>>;
  /** Write the name as GNU tar does when it is long. */
  readonly gnuLongName?: boolean;
  /** Size in the header where it is to differ from the content's. */
  readonly claimedSize?: number;
}

const FLAGS: Readonly<Record<string, string>> = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  directory: "5",
};

/**
 * A tar of the entries in the order given: written by hand, so that tests do not trust the writer
 * under test.
 */
export function tarOf(items: readonly TarItem[]): Buffer {
  return Buffer.concat([...items.flatMap(partsOf), Buffer.alloc(1024)]);
}

function partsOf(item: TarItem): readonly Buffer[] {
  const content = Buffer.from(item.content ?? "");
  const parts: Buffer[] = [];
  if (item.pax !== undefined) {
    const body = Buffer.from(Object.entries(item.pax).map(paxRecord).join(""));
    parts.push(header({ path: "pax", type: "x" }, body.length), padded(body));
  }
  if (item.gnuLongName === true) {
    const name = Buffer.from(`${item.path}\0`);
    parts.push(header({ path: "././@LongLink", type: "L" }, name.length), padded(name));
  }
  parts.push(header(item, item.claimedSize ?? content.length), padded(content));
  return parts;
}

function header(item: TarItem, size: number): Buffer {
  const { path, type = "file", target = "", uid = 0, gid = 0, mtime = 1_600_000_000 } = item;
  const block = Buffer.alloc(512);
  Buffer.from(item.rawPath ?? Buffer.from(path)).copy(block, 0, 0, 100);
  block.write(`${octal(item.mode ?? (type === "directory" ? 0o755 : 0o644), 7)}\0`, 100);
  block.write(`${octal(uid, 7)}\0`, 108);
  block.write(`${octal(gid, 7)}\0`, 116);
  block.write(`${octal(size, 11)}\0`, 124);
  block.write(`${octal(mtime, 11)}\0`, 136);
  block.fill(0x20, 148, 156);
  block.write(FLAGS[type] ?? type, 156);
  block.write(target, 157, 100);
  block.write("ustar\u000000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function paxRecord([key, value]: readonly [string, string]): string {
  const body = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(body);
  while (length !== Buffer.byteLength(body) + String(length).length)
    length = Buffer.byteLength(body) + String(length).length;
  return `${length}${body}`;
}

/**
 * What a tar holds, read by hand: name, type flag and the numbers of each header, with contents as
 * text.
 */
export interface ReadItem {
  readonly path: string;
  readonly flag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly target: string;
  readonly userName: string;
  readonly content: string;
}

/**
 * Read a tar without the code under test. Names in pax headers take the place of those in the
 * header.
 */
export function readItems(tar: Buffer): readonly ReadItem[] {
  return [...walk(tar)].map(([item]) => item);
}

/** The bytes of each regular file of a tar, by its path. */
export function contentsOf(tar: Buffer): ReadonlyMap<string, Buffer> {
  return new Map(
    [...walk(tar)].flatMap(([{ path, flag }, bytes]) => (flag === "0" ? [[path, bytes]] : [])),
  );
}

function* walk(tar: Buffer): Generator<readonly [ReadItem, Buffer]> {
  let pax = new Map<string, string>();
  for (let at = 0; at < tar.length && tar[at] !== 0;) {
    const start = at;
    const text = (from: number, to: number): string =>
      tar.toString("utf8", start + from, start + to).replace(/\0.*$/s, "");
    const number = (from: number, to: number): number =>
      Number.parseInt(text(from, to).trim() || "0", 8);
    const size = number(124, 136);
    const bytes = tar.subarray(start + 512, start + 512 + size);
    const content = bytes.toString("utf8");
    const flag = text(156, 157);
    at += 512 + Math.ceil(size / 512) * 512;
    if (flag === "x") {
      pax = new Map(
        [...content.matchAll(/\d+ ([^=]+)=(.*)\n/g)].map(([, key = "", value = ""]) => [
          key,
          value,
        ]),
      );
      continue;
    }
    const item: ReadItem = {
      path: pax.get("path") ?? text(0, 100),
      flag,
      mode: number(100, 108),
      uid: Number(pax.get("uid") ?? number(108, 116)),
      gid: Number(pax.get("gid") ?? number(116, 124)),
      mtime: number(136, 148),
      target: pax.get("linkpath") ?? text(157, 257),
      userName: text(265, 297),
      content,
    };
    yield [item, bytes];
    pax = new Map();
  }
}
