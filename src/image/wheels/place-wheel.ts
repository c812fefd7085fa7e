import { QclockError } from "../../error.ts";
import type { LockedWheel } from "../../packages/package.ts";
import type { DraftEntry, LayerDraft } from "../layers/draft.ts";
import type { InstalledFile } from "./installed-wheel.ts";

/** Puts what wheels bring into a layer, at resolved paths. */
export class WheelPlacer {
  readonly #image: string;
  readonly #draft: LayerDraft;
  readonly #epoch: number;
  /** The wheel of each path. */
  readonly #owners = new Map<string, LockedWheel>();

  constructor(image: string, draft: LayerDraft, epoch: number) {
    this.#image = image;
    this.#draft = draft;
    this.#epoch = epoch;
  }

  /** Throws `file-conflict`. */
  add(wheel: LockedWheel, file: InstalledFile, spool: string): void {
    const path = this.#draft.resolve(file.path);
    const { mode, size, digest, content } = file;
    this.#refuseFolders(wheel, path);
    const owner = this.#owners.get(path);
    const present = this.#draft.own(path);
    if (owner !== undefined) {
      // Parts of one namespace may each bring the same file.
      if (present?.digest === digest && present.mode === mode) return;
      throw conflict(
        `Both ${titleOf(owner)} and ${titleOf(wheel)} bring /${path} into image "${this.#image}", with different content.`,
        "Leave one of the two out of the requirements file.",
      );
    }
    const entry: DraftEntry = {
      path,
      type: "file",
      mode,
      uid: 0,
      gid: 0,
      mtime: this.#epoch,
      size,
      digest,
      content:
        content instanceof Uint8Array
          ? { type: "bytes", bytes: content }
          : { type: "file", file: spool, offset: content.offset },
      origin: { type: "wheel", name: wheel.name, version: wheel.version },
    };
    this.#draft.add(entry);
    this.#owners.set(path, wheel);
  }

  /** What would take a folder's place, or lie below what is no folder. */
  #refuseFolders(wheel: LockedWheel, path: string): void {
    if (this.#draft.find(path)?.type === "directory") throw this.#misfit(wheel, path);
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const present = this.#draft.find(path.slice(0, slash));
      if (present === undefined) continue;
      if (present.type === "directory") return;
      throw this.#misfit(wheel, path.slice(0, slash));
    }
  }

  #misfit(wheel: LockedWheel, path: string): QclockError {
    return conflict(
      `${titleOf(wheel)} cannot bring /${path} into image "${this.#image}": one is a folder, the other is not.`,
      "Leave it out of the requirements file, or take away what lies there.",
    );
  }
}

function titleOf({ name, version }: LockedWheel): string {
  return `${name} ${version}`;
}

function conflict(message: string, hint: string): QclockError {
  return new QclockError("file-conflict", message, { hint });
}
