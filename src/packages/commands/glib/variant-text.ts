import { escapedControls } from "../../../escaped-controls.ts";
import { parseVariantType, readType, type VariantType } from "./variant-type.ts";

/** A value as GVariant's text format writes it, without a type of its own. */
export type VariantNode =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "bytes"; readonly text: string }
  | { readonly kind: "boolean"; readonly isTrue: boolean }
  | { readonly kind: "array" | "tuple"; readonly items: readonly VariantNode[] }
  | {
      readonly kind: "dictionary";
      readonly items: readonly (readonly [VariantNode, VariantNode])[];
    }
  | { readonly kind: "entry"; readonly pair: readonly [VariantNode, VariantNode] }
  | { readonly kind: "variant"; readonly value: VariantNode }
  | { readonly kind: "maybe"; readonly value: VariantNode | undefined }
  | { readonly kind: "typed"; readonly type: VariantType; readonly value: VariantNode };

const TYPE_WORDS: Readonly<Record<string, string>> = {
  boolean: "b",
  byte: "y",
  int16: "n",
  uint16: "q",
  int32: "i",
  uint32: "u",
  handle: "h",
  int64: "x",
  uint64: "t",
  double: "d",
  string: "s",
  objectpath: "o",
  signature: "g",
};

/**
 * Reads a value. Throws a `SyntaxError`.
 *
 * Source: "GVariant Text Format" of GLib's reference.
 */
export function parseVariantText(text: string): VariantNode {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.end();
  return node;
}

const ESCAPES: Readonly<Record<string, string>> = { ...escapedControls, "\n": "" };

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skip();
  }

  end(): void {
    if (this.#at < this.#text.length) this.#fail();
  }

  value(depth: number): VariantNode {
    if (depth > 60) this.#fail();
    const inner = depth + 1;
    if (this.#take("[")) return this.#arrayNode(inner);
    if (this.#take("(")) return { kind: "tuple", items: this.#list(")", inner) };
    if (this.#take("{")) return this.#dictionaryNode(inner);
    if (this.#take("<")) {
      const value = this.value(inner);
      this.#expect(">");
      return { kind: "variant", value };
    }
    if (this.#text[this.#at] === "@") {
      const [type, rest] = readType(this.#text.slice(this.#at + 1), 0);
      this.#at = this.#text.length - rest.length;
      this.#skip();
      return { kind: "typed", type, value: this.value(inner) };
    }
    const bytes = this.#match(/b(?=["'])/y);
    const quoted = this.#match(/"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y);
    if (quoted !== undefined) {
      const content = quoted.slice(1, -1);
      return bytes === undefined
        ? { kind: "string", text: unescaped(content) }
        : { kind: "bytes", text: unescapedBytes(content) };
    }
    const word = this.#match(/[-+]?[A-Za-z0-9.][-+A-Za-z0-9._]*/y) ?? this.#fail();
    if (word === "true" || word === "false") return { kind: "boolean", isTrue: word === "true" };
    if (word === "nothing") return { kind: "maybe", value: undefined };
    if (word === "just") return { kind: "maybe", value: this.value(inner) };
    const code = Object.hasOwn(TYPE_WORDS, word) ? TYPE_WORDS[word] : undefined;
    if (code !== undefined) {
      return { kind: "typed", type: parseVariantType(code), value: this.value(inner) };
    }
    return { kind: "number", text: word };
  }

  #arrayNode(depth: number): VariantNode {
    return { kind: "array", items: this.#list("]", depth) };
  }

  #dictionaryNode(depth: number): VariantNode {
    const items: (readonly [VariantNode, VariantNode])[] = [];
    if (this.#take("}")) return { kind: "dictionary", items };
    for (;;) {
      const key = this.value(depth);
      const isEntry = items.length === 0 && this.#take(",");
      if (!isEntry) this.#expect(":");
      const pair = [key, this.value(depth)] as const;
      if (isEntry) {
        this.#expect("}");
        return { kind: "entry", pair };
      }
      items.push(pair);
      if (this.#take("}")) return { kind: "dictionary", items };
      this.#expect(",");
    }
  }

  #list(end: string, depth: number): readonly VariantNode[] {
    const items: VariantNode[] = [];
    while (!this.#take(end)) {
      if (items.length > 0) {
        this.#expect(",");
        if (end === ")" && items.length === 1 && this.#take(end)) return items;
      }
      items.push(this.value(depth));
    }
    return items;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    this.#skip();
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) this.#fail();
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    if (found !== "b") this.#skip();
    return found;
  }

  #skip(): void {
    while (/[ \t\n\r\f\v]/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #fail(): never {
    throw new SyntaxError(
      `no value at ${JSON.stringify(this.#text.slice(this.#at, this.#at + 20))}`,
    );
  }
}

function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (_, short?: string, long?: string, character = "") => {
      const code = short ?? long;
      if (code === undefined) return ESCAPES[character] ?? character;
      return Buffer.from(String.fromCodePoint(Number.parseInt(code, 16))).toString("latin1");
    },
  );
}

/** As g_strcompress(): with octal escapes alone, and to the first zero. */
function unescapedBytes(text: string): string {
  const [whole = ""] = text
    .replaceAll(/\\(?:([0-7]{1,3})|([^]))/g, (_, octal?: string, character = "") =>
      octal === undefined
        ? (ESCAPES[character] ?? character)
        : String.fromCodePoint(Number.parseInt(octal, 8) & 0xff),
    )
    .split("\0");
  return whole;
}
