import type { Entry } from "yauzl";
import { openPromise } from "yauzl";
import { shown } from "./name.ts";

/** More entries than a library of programs has. */
const MOST_ENTRIES = 200_000;

/**
 * The bytes of some files of a zip, by their names; nothing else of it is unpacked. Throws an
 * `Error` that says, as a clause, what is wrong with it, and for a file that is larger than
 * `maximumBytes`.
 */
export async function readZipMembers(
  file: string,
  options: { readonly isWanted: (name: string) => boolean; readonly maximumBytes: number },
): Promise<ReadonlyMap<string, Buffer>> {
  const { isWanted, maximumBytes } = options;
  const zip = await openPromise(file, { autoClose: false });
  try {
    if (zip.entryCount > MOST_ENTRIES)
      throw new Error(`it holds more than ${MOST_ENTRIES} entries`);
    const wanted: Entry[] = [];
    for await (const entry of zip.eachEntry()) if (isWanted(entry.fileName)) wanted.push(entry);
    const members = new Map<string, Buffer>();
    for (const entry of wanted) {
      const name = entry.fileName;
      if (members.has(name)) throw new Error(`it holds "${shown(name)}" twice`);
      if (entry.uncompressedSize > maximumBytes) {
        throw new Error(`"${shown(name)}" is larger than ${maximumBytes} bytes`);
      }
      if (entry.isEncrypted()) throw new Error(`"${shown(name)}" is encrypted`);
      if (!entry.canDecodeFileData()) {
        throw new Error(`"${shown(name)}" is compressed in a way that qclock does not read`);
      }
      // The library ends with an error where more comes out than is declared.
      const stream = await zip.openReadStreamPromise(entry);
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      members.set(name, Buffer.concat(chunks));
    }
    return members;
  } finally {
    zip.close();
  }
}
