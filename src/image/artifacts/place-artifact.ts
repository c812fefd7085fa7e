import { QclockError } from "../../error.ts";
import type { Artifact, AssembledImage } from "../../stack/stack.ts";
import type { Digest } from "../../digest.ts";
import type { ArchiveEntry } from "../../archive/content.ts";
import { climbsOut } from "../../archive/name.ts";
import type { ContentSource, DraftEntry, LayerDraft } from "../layers/draft.ts";
import type { Origin } from "../layers/origin.ts";
import { corruptArtifact } from "./unpack-artifact.ts";

/** One path that an artifact brings, below the artifact's own; empty for that one itself. */
export type PlacedPath = Omit<ArchiveEntry, "file"> & {
  readonly size: number;
  readonly digest?: Digest;
  readonly content?: ContentSource;
};

/** Puts what artifacts bring into a layer: at resolved paths, with the manifest's owner. */
export class ArtifactPlacer {
  readonly #draft: LayerDraft;
  readonly #image: AssembledImage;
  readonly #epoch: number;
  /** The artifact of each path, but for folders. */
  readonly #owners = new Map<string, Artifact>();

  constructor(options: {
    readonly draft: LayerDraft;
    readonly image: AssembledImage;
    readonly epoch: number;
  }) {
    this.#draft = options.draft;
    this.#image = options.image;
    this.#epoch = options.epoch;
  }

  /** Paths must be sorted. Throws `file-conflict`, `artifact-corrupt`. */
  place(artifact: Artifact, paths: readonly PlacedPath[]): void {
    const root = artifact.path.slice(1);
    if (artifact.unpack !== "none" && root !== "")
      this.#add(artifact, root, { path: "", type: "directory", mode: 0o755, size: 0 });
    for (const found of paths) {
      this.#add(artifact, [root, found.path].filter((part) => part !== "").join("/"), found);
    }
  }

  #add(artifact: Artifact, wanted: string, found: PlacedPath): void {
    const draft = this.#draft;
    const path = this.#resolve(artifact, wanted);
    const present = draft.find(path);
    if (found.type === "directory") {
      // A folder that the image has already keeps its owner and mode.
      if (this.#follow(artifact, path)?.type === "directory") return;
      if (present !== undefined) throw this.#conflict(artifact, path);
    } else if (present?.type === "directory") {
      throw this.#conflict(artifact, path);
    }
    this.#refuseFileAsFolder(artifact, path);
    if (found.linkTarget !== undefined && climbsOut(path, found.linkTarget)) {
      throw corruptArtifact(artifact, `its link /${path} leads out of the image`);
    }
    const { uid, gid } = artifact;
    const { path: _, ...rest } = found;
    const entry: DraftEntry = {
      ...rest,
      path,
      mode: this.#modeOf(path, found),
      uid,
      gid,
      mtime: found.mtime ?? this.#epoch,
      origin: originOf(artifact),
    };
    const owner = this.#owners.get(path);
    if (owner !== undefined && present !== undefined && !isSame(present, entry))
      throw this.#conflict(artifact, path, owner);
    draft.add(entry);
    if (entry.type !== "directory") this.#owners.set(path, artifact);
  }

  #resolve(artifact: Artifact, path: string): string {
    try {
      return this.#draft.resolve(path);
    } catch (error) {
      throw corruptArtifact(artifact, `/${path} leads nowhere`, error);
    }
  }

  #follow(artifact: Artifact, path: string): ReturnType<LayerDraft["follow"]> {
    try {
      return this.#draft.follow(path);
    } catch (error) {
      throw corruptArtifact(artifact, `/${path} leads nowhere`, error);
    }
  }

  #refuseFileAsFolder(artifact: Artifact, path: string): void {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const folder = path.slice(0, slash);
      const present = this.#draft.find(folder);
      if (present === undefined) continue;
      if (present.type === "directory") return;
      throw this.#conflict(artifact, folder, this.#owners.get(folder));
    }
  }

  /**
   * Privileges that a file gives by being run are taken away, but for those that the manifest
   * names.
   */
  #modeOf(path: string, { type, mode }: PlacedPath): number {
    if (type !== "file" || (mode & 0o6000) === 0) return mode;
    const isAllowed = this.#image.setuid.some((at) => this.#draft.resolve(at.slice(1)) === path);
    return isAllowed ? mode : mode & 0o1777;
  }

  /**
   * With `other`, two artifacts bring it; without, a folder would take a file's place or the other
   * way round.
   */
  #conflict(artifact: Artifact, path: string, other?: Artifact): QclockError {
    const image = this.#image.name;
    return other === undefined
      ? new QclockError(
          "file-conflict",
          `Artifact ${artifact.url} cannot bring /${path} into image "${image}": one is a folder, the other is not.`,
          { hint: "Give it another path." },
        )
      : new QclockError(
          "file-conflict",
          `Both ${other.url} and ${artifact.url} bring /${path} into image "${image}", with different content.`,
          { hint: "Give one of the two another path." },
        );
  }
}

function originOf({ digest }: Artifact): Origin {
  return { type: "artifact", digest: digest.slice("sha256:".length, "sha256:".length + 12) };
}

function isSame(a: Omit<DraftEntry, "content">, b: DraftEntry): boolean {
  return (
    a.type === b.type &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.digest === b.digest &&
    a.linkTarget === b.linkTarget
  );
}
