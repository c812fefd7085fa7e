import { elementsIn, readXml, type XmlElement } from "../xml/read-xml.ts";
import { type MagicMatch, readMatches, readTreeMatches, type TreeMatch } from "./magic.ts";

const NAMESPACE = "http://www.freedesktop.org/standards/shared-mime-info";
/** Names that stand for a type that wants nothing of what files said before. */
const NO_GLOBS = "__NOGLOBS__";
const NO_MAGIC = "__NOMAGIC__";

/** A pattern of names of files. */
export interface Glob {
  readonly pattern: string;
  readonly type: string;
  readonly weight: number;
  readonly isCaseSensitive: boolean;
  readonly isReset: boolean;
}

export interface Magic<Match> {
  readonly type: string;
  readonly priority: number;
  readonly isReset: boolean;
  readonly matches: readonly Match[];
}

/**
 * What packages say of media types, by the rules of shared-mime-info. Maps keep the order in which
 * their keys came.
 */
export class MediaTypes {
  /** By the name of the type: the elements of its own file. */
  readonly types = new Map<string, XmlElement[]>();
  readonly globs = new Map<string, Glob[]>();
  readonly magic: Magic<MagicMatch>[] = [];
  readonly treeMagic: Magic<TreeMatch>[] = [];
  readonly parents = new Map<string, string[]>();
  readonly aliases = new Map<string, string>();
  readonly icons = new Map<string, string>();
  readonly genericIcons = new Map<string, string>();
  /** By the namespace and the name of the root element, with a space between. */
  readonly namespaces = new Map<string, string>();

  /**
   * Takes in a file of a package. One that is no XML or something else is passed over, and of a
   * type with a fault what follows it is: `warn` is told. Throws a `SyntaxError` for what is beyond
   * what is known here.
   */
  add(text: string, warn: (fault: string) => void): void {
    let root: XmlElement;
    try {
      root = readXml(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      warn(error.message);
      return;
    }
    const isDeclared = /<!ATTLIST\s+mime-info\s+xmlns\b/.test(text.slice(0, 10_000));
    const namespace = root.attributes.get("xmlns") ?? (isDeclared ? NAMESPACE : "");
    if (root.name.includes(":")) throw new SyntaxError("media types under a prefix");
    if (root.name !== "mime-info" || namespace !== NAMESPACE) {
      warn(`<${root.name}> is no list of media types`);
      return;
    }
    const prefixes = prefixesIn(root);
    for (const element of elementsIn(root)) {
      try {
        this.#addType(element, prefixes);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        warn(error.message);
      }
    }
  }

  #addType(element: XmlElement, above: ReadonlyMap<string, string>): void {
    const name = element.attributes.get("type") ?? "";
    if (element.name !== "mime-type") throw new SyntaxError(`<${element.name}> is no media type`);
    if (!/^[^/]*\/[^/]*$/.test(name)) throw new SyntaxError(`"${name}" is no media type`);
    const kept = this.types.get(name) ?? [];
    this.types.set(name, kept);
    const prefixes = new Map([...above, ...prefixesIn(element)]);
    for (const field of elementsIn(element)) {
      const prefix = /^([^:]+):/.exec(field.name)?.[1];
      const isForeign = prefix !== undefined || field.attributes.has("xmlns");
      const isKept = isForeign || this.#addField(name, field);
      if (!isKept) continue;
      if (field.name === "comment") {
        const language = field.attributes.get("xml:lang");
        const before = kept.findIndex(
          (each) => each.name === "comment" && each.attributes.get("xml:lang") === language,
        );
        if (before !== -1) kept.splice(before, 1);
      }
      kept.push(isForeign ? withNamespace(field, prefix, prefixes) : field);
    }
  }

  /** Tells whether the element belongs into the type's own file. */
  #addField(type: string, field: XmlElement): boolean {
    const { attributes } = field;
    const given = (name: string): string => {
      const value = attributes.get(name);
      if (value === undefined) throw new SyntaxError(`<${field.name}> of ${type} has no ${name}`);
      return value;
    };
    switch (field.name) {
      case "glob": {
        const weight = numberOf(attributes.get("weight"));
        const isCaseSensitive = attributes.get("case-sensitive") === "true";
        const written = given("pattern");
        if (written === "") throw new SyntaxError("an empty pattern");
        const pattern = isCaseSensitive ? written : lowered(written);
        append(this.globs, pattern, { pattern, type, weight, isCaseSensitive, isReset: false });
        return true;
      }
      case "glob-deleteall": {
        const glob = { pattern: NO_GLOBS, type, weight: 0, isCaseSensitive: false, isReset: true };
        append(this.globs, NO_GLOBS, glob);
        return true;
      }
      case "magic": {
        const priority = numberOf(attributes.get("priority"));
        const matches = readMatches(field);
        if (matches.length === 0) throw new SyntaxError("magic without a match");
        this.magic.push({ type, priority, isReset: false, matches });
        return false;
      }
      case "magic-deleteall": {
        const data = Buffer.from(NO_MAGIC);
        const match = { start: 0, range: 1, wordSize: 1, data, mask: undefined, matches: [] };
        this.magic.push({ type, priority: 0, isReset: true, matches: [match] });
        return false;
      }
      case "treemagic": {
        const priority = numberOf(attributes.get("priority"));
        this.treeMagic.push({ type, priority, isReset: false, matches: readTreeMatches(field) });
        return false;
      }
      case "comment":
      case "acronym":
      case "expanded-acronym":
        return true;
      case "alias":
      case "sub-class-of": {
        const other = given("type");
        if (!other.includes("/")) throw new SyntaxError(`"${other}" is no media type`);
        if (field.name === "alias") this.aliases.set(other, type);
        else append(this.parents, type, other);
        return true;
      }
      case "root-XML": {
        const names = [given("namespaceURI"), given("localName")];
        const isWrong =
          names.every((name) => name === "") || names.some((name) => /[ \n]/.test(name));
        if (isWrong) throw new SyntaxError("a wrong <root-XML>");
        this.namespaces.set(names.join(" "), type);
        return false;
      }
      case "icon":
      case "generic-icon": {
        const icon = attributes.get("name");
        if (icon === undefined) return false;
        (field.name === "icon" ? this.icons : this.genericIcons).set(type, icon);
        return true;
      }
      default:
        return false;
    }
  }
}

function append<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  map.set(key, [...(map.get(key) ?? []), item]);
}

/** A priority or a weight. */
function numberOf(text: string | undefined): number {
  if (text === undefined) return 50;
  const value = /^\s*\+?\d+$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > 100) throw new SyntaxError(`the number ${text}`);
  return value;
}

/** Letters of ASCII alone. */
export function lowered(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function prefixesIn({ attributes }: XmlElement): ReadonlyMap<string, string> {
  const found = [...attributes].filter(([name]) => name.startsWith("xmlns:"));
  return new Map(found.map(([name, value]) => [name.slice("xmlns:".length), value]));
}

/** An element on its own: it declares the namespace that an element above it declared. */
function withNamespace(
  element: XmlElement,
  prefix: string | undefined,
  prefixes: ReadonlyMap<string, string>,
): XmlElement {
  const name = prefix === undefined ? "xmlns" : `xmlns:${prefix}`;
  const uri = element.attributes.get(name) ?? prefixes.get(prefix ?? "");
  if (uri === undefined) throw new SyntaxError(`the prefix of <${element.name}> is not declared`);
  const others = [...element.attributes].filter(([each]) => each !== name);
  return { ...element, attributes: new Map([[name, uri], ...others]) };
}
