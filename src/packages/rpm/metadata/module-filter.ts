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
  /** Names that enabled streams bring: their packages alone have them. */
  readonly #taken = new Set<string>();
  /** Names of all packages that are in some module. */
  readonly #names = new Set<string>();

  constructor(all: readonly ModuleStream[], enabled: readonly ModuleStream[]) {
    for (const stream of enabled) {
      for (const artifact of stream.artifacts) {
        this.#shown.add(artifact);
        const name = nameIn(artifact);
        if (name !== undefined && !stream.demodularized.includes(name)) this.#taken.add(name);
      }
    }
    for (const artifact of all.flatMap(({ artifacts }) => artifacts)) {
      this.#hidden.add(artifact);
      const name = nameIn(artifact);
      if (name !== undefined) this.#names.add(name);
    }
  }

  /** Whether a module has packages of a name, so that they may be hidden. */
  concerns(name: string): boolean {
    return this.#names.has(name);
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

/** The name of a binary package; a source package is no reason to hide one. */
function nameIn(artifact: string): string | undefined {
  const [, name, architecture] = /^(.+)-[^-]+-[^-]+\.([^.]+)$/.exec(artifact) ?? [];
  return architecture === "src" || architecture === "nosrc" ? undefined : name;
}

/** A package as `modules.yaml` names it: with its epoch, even of 0. */
function artifactOf({ name, version, architecture }: FilteredPackage): string {
  const full = /^\d+:/.test(version) ? version : `0:${version}`;
  return `${name}-${full}.${architecture}`;
}
