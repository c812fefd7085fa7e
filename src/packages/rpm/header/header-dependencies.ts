import { type RpmDependency, dependencyOfHeader } from "../relations/dependency.ts";
import { filePathsOf } from "./file-paths.ts";
import type { RpmHeader } from "./header.ts";
import type { RpmDependencies } from "../relations/relation.ts";
import { tags } from "./tags.ts";

/**
 * The dependencies of a package by its header, and all paths that it brings. Throws an `Error` when
 * its lists contradict each other.
 */
export function dependenciesOf(header: RpmHeader): RpmDependencies {
  const read = (
    kind: "require" | "provide" | "conflict" | "obsolete" | WeakKind,
  ): readonly RpmDependency[] => {
    const names = header.texts(tags[`${kind}Name`]);
    const flags = header.numbers(tags[`${kind}Flags`]);
    const versions = header.texts(tags[`${kind}Version`]);
    // Very old packages give names alone.
    if (flags.length === 0 && versions.length === 0) return names.map((name) => ({ name }));
    if (flags.length !== names.length || versions.length !== names.length) {
      throw new Error(
        `its header lists ${names.length} names, ${flags.length} flags and ${versions.length} versions of what it ${kind}s`,
      );
    }
    return names.map((name, at) => dependencyOfHeader(name, flags[at] ?? 0, versions[at] ?? ""));
  };
  return {
    requires: read("require"),
    provides: read("provide"),
    conflicts: read("conflict"),
    obsoletes: read("obsolete"),
    recommends: read("recommend"),
    suggests: read("suggest"),
    supplements: read("supplement"),
    enhances: read("enhance"),
    files: filePathsOf(header),
  };
}

type WeakKind = "recommend" | "suggest" | "supplement" | "enhance";
