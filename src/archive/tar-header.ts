/**
 * The header of an entry with a short name and no time, for archives whose bytes depend on their
 * content alone.
 */
export function tarHeader(
  name: string,
  size: number,
  attributes: {
    readonly mode?: number;
    readonly uid?: number;
    readonly gid?: number;
    /** A file, a link to `link`, a folder, or a pax header for the entry behind it. */
    readonly flag?: "0" | "2" | "5" | "x";
    readonly link?: string;
  } = {},
): Buffer {
  const { mode = 0o644, uid = 0, gid = 0, flag = "0", link = "" } = attributes;
  if (Buffer.byteLength(name) > 100) throw new Error(`"${name}" is too long for a tar header`);
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write(octal(mode, 8), 100, "latin1");
  block.write(octal(uid, 8), 108, "latin1");
  block.write(octal(gid, 8), 116, "latin1");
  block.write(octal(size, 12), 124, "latin1");
  block.write(octal(0, 12), 136, "latin1");
  block.fill(0x20, 148, 156);
  block.write(flag, 156, "latin1");
  block.write(link, 157, 100);
  block.write("ustar\u000000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, "0")}\0`;
}
