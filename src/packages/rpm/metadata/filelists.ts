import { safeBytes } from "./safe-text.ts";
import { attributeOf, type XmlAttributes } from "./xml-tag.ts";
import type { XmlHandler } from "./xml.ts";

/** A path that was looked for, and a package that brings it. Texts are bytes. */
export interface FoundPath {
  readonly path: string;
  readonly name: string;
  /** Digest of the package. */
  readonly sha256: string;
}

/** More packages than this bring no path that another one asks for. */
const MOST_FOUND = 1_000_000;

/**
 * Reads `filelists.xml`, all paths of all packages of a repository, for some paths. Throws an
 * `Error` for a file that is none.
 */
export class FilelistsHandler implements XmlHandler {
  readonly found: FoundPath[] = [];
  readonly #wanted: ReadonlySet<string>;
  #name = "";
  #sha256 = "";

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
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
    if (depth !== 3 || name !== "file" || !this.#wanted.has(text)) return;
    if (this.found.length >= MOST_FOUND) throw new Error("it lists paths without end");
    this.found.push({ path: safeBytes(text), name: this.#name, sha256: this.#sha256 });
  }
}
