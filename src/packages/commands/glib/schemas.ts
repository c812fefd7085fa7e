import { elementsIn, readXml, textOf, type XmlElement } from "../xml/read-xml.ts";
import {
  arrayOf,
  boxed,
  byteVariant,
  entryOf,
  type GVariant,
  stringVariant,
  tupleOf,
  variantOf,
} from "./gvariant.ts";
import type { GvdbItem, GvdbTable } from "./gvdb.ts";
import { inGlibOrder } from "./hash-table.ts";
import { StringInfo } from "./string-info.ts";
import { isInRange, stringsIn } from "./variant-range.ts";
import { parseVariantText, type VariantNode } from "./variant-text.ts";
import { parseVariantType, type VariantType } from "./variant-type.ts";

interface SchemaKey {
  readonly type: VariantType;
  readonly names: StringInfo;
  /** What `names` came from: choices, an enumeration or flags. */
  readonly letter: "c" | "e" | "f";
  readonly range?: readonly [VariantNode, VariantNode] | undefined;
  readonly translation?: { readonly letter: string; readonly text: string } | undefined;
  value: GVariant;
  /** Values of certain desktops. */
  readonly desktops: Map<string, GVariant>;
}

interface Schema {
  readonly path: string | undefined;
  readonly extended: string | undefined;
  readonly listOf: string | undefined;
  readonly domain: string | undefined;
  /** A text is the schema of a child. */
  readonly keys: Map<string, SchemaKey | string>;
}

/** Settings that programs of GNOME have, gathered from files of schemas. */
export class Schemas {
  readonly #schemas = new Map<string, Schema>();
  readonly #enums = new Map<string, StringInfo>();
  readonly #flags = new Map<string, StringInfo>();

  /** Takes a file in. Throws a `SyntaxError` for one that does not follow the format. */
  add(text: string): void {
    const root = readXml(text);
    if (root.name !== "schemalist") throw new SyntaxError("it is no list of schemas");
    for (const element of elementsIn(root)) {
      const id = required(element, "id");
      if (element.name === "enum") this.#enums.set(id, namesIn(element, false));
      else if (element.name === "flags") this.#flags.set(id, namesIn(element, true));
      else if (element.name === "schema") {
        this.#addSchema(id, element, root.attributes.get("gettext-domain"));
      } else throw new SyntaxError(`<${element.name}> is not known`);
    }
  }

  /** A line of an override file: what is not known or not allowed is passed over, as there. */
  override(group: string, name: string, text: string): void {
    const [id = "", desktop] = group.split(/:(.*)/s);
    const key = this.#schemas.get(id)?.keys.get(name);
    if (key === undefined || typeof key === "string") return;
    if (desktop !== undefined && key.translation !== undefined) return;
    let value: GVariant;
    try {
      const node = parseVariantText(text);
      value = variantOf(node, key.type);
      if (!isAllowed(key, node)) return;
    } catch (error) {
      if (error instanceof SyntaxError) return;
      throw error;
    }
    if (desktop === undefined) key.value = value;
    else key.desktops.set(desktop, value);
  }

  /** As a table of the database, in the order of the original's own tables. */
  table(): GvdbTable {
    const listed = new Map<string, GvdbItem>();
    for (const id of inGlibOrder([...this.#schemas.keys()])) {
      const schema = this.#schemas.get(id);
      if (schema !== undefined) listed.set(id, { type: "table", table: tableOf(schema) });
    }
    return { listed, others: new Map() };
  }

  #addSchema(id: string, element: XmlElement, listDomain: string | undefined): void {
    if (this.#schemas.has(id)) throw new SyntaxError(`the schema ${id} stands twice`);
    const { attributes } = element;
    const extended = attributes.get("extends");
    const parent = extended === undefined ? undefined : this.#schemas.get(extended);
    if (extended !== undefined && parent === undefined) {
      throw new SyntaxError(`${id} extends a schema that is not there`);
    }
    const schema: Schema = {
      path: attributes.get("path"),
      extended,
      listOf: attributes.get("list-of") ?? parent?.listOf,
      domain: attributes.get("gettext-domain") ?? listDomain,
      keys: new Map(),
    };
    this.#schemas.set(id, schema);
    for (const child of elementsIn(element)) {
      const name = required(child, "name");
      const stored = child.name === "child" ? `${name}/` : name;
      if (schema.keys.has(stored)) throw new SyntaxError(`${name} stands twice`);
      if (child.name === "child") schema.keys.set(stored, required(child, "schema"));
      else if (child.name === "key") schema.keys.set(stored, this.#keyOf(child));
      else if (child.name === "override") {
        schema.keys.set(stored, overridden(this.#inherited(extended, name), child));
      } else throw new SyntaxError(`<${child.name}> is not known`);
    }
  }

  #inherited(schema: string | undefined, name: string): SchemaKey {
    for (let id = schema; id !== undefined; id = this.#schemas.get(id)?.extended) {
      const key = this.#schemas.get(id)?.keys.get(name);
      if (key !== undefined && typeof key !== "string") return key;
    }
    throw new SyntaxError(`there is no key ${name} to override`);
  }

  #keyOf(element: XmlElement): SchemaKey {
    const { attributes } = element;
    const enumeration = attributes.get("enum");
    const flags = attributes.get("flags");
    const given = enumeration === undefined ? undefined : this.#enums.get(enumeration);
    const named = given ?? (flags === undefined ? undefined : this.#flags.get(flags));
    const isNamed = enumeration !== undefined || flags !== undefined;
    if (isNamed && named === undefined) throw new SyntaxError("an enumeration is not there");
    const names = named?.copy() ?? new StringInfo();
    let written = attributes.get("type") ?? "";
    if (enumeration !== undefined) written = "s";
    else if (flags !== undefined) written = "as";
    const type = parseVariantType(written);
    let letter: SchemaKey["letter"] = "c";
    if (enumeration !== undefined) letter = "e";
    else if (flags !== undefined) letter = "f";
    let range: SchemaKey["range"];
    let value: XmlElement | undefined;
    for (const child of elementsIn(element)) {
      if (child.name === "default") value = child;
      else if (child.name === "range") range = rangeOf(type, child);
      else if (child.name === "choices") {
        for (const each of elementsIn(child)) names.add(required(each, "value"), 0);
      } else if (child.name === "aliases") {
        for (const each of elementsIn(child)) {
          names.addAlias(required(each, "value"), required(each, "target"));
        }
      } else if (child.name !== "summary" && child.name !== "description") {
        throw new SyntaxError(`<${child.name}> is not known`);
      }
    }
    if (value === undefined) throw new SyntaxError("a key has no default");
    return withDefault({ type, names, letter, range }, value);
  }
}

function overridden({ type, names, letter, range }: SchemaKey, element: XmlElement): SchemaKey {
  return withDefault({ type, names: names.copy(), letter, range }, element);
}

function withDefault(
  key: Pick<SchemaKey, "type" | "names" | "letter" | "range">,
  element: XmlElement,
): SchemaKey {
  const text = textOf(element);
  const node = parseVariantText(text);
  const category = element.attributes.get("l10n");
  const context = element.attributes.get("context");
  const letter = { messages: "m", time: "t" }[category ?? ""];
  if (category !== undefined && letter === undefined) throw new SyntaxError(`l10n="${category}"`);
  const trimmed = text.replaceAll(/^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g, "");
  const translation =
    letter === undefined
      ? undefined
      : { letter, text: context === undefined ? trimmed : `${context}\u0004${trimmed}` };
  const whole: SchemaKey = {
    ...key,
    translation,
    value: variantOf(node, key.type),
    desktops: new Map(),
  };
  if (!isAllowed(whole, node)) throw new SyntaxError("a default that is not allowed");
  return whole;
}

function isAllowed({ range, names }: SchemaKey, node: VariantNode): boolean {
  if (range !== undefined) return isInRange(node, range);
  return names.isEmpty || stringsIn(node).every((each) => names.has(each));
}

const RANGES: Readonly<Record<string, readonly [string, string]>> = {
  y: ["0", "255"],
  n: ["-32768", "32767"],
  q: ["0", "65535"],
  i: ["-2147483648", "2147483647"],
  u: ["0", "4294967295"],
  x: ["-9223372036854775808", "9223372036854775807"],
  t: ["0", "18446744073709551615"],
  d: ["-inf", "inf"],
};

function rangeOf(type: VariantType, { attributes }: XmlElement): SchemaKey["range"] {
  const whole = RANGES[type.code];
  if (whole === undefined) throw new SyntaxError("a range of what has none");
  return [
    parseVariantText(attributes.get("min") ?? whole[0]),
    parseVariantText(attributes.get("max") ?? whole[1]),
  ];
}

function namesIn(element: XmlElement, isFlags: boolean): StringInfo {
  const names = new StringInfo();
  for (const child of elementsIn(element)) {
    const value = Number(required(child, "value"));
    if (!Number.isInteger(value)) throw new SyntaxError("the value of a name is no number");
    // No flag at all is written as an empty list.
    if (!isFlags || value !== 0) names.add(required(child, "nick"), value);
  }
  return names;
}

function tableOf({ keys, path, extended, listOf, domain }: Schema): GvdbTable {
  const listed = new Map<string, GvdbItem>();
  let isTranslated = false;
  for (const name of inGlibOrder([...keys.keys()])) {
    const key = keys.get(name);
    if (key === undefined) continue;
    const value = typeof key === "string" ? stringVariant(key) : serialised(key);
    if (typeof key !== "string" && key.translation !== undefined) isTranslated = true;
    listed.set(name, { type: "value", value });
  }
  const others = new Map<string, GvdbItem>();
  const say = (name: string, text: string | undefined): void => {
    if (text !== undefined) others.set(name, { type: "value", value: stringVariant(text) });
  };
  say(".path", path);
  say(".extends", extended);
  say(".list-of", listOf);
  if (isTranslated) say(".gettext-domain", domain ?? "");
  return { listed, others };
}

function serialised({
  value,
  translation,
  names,
  letter,
  range,
  type,
  desktops,
}: SchemaKey): GVariant {
  const members = [value];
  const add = (mark: string, content: GVariant): void => {
    members.push(tupleOf([byteVariant(mark), content]));
  };
  if (translation !== undefined) {
    add("l", tupleOf([byteVariant(translation.letter), stringVariant(translation.text)]));
  }
  if (!names.isEmpty) add(letter, { type: parseVariantType("au"), bytes: names.bytes() });
  if (range !== undefined) add("r", tupleOf(range.map((each) => variantOf(each, type))));
  if (desktops.size > 0) {
    const entries = inGlibOrder([...desktops.keys()]).flatMap((desktop) => {
      const each = desktops.get(desktop);
      return each === undefined ? [] : [entryOf(stringVariant(desktop), boxed(each))];
    });
    add("d", arrayOf(parseVariantType("{sv}"), entries));
  }
  return tupleOf(members);
}

function required({ name, attributes }: XmlElement, attribute: string): string {
  const value = attributes.get(attribute);
  if (value === undefined) throw new SyntaxError(`<${name}> has no ${attribute}`);
  return value;
}
