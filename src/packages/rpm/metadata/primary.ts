import { dependencyOfEntry, formatDependency, formatVersion } from "../relations/dependency.ts";
import { checkLocation } from "./location.ts";
import { safeBytes } from "./safe-text.ts";
import { attributeOf, type XmlAttributes } from "./xml-tag.ts";
import type { XmlHandler } from "./xml.ts";

/** The kinds of dependencies, as `primary.xml` names them. */
export const DEPENDENCY_KINDS = [
  "provides",
  "requires",
  "conflicts",
  "obsoletes",
  "recommends",
  "suggests",
  "supplements",
  "enhances",
] as const;

export type DependencyKind = (typeof DEPENDENCY_KINDS)[number];

/** A package as `primary.xml` lists it. Texts are bytes, a character each, and safe to show. */
export interface PrimaryPackage {
  readonly name: string;
  readonly architecture: string;
  /** `[epoch:]version-release`. */
  readonly version: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Path below the repository's folder. */
  readonly location: string;
  /** Name of the source package's file; empty where there is none. */
  readonly sourceFile: string;
  /** Each as `formatDependency` writes it. */
  readonly dependencies: Readonly<Record<DependencyKind, readonly string[]>>;
  /** Those paths that the list holds: programs and settings, by createrepo's rule. */
  readonly files: readonly string[];
}

/** Of all that qclock knows, the repositories of Oracle Linux hold the most: some ten thousands. */
const MOST_PACKAGES = 1_000_000;
/** Of one package: a kernel's modules provide some thousands. */
const MOST_ENTRIES = 200_000;

/**
 * Reads `primary.xml`, the list of a repository's packages, and hands over each package when it is
 * whole. Throws an `Error` for a list that is none, or does not hold as many packages as it says.
 */
export class PrimaryHandler implements XmlHandler {
  readonly #onPackage: (entry: PrimaryPackage) => void;
  #declared = 0;
  #found = 0;
  #draft = emptyDraft();
  #kind: DependencyKind | undefined;

  constructor(onPackage: (entry: PrimaryPackage) => void) {
    this.#onPackage = onPackage;
  }

  open(name: string, attributes: XmlAttributes, depth: number): boolean {
    if (depth === 1) this.#openRoot(name, attributes);
    if (depth === 2) this.#openPackage();
    if (depth === 3) return this.#openFact(name, attributes);
    if (depth === 4) {
      this.#kind = DEPENDENCY_KINDS.find((kind) => kind === name);
      return name === "sourcerpm" || name === "file";
    }
    if (depth === 5 && name === "entry" && this.#kind !== undefined) {
      this.#addDependency(this.#kind, attributes);
    }
    return false;
  }

  close(name: string, text: string, depth: number): void {
    const draft = this.#draft;
    if (depth === 1 && this.#found !== this.#declared) {
      throw new Error(`it says that it lists ${this.#declared} packages, and lists ${this.#found}`);
    }
    if (depth === 2 && name === "package") this.#onPackage(finish(draft));
    if (depth === 3 && name === "name") draft.name = text;
    if (depth === 3 && name === "arch") draft.architecture = text;
    if (depth === 3 && name === "checksum") draft.checksum = text.trim();
    if (depth === 4 && name === "sourcerpm") draft.sourceFile = safeBytes(text);
    if (depth === 4 && name === "file") this.#addFile(text);
  }

  #openRoot(name: string, attributes: XmlAttributes): void {
    if (name !== "metadata") throw new Error(`it is a <${name}>, not a list of packages`);
    const declared = attributeOf(attributes, "packages") ?? "";
    if (!/^\d{1,15}$/.test(declared) || Number(declared) > MOST_PACKAGES) {
      throw new Error(`it says that it lists ${JSON.stringify(declared.slice(0, 40))} packages`);
    }
    this.#declared = Number(declared);
  }

  #openPackage(): void {
    this.#draft = emptyDraft();
    this.countPackage();
  }

  /** A package more is listed, also where somebody else reads it. */
  countPackage(): void {
    this.#found += 1;
    if (this.#found > this.#declared) {
      throw new Error(`it says that it lists ${this.#declared} packages, and lists more`);
    }
  }

  #openFact(name: string, attributes: XmlAttributes): boolean {
    const draft = this.#draft;
    const attribute = (key: string): string => attributeOf(attributes, key) ?? "";
    if (name === "version") {
      draft.version = formatVersion(attribute("epoch"), attribute("ver"), attribute("rel"));
    }
    if (name === "checksum") draft.checksumType = attribute("type");
    if (name === "size") draft.size = attribute("package");
    if (name === "location") draft.location = attribute("href");
    return name === "name" || name === "arch" || name === "checksum";
  }

  #addDependency(kind: DependencyKind, attributes: XmlAttributes): void {
    const text = formatDependency(
      dependencyOfEntry(attributeOf(attributes, "name") ?? "", {
        flags: attributeOf(attributes, "flags"),
        epoch: attributeOf(attributes, "epoch"),
        ver: attributeOf(attributes, "ver"),
        rel: attributeOf(attributes, "rel"),
      }),
    );
    if (text !== "") this.#add(this.#draft.dependencies[kind], text);
  }

  /** A path that no line holds is asked for by nobody. */
  #addFile(path: string): void {
    if (path.startsWith("/") && !/[\t\n\r]/.test(path)) this.#add(this.#draft.files, path);
  }

  #add(list: string[], text: string): void {
    if (list.length >= MOST_ENTRIES) {
      throw new Error(`${safeBytes(this.#draft.name)} has more than ${MOST_ENTRIES} entries`);
    }
    list.push(safeBytes(text));
  }
}

type Draft = ReturnType<typeof emptyDraft>;

function noTexts(): string[] {
  return [];
}

function emptyDraft() {
  return {
    name: "",
    architecture: "",
    version: "",
    checksum: "",
    checksumType: "",
    size: "",
    location: "",
    sourceFile: "",
    dependencies: {
      provides: noTexts(),
      requires: noTexts(),
      conflicts: noTexts(),
      obsoletes: noTexts(),
      recommends: noTexts(),
      suggests: noTexts(),
      supplements: noTexts(),
      enhances: noTexts(),
    },
    files: noTexts(),
  };
}

function finish(draft: Draft): PrimaryPackage {
  const { name, architecture, version, checksum, checksumType, size, location } = draft;
  if (![name, architecture, version].every((text) => /^[!-~]{1,256}$/.test(text))) {
    const shown = [name, version, architecture].map((text) => text.slice(0, 40));
    throw new Error(`${JSON.stringify(safeBytes(shown.join(" ")))} is no package`);
  }
  if (checksumType !== "sha256" || !/^[0-9a-f]{64}$/.test(checksum)) {
    const type = JSON.stringify(checksumType.slice(0, 20));
    throw new Error(`it names ${name} ${version} by a checksum of type ${type}, not by SHA-256`);
  }
  if (!/^\d{1,15}$/.test(size)) throw new Error(`the size of ${name} ${version} is no number`);
  return {
    name,
    architecture,
    version,
    sha256: checksum,
    sizeBytes: Number(size),
    location: checkLocation(location),
    sourceFile: draft.sourceFile,
    dependencies: draft.dependencies,
    files: draft.files,
  };
}
