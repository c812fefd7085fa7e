import { createHash } from "node:crypto";
import { appendFileSync, statSync } from "node:fs";
import { type FileHandle, link, open, rm } from "node:fs/promises";
import { digestOf } from "../../packages/canonical-json.ts";
import type { UnpackedPackage } from "../../packages/unpacked.ts";
import type { LockedPackage } from "../../packages/package.ts";
import { DerivedFiles } from "../../store/derived.ts";
import type { Store } from "../../store/store.ts";

/**
 * The last bytes of a spool file that says itself what is in it: before them stand the package's
 * entries and metadata as JSON, and before those the contents. They are this text, the JSON's
 * SHA-256, its length and the contents', six bytes each.
 */
const MARK = Buffer.from("qclock package 2\n", "latin1");
const HASH_BYTES = 32;
const LENGTH_BYTES = 6;
const FOOTER_BYTES = MARK.length + HASH_BYTES + 2 * LENGTH_BYTES;

/** What the JSON holds. */
interface SealedText extends Pick<UnpackedPackage, "entries"> {
  readonly metadata: readonly (readonly [name: string, text: string])[];
}

/**
 * Add to a finished spool file what it takes to use it again. Synchronous, for a thread that waits
 * for nothing else.
 */
export function sealSpool(spool: string, { metadata, entries }: UnpackedPackage): void {
  const sealed: SealedText = { metadata: [...metadata], entries };
  const text = Buffer.from(JSON.stringify(sealed));
  const footer = Buffer.alloc(FOOTER_BYTES);
  MARK.copy(footer);
  createHash("sha256").update(text).digest().copy(footer, MARK.length);
  footer.writeUIntLE(text.length, MARK.length + HASH_BYTES, LENGTH_BYTES);
  footer.writeUIntLE(statSync(spool).size, FOOTER_BYTES - LENGTH_BYTES, LENGTH_BYTES);
  appendFileSync(spool, Buffer.concat([text, footer]));
}

/**
 * Packages that were taken apart before, by the digest of the package and what was left out of it.
 * The contents of their files are not read here: whoever writes them into a layer hashes them
 * anyway, and compares them with the entries' digests.
 */
export class KeptPackages {
  readonly #files: DerivedFiles;
  readonly #exclude: readonly string[];

  constructor(store: Store, exclude: readonly string[]) {
    this.#files = new DerivedFiles(store, "packages");
    this.#exclude = exclude;
  }

  /** The package with its spool file at the given path; undefined when it has to be taken apart. */
  async recall(entry: LockedPackage, spool: string): Promise<UnpackedPackage | undefined> {
    const key = this.#keyOf(entry);
    const file = await this.#files.find(key);
    if (file === undefined) return undefined;
    try {
      // A name of our own: from now on nobody who makes room takes it away.
      await link(file, spool);
      return await readSealed(spool);
    } catch {
      await rm(spool, { force: true });
      await this.#files.remove(key);
      return undefined;
    }
  }

  async keep(entry: LockedPackage, spool: string): Promise<void> {
    await this.#files.keep(this.#keyOf(entry), spool);
  }

  async remove(entry: LockedPackage): Promise<void> {
    await this.#files.remove(this.#keyOf(entry));
  }

  /** Make room again after something was kept. */
  async prune(): Promise<void> {
    await this.#files.prune();
  }

  #keyOf({ digest }: LockedPackage): string {
    return digestOf({ package: digest, exclude: this.#exclude }).slice("sha256:".length);
  }
}

/**
 * Throws for a file that was not sealed, or not by this form of it, and for one that is damaged at
 * its end.
 */
async function readSealed(spool: string): Promise<UnpackedPackage> {
  await using file = await open(spool);
  const { size } = await file.stat();
  const footer = await readAt(file, size - FOOTER_BYTES, FOOTER_BYTES);
  const textBytes = footer.readUIntLE(MARK.length + HASH_BYTES, LENGTH_BYTES);
  const contentBytes = footer.readUIntLE(FOOTER_BYTES - LENGTH_BYTES, LENGTH_BYTES);
  const isWhole = contentBytes + textBytes + FOOTER_BYTES === size;
  if (!isWhole || !footer.subarray(0, MARK.length).equals(MARK)) throw new Error("not sealed");
  const text = await readAt(file, contentBytes, textBytes);
  const hash = footer.subarray(MARK.length, MARK.length + HASH_BYTES);
  if (!createHash("sha256").update(text).digest().equals(hash)) throw new Error("damaged");
  const { metadata, entries }: SealedText = JSON.parse(text.toString("utf8"));
  return { metadata: new Map(metadata), entries };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new Error("cut short");
  return buffer;
}
