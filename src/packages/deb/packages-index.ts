import { compareVersions } from "./version.ts";

/** One paragraph of a Packages index: what resolving and fetching need, as text. */
export interface IndexedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly repository: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly source: string;
  readonly sourceVersion: string;
  readonly essential: boolean;
  readonly priority: string;
  readonly depends: string;
  readonly preDepends: string;
  readonly provides: string;
  readonly conflicts: string;
  readonly breaks: string;
}

/** All versions of all packages of some repositories, newest first, and who provides which virtual package. */
export interface PackageIndex {
  readonly packages: ReadonlyMap<string, readonly IndexedPackage[]>;
  /** Names of the packages of which some version has the key in its `Provides`, sorted. */
  readonly providers: ReadonlyMap<string, readonly string[]>;
}

/** A Packages file with the repository that it belongs to. */
export interface IndexText {
  readonly repository: string;
  readonly text: string;
}

/** Merge the Packages files of several repositories. Within one version the earlier file wins. */
export function createPackageIndex(files: readonly IndexText[]): PackageIndex {
  const packages = new Map<string, IndexedPackage[]>();
  const providers = new Map<string, Set<string>>();
  for (const { repository, text } of files) {
    for (const paragraph of paragraphs(text)) {
      const entry = readPackage(paragraph, repository);
      if (entry === undefined) continue;
      const versions = packages.get(entry.name);
      if (versions === undefined) packages.set(entry.name, [entry]);
      else if (!versions.some(({ version }) => version === entry.version)) versions.push(entry);
      if (entry.provides !== "") addProviders(providers, entry);
    }
  }
  for (const versions of packages.values()) {
    if (versions.length > 1) versions.sort((a, b) => compareVersions(b.version, a.version));
  }
  return {
    packages,
    providers: new Map([...providers].map(([name, set]) => [name, [...set].toSorted()])),
  };
}

function addProviders(providers: Map<string, Set<string>>, entry: IndexedPackage): void {
  for (const part of entry.provides.split(",")) {
    const name = /^\s*([^\s(:]+)/.exec(part)?.[1];
    if (name === undefined) continue;
    const set = providers.get(name);
    if (set === undefined) providers.set(name, new Set([entry.name]));
    else set.add(entry.name);
  }
}

function* paragraphs(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf("\n\n", start);
    const stop = end === -1 ? text.length : end;
    if (stop > start) yield text.slice(start, stop);
    start = stop + 2;
  }
}

function readPackage(paragraph: string, repository: string): IndexedPackage | undefined {
  const fields = new Map<string, string>();
  // The interesting fields are single lines; continuation lines belong to descriptions and tags.
  for (const line of paragraph.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0 || line.charCodeAt(0) === 0x20) continue;
    fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const get = (key: string): string => fields.get(key) ?? "";
  const name = get("Package");
  const sha256 = get("SHA256");
  if (name === "" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  const [, source = "", sourceVersion] = /^(\S+)(?:\s+\((\S+)\))?/.exec(get("Source")) ?? [];
  return {
    name,
    version: get("Version"),
    architecture: get("Architecture"),
    repository,
    path: get("Filename"),
    sizeBytes: Number(get("Size")),
    sha256,
    source: source === "" ? name : source,
    sourceVersion: sourceVersion ?? get("Version"),
    essential: get("Essential") === "yes",
    priority: get("Priority"),
    depends: get("Depends"),
    preDepends: get("Pre-Depends"),
    provides: get("Provides"),
    conflicts: get("Conflicts"),
    breaks: get("Breaks"),
  };
}
