import { type MemoryTally, TEXT_BYTES } from "./memory-tally.ts";
import { copyOf, safeBytes } from "./safe-text.ts";
import { attributeOf, type XmlAttributes } from "./xml-tag.ts";
import type { XmlHandler } from "./xml.ts";

/** A path that was looked for, and a package that brings it. Texts are bytes. */
export interface FoundPath {
  readonly path: string;
  readonly name: string;
  /** Digest of the package. */
  readonly sha256: string;
}

const NAME = /^[!-~]{1,256}$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** Of one that was found, and of what it becomes: by its package and by its path. */
export const FOUND_BYTES = 8 * TEXT_BYTES;

/**
 * Reads `filelists.xml`, all paths of all packages of a repository, for some paths. Throws an
 * `Error` for a file that is none, and where the metadata takes too much memory.
 */
export class FilelistsHandler implements XmlHandler {
  readonly found: FoundPath[] = [];
  /** By themselves: what is found is not cut out of the document, which it would keep. */
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #memory: MemoryTally;
  #name = "";
  #sha256 = "";

  constructor(wanted: ReadonlySet<string>, memory: MemoryTally) {
    this.#wanted = new Map([...wanted].map((path) => [path, safeBytes(path)]));
    this.#memory = memory;
  }

  open(name: string, attributes: XmlAttributes, depth: number): boolean {
    if (depth === 1 && name !== "filelists") {
      throw new Error(`it is a <${name}>, not a list of paths`);
    }
    if (depth === 2) {
      this.#name = attributeOf(attributes, "name") ?? "";
      this.#sha256 = attributeOf(attributes, "pkgid") ?? "";
    }
    return depth === 3 && name === "file";
  }

  close(name: string, text: string, depth: number): void {
    if (depth !== 3 || name !== "file") return;
    const path = this.#wanted.get(text);
    // No list of packages has one without a name and a digest.
    if (path === undefined || !NAME.test(this.#name) || !SHA256.test(this.#sha256)) return;
    this.#memory.keep(2 * path.length + this.#name.length + FOUND_BYTES);
    this.found.push({ path, name: copyOf(this.#name), sha256: copyOf(this.#sha256) });
  }
}
