import type { FileConflict } from "../file-conflict.ts";
import { type FileOwner, replaces } from "./replaces.ts";
import { diversionsIn } from "./script/diversions.ts";

/** What a package says of its files without being unpacked. */
export interface ForeseenFiles extends FileOwner {
  readonly controlFiles: ReadonlyMap<string, string>;
}

/** A conflict, or perhaps one. */
export interface ForeseenConflict extends FileConflict {
  /**
   * Where the two packages have it, without a leading slash: paths of configuration, of which they
   * tell no checksum. Absent: it differs.
   */
  readonly undecided?: { readonly first: string; readonly second: string };
}

/** Of a file, as far as it counts for whether two are the same. */
interface ForeseenFile {
  readonly owner: FileOwner;
  /** As its package has it. */
  readonly path: string;
  /** Absent for configuration. */
  readonly md5?: string;
}

/**
 * Files that building would find in two packages with different content, as far as their control
 * archives tell: of nearly all regular files they have the checksums, and of configuration the
 * names. `below` are the packages that the image's ancestors hold. Pure.
 */
export function foreseeConflicts(
  packages: readonly ForeseenFiles[],
  options: {
    readonly below: readonly ForeseenFiles[];
    readonly isExcluded: (path: string) => boolean;
  },
): readonly ForeseenConflict[] {
  const conflicts: ForeseenConflict[] = [];
  const owners = new Map<string, ForeseenFile>();
  const diverted = divertedBy(packages);
  for (const item of [...options.below, ...packages]) {
    for (const file of filesOf(item)) {
      const path = merged(file.path);
      const diversion = options.below.includes(item) ? undefined : diverted.get(path);
      const place =
        diversion === undefined || diversion.package === item.name ? path : diversion.to;
      if (options.isExcluded(place)) continue;
      const present = owners.get(place);
      owners.set(place, file);
      if (present === undefined || present.owner === item) continue;
      if (present.md5 !== undefined && present.md5 === file.md5) continue;
      if (replaces(present.owner, item) || replaces(item, present.owner)) continue;
      const isDecided = present.md5 !== undefined && file.md5 !== undefined;
      conflicts.push({
        path: `/${place}`,
        first: present.owner.name,
        second: item.name,
        ...(isDecided ? {} : { undecided: { first: present.path, second: file.path } }),
      });
    }
  }
  // Those of the ancestors among themselves were told for them.
  const names = new Set(packages.map(({ name }) => name));
  return conflicts.filter(({ first, second }) => names.has(first) || names.has(second));
}

function divertedBy(
  packages: readonly ForeseenFiles[],
): ReadonlyMap<string, { readonly package: string; readonly to: string }> {
  return new Map(
    packages
      .flatMap(({ controlFiles }) => diversionsIn(controlFiles.get("preinst") ?? ""))
      .map(({ package: owner, from, to }) => [
        merged(from.slice(1)),
        { package: owner, to: merged(to.slice(1)) },
      ]),
  );
}

function* filesOf(owner: ForeseenFiles): Generator<ForeseenFile> {
  const { controlFiles } = owner;
  for (const line of (controlFiles.get("md5sums") ?? "").split("\n")) {
    const [, md5, path] = /^([0-9a-f]{32}) [ *](?:\.?\/)?(.+)$/.exec(line) ?? [];
    if (md5 !== undefined && path !== undefined) yield { owner, path, md5 };
  }
  for (const line of (controlFiles.get("conffiles") ?? "").split("\n")) {
    // One that is listed to be removed with an upgrade stands behind a flag.
    const [, path] = /^\/(\S.*?)\s*$/.exec(line) ?? [];
    if (path !== undefined) yield { owner, path };
  }
}

/** Where a file lies after the top folders were merged into /usr. */
function merged(path: string): string {
  return /^(?:bin|sbin|lib|lib64)\//.test(path) ? `usr/${path}` : path;
}
