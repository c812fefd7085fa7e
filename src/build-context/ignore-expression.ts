type Test = (code: number) => boolean;

/**
 * A piece of a pattern: one character, one of a set or any number of them, any number of folders
 * with their slashes, or the beginning of the path.
 */
export type Part =
  | { readonly type: "character"; readonly code: number }
  | { readonly type: "one" | "any"; readonly set: CharacterSet }
  | { readonly type: "folders" | "start" };

/** Characters, and a text that no other set has. */
export interface CharacterSet {
  readonly key: string;
  readonly has: Test;
}

const NEWLINE = 0x0a;

/**
 * Read an expression with the meaning that Go's `regexp` gives it: literals, escapes, classes, any
 * number of one of them, and any number of folders. Undefined when it is none.
 *
 * JavaScript's own engine goes back and forth: a pattern of fourteen `**` took it half a minute.
 */
export function parseExpression(expression: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  for (let at = 0; at < expression.length;) {
    if (expression.startsWith("(.*/)?", at)) {
      // Any number of folders, several times, is any number of folders.
      if (parts.at(-1)?.type !== "folders") parts.push({ type: "folders" });
      at += "(.*/)?".length;
      continue;
    }
    if (expression[at] === "^") {
      parts.push({ type: "start" });
      at++;
      continue;
    }
    const read = readSet(expression, at);
    if (read === undefined) return undefined;
    const set = { key: expression.slice(at, read.end), has: read.test };
    at = read.end;
    if (expression[at] === "*") {
      at++;
      parts.push({ type: "any", set });
    } else if (read.code === undefined) parts.push({ type: "one", set });
    else parts.push({ type: "character", code: read.code });
  }
  return parts;
}

/** A set of characters, where its text ends, and its code when it is one character. */
interface ReadSet {
  readonly test: Test;
  readonly end: number;
  readonly code?: number;
}

function readSet(expression: string, at: number): ReadSet | undefined {
  switch (expression[at]) {
    case ".":
      return { test: (code) => code !== NEWLINE, end: at + 1 };
    case "[":
      return readClass(expression, at);
    case "\\":
      return readEscape(expression, at);
    default:
      return readLiteral(expression, at);
  }
}

function readLiteral(expression: string, at: number): ReadSet | undefined {
  const code = expression.codePointAt(at);
  if (code === undefined) return undefined;
  return { code, test: (other) => other === code, end: at + (code > 0xff_ff ? 2 : 1) };
}

const controls: Readonly<Record<string, number>> = {
  a: 0x07,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
};

const sets: Readonly<Record<string, RegExp>> = {
  d: /[0-9]/,
  s: /[\t\n\f\r ]/,
  w: /[0-9A-Za-z_]/,
};

/** A letter after a backslash has a meaning of its own in Go's expressions, or is an error. */
function readEscape(expression: string, at: number): ReadSet | undefined {
  const character = expression[at + 1] ?? "";
  const end = at + 2;
  const control = controls[character];
  if (control !== undefined) return { code: control, test: (code) => code === control, end };
  const set = sets[character.toLowerCase()];
  if (set !== undefined) {
    const isNegated = character !== character.toLowerCase();
    return { test: (code) => set.test(String.fromCodePoint(code)) !== isNegated, end };
  }
  return /[0-9A-Za-z]/.test(character) ? undefined : readLiteral(expression, at + 1);
}

const posixClasses: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  ascii: /[\0-\x7f]/,
  blank: /[\t ]/,
  cntrl: /[\p{Cc}--[\x80-\x9f]]/v,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t\n\v\f\r ]/,
  upper: /[A-Z]/,
  word: /[0-9A-Za-z_]/,
  xdigit: /[0-9A-Fa-f]/,
};

function readClass(expression: string, start: number): ReadSet | undefined {
  const isNegated = expression[start + 1] === "^";
  const tests: Test[] = [];
  let at = isNegated ? start + 2 : start + 1;
  for (let isFirst = true; isFirst || expression[at] !== "]"; isFirst = false) {
    const member = readNamed(expression, at) ?? readRange(expression, at);
    if (member === undefined) return undefined;
    tests.push(member.test);
    at = member.end;
  }
  return { test: (code) => tests.some((test) => test(code)) !== isNegated, end: at + 1 };
}

/** `[:alpha:]` inside of a class. */
function readNamed(expression: string, at: number): ReadSet | undefined {
  const [text, negation, name = ""] =
    /^\[:(\^?)([a-z]+):\]/.exec(expression.slice(at, at + 12)) ?? [];
  const set = posixClasses[name];
  if (text === undefined || set === undefined) return undefined;
  const isNegated = negation === "^";
  return {
    test: (code) => set.test(String.fromCodePoint(code)) !== isNegated,
    end: at + text.length,
  };
}

function readRange(expression: string, at: number): ReadSet | undefined {
  const low = readMember(expression, at);
  if (low === undefined) return undefined;
  if (expression[low.end] !== "-" || expression[low.end + 1] === "]") return low;
  const high = readMember(expression, low.end + 1);
  const { code: from } = low;
  const to = high?.code;
  if (high === undefined || from === undefined || to === undefined || from > to) return undefined;
  return { test: (code) => from <= code && code <= to, end: high.end };
}

function readMember(expression: string, at: number): ReadSet | undefined {
  return expression[at] === "\\" ? readEscape(expression, at) : readLiteral(expression, at);
}
