/** An element of a document. Names are as they are written, with their prefixes. */
export interface XmlElement {
  readonly name: string;
  /** In the order in which they are written. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Elements, and texts as strings of bytes. */
  readonly children: readonly (XmlElement | string)[];
}

interface OpenElement extends XmlElement {
  readonly children: (XmlElement | string)[];
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  apos: "'",
  gt: ">",
  lt: "<",
  quot: '"',
};

const DEEPEST = 200;

/**
 * The root element of a text, a string of bytes in UTF-8. Comments, instructions and the document
 * type are passed over; entities that the document declares are refused. Throws a `SyntaxError`.
 */
export function readXml(text: string): XmlElement {
  const top: OpenElement = { name: "", attributes: new Map(), children: [] };
  const open = [top];
  const append = (piece: XmlElement | string): void => {
    const { children } = open.at(-1) ?? top;
    const last = children.at(-1);
    if (typeof piece === "string" && typeof last === "string")
      children[children.length - 1] = last + piece;
    else children.push(piece);
  };
  // Each way to go on begins with another character, so that nothing is read twice.
  const token =
    /<!--[^]*?-->|<\?[^]*?\?>|<!\[CDATA\[([^]*?)\]\]>|<!DOCTYPE[^[>]*(?:\[[^]*?\]\s*)?>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new SyntaxError(`no XML at byte ${at}`);
    const [whole, data, closed, name, attributes = "", isEmpty] = match;
    if (data !== undefined) append(data);
    else if (closed !== undefined) {
      const element = open.pop();
      if (element?.name !== closed || open.length === 0) {
        throw new SyntaxError(`</${closed}> closes nothing`);
      }
    } else if (name !== undefined) {
      const element: OpenElement = { name, attributes: attributesIn(attributes), children: [] };
      append(element);
      if (isEmpty === "") open.push(element);
      if (open.length > DEEPEST) throw new SyntaxError("too many elements within elements");
    } else if (!whole.startsWith("<")) append(decoded(whole));
  }
  const [root, ...others] = top.children.filter((child) => typeof child !== "string");
  if (open.length > 1) throw new SyntaxError(`<${open.at(-1)?.name ?? ""}> is not closed`);
  if (root === undefined || others.length > 0) throw new SyntaxError("not one root element");
  return root;
}

/** Elements among the children. */
export function elementsIn({ children }: XmlElement): readonly XmlElement[] {
  return children.filter((child) => typeof child !== "string");
}

/** All text within an element. */
export function textOf({ children }: XmlElement): string {
  return children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

function attributesIn(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", quoted = ""] of text.matchAll(/([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    if (attributes.has(name)) throw new SyntaxError(`${name} stands twice`);
    attributes.set(name, decoded(quoted.slice(1, -1)).replaceAll(/[\t\n\r]/g, " "));
  }
  return attributes;
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));|&/g, (whole, decimal, hex, name) => {
    const entity: unknown = ENTITIES[String(name)];
    if (typeof entity === "string") return entity;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    if (!(code > 0 && code <= 0x10_ff_ff)) throw new SyntaxError(`${whole} stands for nothing`);
    return Buffer.from(String.fromCodePoint(code)).toString("latin1");
  });
}
