import type { Layer } from "./layer.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { followPath } from "./tree.ts";

/** The view of several layers, later ones over earlier ones. */
export class MergedLayers {
  readonly #fromTop: readonly Pick<Layer, "entries">[];

  constructor(layers: readonly Pick<Layer, "entries">[]) {
    this.#fromTop = layers.toReversed();
  }

  get(path: string): LayerEntry | undefined {
    for (const { entries } of this.#fromTop) {
      const entry = entries.find(path);
      if (entry !== undefined) return entry.type === "whiteout" ? undefined : entry;
    }
    return undefined;
  }

  /** What a path leads to when all links are followed; those that go in a circle lead nowhere. */
  follow(path: string): LayerEntry | undefined {
    try {
      return this.get(followPath(path, (at) => this.get(at)));
    } catch {
      return undefined;
    }
  }

  /** The paths that begin with a text, in no order; one that several layers hold comes as often. */
  *pathsFrom(prefix: string): Generator<string> {
    for (const { entries } of this.#fromTop) yield* entries.pathsFrom(prefix);
  }
}
