import { compareTexts } from "../../../order.ts";
import type { Advisory } from "../../advisory.ts";
import { formatVersion } from "../dependency.ts";
import { fromBytes, safeBytes } from "./safe-text.ts";
import { attributeOf, type XmlAttributes } from "./xml-tag.ts";
import type { XmlHandler } from "./xml.ts";

/** A version of a package that an advisory brought. */
export interface AdvisedVersion {
  readonly name: string;
  readonly version: string;
  readonly advisory: Advisory;
}

/** An advisory lists each of its packages for each architecture: some thousands. */
const MOST_VERSIONS = 1_000_000;
const MOST_REFERENCES = 10_000;

/**
 * Reads `updateinfo.xml`, the advisories of a repository, for packages of some names. Throws an
 * `Error` for a document that is none.
 */
export class UpdateinfoHandler implements XmlHandler {
  readonly found: AdvisedVersion[] = [];
  readonly #names: ReadonlySet<string>;
  #kind = "";
  #id = "";
  #severity = "";
  #vulnerabilities = new Set<string>();
  /** Versions by name, of the advisory that is read. */
  #versions = new Map<string, { readonly name: string; readonly version: string }>();

  constructor(names: ReadonlySet<string>) {
    this.#names = names;
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
    this.#versions.set(`${name} ${version}`, { name, version: shown(version) });
  }

  #finish(): void {
    if (this.#id === "" || this.#versions.size === 0) return;
    if (this.found.length + this.#versions.size > MOST_VERSIONS) {
      throw new Error(`it lists more than ${MOST_VERSIONS} updates`);
    }
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

function shown(text: string): string {
  return fromBytes(safeBytes(text.trim())).slice(0, 80);
}
