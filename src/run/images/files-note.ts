import type { ImageInputs } from "../../image/fingerprint.ts";
import type { Store } from "../../store/store.ts";

/** The part of an image's inputs that may be large, and is wanted only to name a change. */
const NOTE = "image-files";

/**
 * Remember the files that an image of a fingerprint was made from: the fingerprint, and each path
 * with its identity, as UTF-8 that ends with a zero, which none of them has.
 */
export async function rememberFiles(
  store: Pick<Store, "writeNoteBytes">,
  key: string,
  { fingerprint, files }: Pick<ImageInputs, "fingerprint" | "files">,
): Promise<void> {
  await store.writeNoteBytes(NOTE, key, encode(fingerprint, files));
}

/** The files of the image of this fingerprint; undefined when others, or none, are remembered. */
export async function recallFiles(
  store: Pick<Store, "readNoteBytes">,
  key: string,
  fingerprint: string,
): Promise<ImageInputs["files"] | undefined> {
  const bytes = await store.readNoteBytes(NOTE, key);
  const [remembered] = bytes === undefined ? [] : textsOf(bytes);
  if (bytes === undefined || remembered !== fingerprint) return undefined;
  return { [Symbol.iterator]: () => pairsOf(bytes) };
}

function* encode(fingerprint: string, files: ImageInputs["files"]): Generator<Uint8Array> {
  yield Buffer.from(`${fingerprint}\0`);
  for (const [path, identity] of files) yield Buffer.from(`${path}\0${identity}\0`);
}

function* pairsOf(bytes: Buffer): Generator<readonly [path: string, identity: string]> {
  let path: string | undefined;
  for (const text of textsOf(bytes).drop(1)) {
    if (path !== undefined) yield [path, text];
    path = path === undefined ? text : undefined;
  }
}

function* textsOf(bytes: Buffer): Generator<string> {
  for (let start = 0; ;) {
    const end = bytes.indexOf(0, start);
    if (end === -1) return;
    yield bytes.toString("utf8", start, end);
    start = end + 1;
  }
}
