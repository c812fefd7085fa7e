import type { ByteReader } from "../../../archive/byte-reader.ts";
import { cpioPadding, readCpioHeader } from "../../../archive/cpio.ts";
import { shown } from "../../../archive/name.ts";
import type { SpoolFile } from "../../spool-file.ts";
import type { fileHashOf } from "./file-digest.ts";
import type { LinkGroup } from "./link-groups.ts";
import type { ListedFile } from "../header/listed-files.ts";

/** Where the content of a file is. */
export interface PlacedContent {
  readonly spoolOffset: number;
  readonly sha256: string;
}

export interface PayloadRequest {
  readonly archive: ByteReader;
  readonly spool: SpoolFile;
  readonly groups: ReadonlyMap<number, LinkGroup>;
  /** What the image leaves out. */
  readonly left: ReadonlySet<ListedFile>;
  readonly newHash: ReturnType<typeof fileHashOf>;
}

/** Contents of files, taken out of a payload. */
export class PayloadContents {
  readonly #request: PayloadRequest;
  /** By the first link. */
  readonly #placed = new Map<ListedFile, PlacedContent>();
  /** Links whose content was there. */
  readonly #complete = new Set<LinkGroup>();

  constructor(request: PayloadRequest) {
    this.#request = request;
  }

  of(first: ListedFile): PlacedContent | undefined {
    return this.#placed.get(first);
  }

  /** Throws an `Error` when the payload is not what the header says. */
  async read(files: readonly ListedFile[]): Promise<void> {
    const { archive, groups } = this.#request;
    const byPath = new Map(files.map((file) => [file.path, file]));
    const byIndex = new Map(files.map((file) => [file.index, file]));
    const missing = new Set(files);
    for (
      let found = await readCpioHeader(archive);
      found !== undefined;
      found = await readCpioHeader(archive)
    ) {
      const file =
        found.type === "named" ? byPath.get(plain(found.name)) : byIndex.get(found.index);
      const what = found.type === "named" ? `"${shown(found.name)}"` : `file ${found.index}`;
      if (file === undefined) throw new Error(`its payload holds ${what}, and its header does not`);
      if (!missing.delete(file)) throw new Error(`its payload holds ${what} twice`);
      const group = groups.get(file.index);
      // Of hard links the last one has the content; a stripped entry does not tell its size.
      const size = found.type === "named" ? found.size : strippedSize(file, group);
      if (size !== 0 && size !== file.size) {
        throw new Error(
          `its payload has ${size} bytes for "${shown(file.path)}", its header ${file.size}`,
        );
      }
      if (group !== undefined && size > 0) await this.#take(group);
      else await this.#readLink(file, size);
      await archive.skip(cpioPadding(size));
    }
    this.#finish(missing);
  }

  async #take(group: LinkGroup): Promise<void> {
    const { archive, spool, left, newHash } = this.#request;
    const [first] = group;
    if (this.#complete.has(group)) {
      throw new Error(`its payload has the content of "${shown(first.path)}" twice`);
    }
    const isWanted = group.some((file) => !left.has(file));
    const hash = newHash();
    const spoolOffset = spool.offset;
    let missing = first.size;
    for await (const piece of archive.stream(first.size)) {
      missing -= piece.length;
      hash.update(piece);
      if (isWanted) spool.write(piece);
    }
    if (missing > 0) throw new Error("its payload ends in the middle");
    const { own, sha256 } = hash.digests();
    refuseOtherDigest(first, own);
    this.#complete.add(group);
    if (isWanted) this.#placed.set(first, { spoolOffset, sha256 });
  }

  /** What an entry holds that is no regular file, or the empty one of a regular file. */
  async #readLink({ path, type, linkTarget }: ListedFile, size: number): Promise<void> {
    if (type === "directory" || size === 0) return;
    const target = Buffer.from((await this.#request.archive.read(size)) ?? []).toString("utf8");
    if (target !== linkTarget) {
      throw new Error(
        `the link "${shown(path)}" leads elsewhere in its payload than in its header`,
      );
    }
  }

  /** Empty files have no content to come; of all others it must have come. */
  #finish(missing: ReadonlySet<ListedFile>): void {
    const { groups, spool, left, newHash } = this.#request;
    for (const { path } of missing) {
      throw new Error(`its payload ends without "${shown(path)}"`);
    }
    for (const group of new Set(groups.values())) {
      const [first] = group;
      if (this.#complete.has(group)) continue;
      if (first.size > 0) throw new Error(`its payload has no content for "${shown(first.path)}"`);
      const { own, sha256 } = newHash().digests();
      refuseOtherDigest(first, own);
      if (group.every((file) => left.has(file))) continue;
      this.#placed.set(first, { spoolOffset: spool.offset, sha256 });
    }
  }
}

/** Old packages have names with and without a dot or a slash in front. */
function plain(name: string): string {
  return name.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
}

function strippedSize(file: ListedFile, group: LinkGroup | undefined): number {
  if (file.type === "directory") return 0;
  return group === undefined || group.at(-1) === file ? file.size : 0;
}

function refuseOtherDigest({ path, digest }: ListedFile, actual: string): void {
  if (digest === "" || digest === actual) return;
  throw new Error(`"${shown(path)}" has the digest ${actual}, its header says "${shown(digest)}"`);
}
