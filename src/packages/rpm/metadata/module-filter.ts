import { compareTexts } from "../../../order.ts";
import type { ModuleStream } from "./module-stream.ts";

/** What a filter looks at. */
interface FilteredPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly provides: readonly { readonly name: string }[];
}

/** Hides packages because of the streams of modules that are enabled, as dnf does. */
export class ModuleFilter {
  readonly #shown = new Set<string>();
  readonly #hidden = new Set<string>();
  /** Streams that are not enabled, by names of their packages, and by these with versions. */
  readonly #streams = new Map<string, Set<string>>();
  /** Enabled streams by the names that they bring: their packages alone have them. */
  readonly #taken = new Map<string, Set<string>>();
  /** Names of all packages that are in some module. */
  readonly #names = new Set<string>();

  constructor(all: readonly ModuleStream[], enabled: readonly ModuleStream[]) {
    for (const stream of enabled) {
      for (const artifact of stream.artifacts) {
        this.#shown.add(artifact);
        const name = nameIn(artifact);
        if (name !== undefined && !stream.demodularized.includes(name)) {
          addTo(this.#taken, name, titleOf(stream));
        }
      }
    }
    for (const stream of all) {
      for (const artifact of stream.artifacts) this.#hide(artifact, stream);
    }
  }

  /**
   * The streams that have a package of a name, or one version of it, and are not enabled; sorted.
   */
  hiddenIn(name: string, version?: string): readonly string[] {
    const key = version === undefined ? name : `${name}-${withEpoch(version)}`;
    return [...(this.#streams.get(key) ?? [])].toSorted(compareTexts);
  }

  /** The streams that are enabled and bring packages of a name; sorted. */
  takenBy(name: string): readonly string[] {
    return [...(this.#taken.get(name) ?? [])].toSorted(compareTexts);
  }

  /** Whether a module has packages of a name, so that they may be hidden. */
  concerns(name: string): boolean {
    return this.#names.has(name);
  }

  #hide(artifact: string, stream: ModuleStream): void {
    this.#hidden.add(artifact);
    const name = nameIn(artifact);
    if (name === undefined) return;
    this.#names.add(name);
    if (this.#shown.has(artifact)) return;
    const title = titleOf(stream);
    addTo(this.#streams, name, title);
    addTo(this.#streams, artifact.slice(0, artifact.lastIndexOf(".")), title);
  }

  /**
   * Whether a package can be chosen. Those of enabled streams can; those of others cannot; and what
   * is in no module cannot when it has, or provides, the name of a package of an enabled stream.
   *
   * Source: libdnf, `setModuleExcludes`.
   */
  shows(entry: FilteredPackage): boolean {
    const artifact = artifactOf(entry);
    if (this.#shown.has(artifact)) return true;
    if (this.#hidden.has(artifact) || this.#taken.has(entry.name)) return false;
    return !entry.provides.some(({ name }) => this.#taken.has(name));
  }
}

function titleOf({ name, stream }: ModuleStream): string {
  return `${name}:${stream}`;
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}

/** The name of a binary package; a source package is no reason to hide one. */
function nameIn(artifact: string): string | undefined {
  const [, name, architecture] = /^(.+)-[^-]+-[^-]+\.([^.]+)$/.exec(artifact) ?? [];
  return architecture === "src" || architecture === "nosrc" ? undefined : name;
}

/** A package as `modules.yaml` names it: with its epoch, even of 0. */
function artifactOf({ name, version, architecture }: FilteredPackage): string {
  return `${name}-${withEpoch(version)}.${architecture}`;
}

function withEpoch(version: string): string {
  return /^\d+:/.test(version) ? version : `0:${version}`;
}
