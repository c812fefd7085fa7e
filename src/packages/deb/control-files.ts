import { ArchiveTally } from "../../archive/limits.ts";
import { shown } from "../../archive/name.ts";
import type { ByteReader } from "../../archive/byte-reader.ts";
import { readTarHeader, tarPadding } from "../../archive/tar.ts";

/** A package has some ten of them. */
const LIMITS = { entries: 1000, bytes: Infinity, nameBytes: 1024 ** 2 };
/** Of `control`: fields of some kilobytes at most. */
const LARGEST_CONTROL = 1024 ** 2;

/**
 * The files of a package's control archive as text, by name: `control`, `conffiles`, `postinst`…
 * Throws an `Error` for what no control archive holds; how much it may become is bounded by the
 * reader.
 */
export async function readControlFiles(tar: ByteReader): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const tally = new ArchiveTally(LIMITS);
  for (
    let header = await readTarHeader(tar);
    header !== undefined;
    header = await readTarHeader(tar)
  ) {
    const { path, type, size } = header;
    tally.add({ name: path });
    if (type === "directory") continue;
    if (type !== "file") throw new Error(`its control archive holds the link "${shown(path)}"`);
    if (files.has(path)) throw new Error(`its control archive holds "${shown(path)}" twice`);
    if (path === "control" && size > LARGEST_CONTROL) {
      throw new Error(`its control file is larger than ${LARGEST_CONTROL} bytes`);
    }
    const content = (await tar.read(size)) ?? [];
    if (content.length < size) throw new Error("the file ends in the middle");
    await tar.skip(tarPadding(size));
    files.set(path, Buffer.from(content).toString("utf8"));
  }
  if (!files.has("control")) throw new Error("it holds no control file");
  return files;
}
