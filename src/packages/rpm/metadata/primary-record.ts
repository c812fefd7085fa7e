import { relationsOf } from "../relations/relation.ts";
import { parseDependency, type RpmDependency } from "../relations/dependency.ts";
import type { IndexedPackage } from "../../package-index.ts";
import { sourcePackageOf } from "../header/source-package.ts";
import { DEPENDENCY_KINDS, type DependencyKind, type PrimaryPackage } from "./primary.ts";
import { fromBytes } from "./safe-text.ts";

/** The first lines of a record, in order: what there is one of. */
export const RECORD_FACTS = [
  "name",
  "architecture",
  "version",
  "sha256",
  "sizeBytes",
  "location",
  "sourceFile",
] as const;

/** The lines of a record, in order. In those of dependencies and files a tab stands between two. */
export const RECORD_FIELDS = [...RECORD_FACTS, ...DEPENDENCY_KINDS, "files"] as const;

type RecordField = (typeof RECORD_FIELDS)[number];

/** What is kept of a package: a text, bytes a character each. */
export function writeRecord(entry: PrimaryPackage): string {
  return RECORD_FIELDS.map((field) => {
    const value = isKind(field) ? entry.dependencies[field] : entry[field];
    return typeof value === "object" ? value.join("\t") : String(value);
  }).join("\n");
}

/** A package of a record, apart from where it lies. */
export interface RecordedPackage extends Omit<IndexedPackage, "repository" | "path"> {
  /** Path below the repository's folder at this mirror. */
  readonly location: string;
}

/**
 * Read what `writeRecord` wrote. `morePaths` gives further paths of the package with a digest,
 * which `primary.xml` does not list.
 */
export function readRecord(
  record: string,
  morePaths: (sha256: string) => readonly string[],
): RecordedPackage {
  const lines = record.split("\n");
  const field = (name: RecordField): string => lines[RECORD_FIELDS.indexOf(name)] ?? "";
  const list = (name: RecordField): readonly string[] => {
    const line = fromBytes(field(name));
    return line === "" ? [] : line.split("\t");
  };
  const dependencies = (kind: DependencyKind): readonly RpmDependency[] =>
    list(kind).map(parseDependency);
  const own = { name: field("name"), version: field("version") };
  return {
    ...own,
    architecture: field("architecture"),
    sha256: field("sha256"),
    sizeBytes: Number(field("sizeBytes")),
    location: field("location"),
    ...sourcePackageOf(fromBytes(field("sourceFile")), own),
    ...relationsOf({
      provides: dependencies("provides"),
      requires: dependencies("requires"),
      conflicts: dependencies("conflicts"),
      obsoletes: dependencies("obsoletes"),
      recommends: dependencies("recommends"),
      suggests: dependencies("suggests"),
      supplements: dependencies("supplements"),
      enhances: dependencies("enhances"),
      files: [...list("files"), ...morePaths(field("sha256"))],
    }),
  };
}

function isKind(field: RecordField): field is DependencyKind {
  return DEPENDENCY_KINDS.some((kind) => kind === field);
}
