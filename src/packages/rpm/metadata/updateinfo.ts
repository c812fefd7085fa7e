import { compareTexts } from "../../../order.ts";
import type { Advisory } from "../../advisory.ts";
import { formatVersion } from "../relations/dependency.ts";
import { type MemoryTally, TEXT_BYTES } from "./memory-tally.ts";
import { copyOf, fromBytes, safeBytes } from "./safe-text.ts";
import { attributeOf, type XmlAttributes } from "./xml-tag.ts";
import type { XmlHandler } from "./xml.ts";

/** A version of a package that an advisory brought. */
export interface AdvisedVersion {
  readonly name: string;
  readonly version: string;
  readonly advisory: Advisory;
}

const MOST_REFERENCES = 10_000;

/**
 * Reads `updateinfo.xml`, the advisories of a repository, for packages of some names. Throws an
 * `Error` for a document that is none, and where the metadata takes too much memory.
 */
export class UpdateinfoHandler implements XmlHandler {
  readonly found: AdvisedVersion[] = [];
  readonly #names: ReadonlySet<string>;
  readonly #memory: MemoryTally;
  #kind = "";
  #id = "";
  #severity = "";
  #vulnerabilities = new Set<string>();
  /** Versions by name, of the advisory that is read. */
  #versions = new Map<string, { readonly name: string; readonly version: string }>();

  constructor(names: ReadonlySet<string>, memory: MemoryTally) {
    this.#names = names;
    this.#memory = memory;
  }

  open(name: string, attributes: XmlAttributes, depth: number): boolean {
    if (depth === 1 && name !== "updates") {
      throw new Error(`it is a <${name}>, not a list of advisories`);
    }
    if (depth === 2) this.#begin(attributes);
    if (depth === 4 && name === "reference") this.#addReference(attributes);
    if (depth === 5 && name === "package") this.#addPackage(attributes);
    return depth === 3 && (name === "id" || name === "severity");
  }

  close(name: string, text: string, depth: number): void {
    if (depth === 3 && name === "id") this.#id = shown(text);
    if (depth === 3 && name === "severity") this.#severity = shown(text);
    if (depth === 2 && name === "update") this.#finish();
  }

  #begin(attributes: XmlAttributes): void {
    this.#kind = shown(attributeOf(attributes, "type") ?? "");
    this.#id = "";
    this.#severity = "";
    this.#vulnerabilities = new Set();
    this.#versions = new Map();
  }

  #addReference(attributes: XmlAttributes): void {
    const id = shown(attributeOf(attributes, "id") ?? "");
    if (attributeOf(attributes, "type") !== "cve" || id === "") return;
    if (this.#vulnerabilities.size >= MOST_REFERENCES) {
      throw new Error(`${this.#id} refers to more than ${MOST_REFERENCES} vulnerabilities`);
    }
    this.#vulnerabilities.add(id);
  }

  #addPackage(attributes: XmlAttributes): void {
    const of = (key: string): string => attributeOf(attributes, key) ?? "";
    const name = of("name");
    if (!this.#names.has(name) || of("arch") === "src") return;
    const version = formatVersion(of("epoch"), of("version"), of("release"));
    this.#versions.set(`${name} ${version}`, { name: copyOf(name), version: shown(version) });
  }

  #finish(): void {
    if (this.#id === "" || this.#versions.size === 0) return;
    const parts = 4 + 2 * this.#versions.size + this.#vulnerabilities.size;
    this.#memory.keep(parts * (SHOWN_LENGTH + TEXT_BYTES));
    const advisory: Advisory = {
      id: this.#id,
      kind: this.#kind,
      ...(this.#severity === "" || /^none$/i.test(this.#severity)
        ? {}
        : { severity: this.#severity }),
      vulnerabilities: [...this.#vulnerabilities].toSorted(compareTexts),
    };
    for (const each of this.#versions.values()) this.found.push({ ...each, advisory });
  }
}

const SHOWN_LENGTH = 80;

function shown(text: string): string {
  // In UTF-8 a character has four bytes at most.
  const start = copyOf(safeBytes(text.trim().slice(0, 4 * SHOWN_LENGTH)));
  return fromBytes(start).slice(0, SHOWN_LENGTH);
}
