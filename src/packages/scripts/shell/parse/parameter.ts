import type { ParameterOperator, ParameterPart, Part, Word } from "../tree.ts";
import { isDigit, isNameStart, isSpecialParameter } from "./characters.ts";
import type { Reader } from "./reader.ts";
import { literalWord, WordBuilder } from "./word-builder.ts";

type Head = Omit<ParameterPart, "word">;

/** What stands in `${…}` before its operand. */
export type ParameterHead =
  | { readonly type: "whole"; readonly part: ParameterPart }
  | {
      readonly type: "open";
      readonly part: Head;
      /** The operand is a pattern, which quotes around the whole do not quote. */
      readonly isPattern: boolean;
    };

const OPERATORS: Readonly<Record<string, ParameterOperator>> = {
  "-": "default",
  "+": "alternative",
  "?": "error",
  "=": "assign",
};

/**
 * Reads what follows `${`, up to the operand. What dash knows only when it runs, that a
 * substitution is bad, is an operator of its own, because a branch that is not taken may hold one.
 */
export function readParameterHead(reader: Reader, dialect: "dash" | "bash"): ParameterHead {
  let char = reader.getJoined();
  if (dialect === "bash" && char === "!") {
    // `${!#}` is the last parameter; `${!#x}` is `$!` without an `x` at its start.
    if (reader.startsWith("#}")) {
      reader.skip(2);
      return { type: "whole", part: { ...head("#"), operator: "indirect", word: undefined } };
    }
    const name = readName(reader, reader.getJoined());
    if (name !== "") return readBashIndirect(reader, name);
    reader.back();
  }
  if (char === "#") {
    const length = readLength(reader, dialect);
    if (length !== undefined) return length;
    return readOperator(reader, head("#"), dialect);
  }
  const name = readName(reader, char);
  if (name !== "") return readOperator(reader, head(name), dialect);
  if (isSpecialParameter(char)) return readOperator(reader, head(char), dialect);
  if (char === "}") {
    // `${}`: the brace is the end of an operand that is empty.
    reader.back();
    return open({ ...head(""), operator: "bad" });
  }
  // dash drops the character after it, too.
  char = reader.getJoined();
  reader.back();
  return open({ ...head(""), operator: "bad" });
}

/** A part with its operand; bash's own operators split it. */
export function withOperand(part: Head, operand: Word): ParameterPart {
  switch (part.operator) {
    case "replace": {
      const [word, second] = splitWord(operand, "/");
      return { ...part, word, second: second ?? literalWord("") };
    }
    case "slice": {
      const [word, second] = splitWord(operand, ":");
      return { ...part, word, second };
    }
    default:
      return { ...part, word: operand };
  }
}

function head(name: string): Head {
  return { type: "parameter", name, operator: "value", isNullUnset: false };
}

function open(part: Head, isPattern = false): ParameterHead {
  return { type: "open", part, isPattern };
}

/** The name or number that begins with a character; empty when none does. */
function readName(reader: Reader, first: string): string {
  const isNumber = isDigit(first);
  if (!isNumber && !isNameStart(first)) return "";
  let name = first;
  for (;;) {
    const char = reader.getJoined();
    if (isNumber ? !isDigit(char) : !/^\w$/.test(char)) break;
    name += char;
  }
  reader.back();
  return name;
}

/** `${#name}`; undefined when the `#` is the parameter itself, which is then read. */
function readLength(reader: Reader, dialect: "dash" | "bash"): ParameterHead | undefined {
  const char = reader.getJoined();
  const name = readName(reader, char);
  if (name !== "") {
    const index = dialect === "bash" ? readIndex(reader) : undefined;
    const after = reader.getJoined();
    reader.back();
    const operator = after === "}" ? "length" : "bad";
    return open({ ...head(name), operator, ...(index !== undefined && { index }) });
  }
  const after = reader.getJoined();
  reader.back();
  if (char !== "}" && after === "}" && isSpecialParameter(char)) {
    return open({ ...head(char), operator: "length" });
  }
  if (char !== "}" && after === "}") {
    return open({ ...head(""), operator: "bad" });
  }
  reader.back();
  return undefined;
}

function readOperator(reader: Reader, part: Head, dialect: "dash" | "bash"): ParameterHead {
  if (dialect === "bash") {
    const index = readIndex(reader);
    if (index !== undefined) return readOperator(reader, { ...part, index }, "dash");
  }
  let char = reader.getJoined();
  if (char === "}") return { type: "whole", part: { ...part, word: undefined } };
  if (char === "%" || char === "#") return readTrim(reader, part, char);
  const isNullUnset = char === ":";
  if (isNullUnset) char = reader.getJoined();
  const operator = OPERATORS[char];
  if (operator !== undefined) return open({ ...part, operator, isNullUnset });
  if (dialect === "bash") {
    const bash = readBashOperator(reader, part, isNullUnset ? ":" : char);
    if (bash !== undefined) {
      if (isNullUnset) reader.back();
      return bash;
    }
  }
  if (isNullUnset && char === "}") return open({ ...part, isNullUnset });
  return open({ ...part, operator: "bad" });
}

function readTrim(reader: Reader, part: Head, char: "%" | "#"): ParameterHead {
  const isLongest = reader.getJoined() === char;
  if (!isLongest) reader.back();
  const side = char === "%" ? "suffix" : "prefix";
  return open({ ...part, operator: `trim-${isLongest ? "longest" : "shortest"}-${side}` }, true);
}

function readBashOperator(reader: Reader, part: Head, char: string): ParameterHead | undefined {
  switch (char) {
    case "/": {
      const next = reader.getJoined();
      const kinds = { "/": "all", "#": "prefix", "%": "suffix" } as const;
      const replaces = next === "/" || next === "#" || next === "%" ? kinds[next] : "first";
      if (replaces === "first") reader.back();
      return open({ ...part, operator: "replace", replaces }, true);
    }
    case ":":
      return open({ ...part, operator: "slice" }, true);
    case "^":
    case ",": {
      const isAll = reader.getJoined() === char;
      if (!isAll) reader.back();
      const operator = char === "^" ? "upper" : "lower";
      return open({ ...part, operator: isAll ? operator : `${operator}-first` }, true);
    }
    default:
      return undefined;
  }
}

function readBashIndirect(reader: Reader, name: string): ParameterHead {
  const index = readIndex(reader);
  const part = { ...head(name), ...(index !== undefined && { index }) };
  const after = reader.getJoined();
  reader.back();
  if (after !== "}") return open({ ...part, operator: "bad" });
  const operator = index === "@" || index === "*" ? "keys" : "indirect";
  return open({ ...part, operator });
}

/** `[…]` after the name of an array; undefined when there is none. */
function readIndex(reader: Reader): ParameterPart["index"] {
  if (reader.getJoined() !== "[") {
    reader.back();
    return undefined;
  }
  let text = "";
  for (;;) {
    const char = reader.getJoined();
    if (char === "]" || char === "") break;
    text += char;
  }
  if (text === "@" || text === "*") return text;
  return literalIndex(text);
}

/** An index is arithmetic, in which a name needs no dollar; one with a dollar is a parameter. */
function literalIndex(text: string): Word {
  const name = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(text)?.[1];
  return literalWord(name ?? text.replaceAll(/^["']|["']$/g, ""));
}

function splitWord(word: Word, separator: string): readonly [Word, Word | undefined] {
  const left = new WordBuilder();
  const right = new WordBuilder();
  let isSplit = false;
  for (const part of word.parts) {
    if (isSplit || part.type !== "text" || part.isQuoted || !part.text.includes(separator)) {
      copyPart(isSplit ? right : left, part);
      continue;
    }
    const at = part.text.indexOf(separator);
    isSplit = true;
    if (at > 0) left.plain(part.text.slice(0, at));
    if (at + 1 < part.text.length) right.plain(part.text.slice(at + 1));
  }
  return [left.finish(), isSplit ? right.finish() : undefined];
}

function copyPart(builder: WordBuilder, part: Part): void {
  if (part.type !== "text") builder.add(part);
  else if (part.isQuoted) builder.quoted(part.text);
  else builder.plain(part.text);
}
