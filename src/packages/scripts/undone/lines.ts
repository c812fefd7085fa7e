/** Whether a command of a script runs when its package is installed for the first time. */
export type Runs = "yes" | "no" | "unknown";

/** One command line of a shell script, its continuations joined. */
export interface ScriptLine {
  readonly text: string;
  readonly runs: Runs;
}

/** A block that a line stands in. `taken`: whether an earlier branch of it ran. */
interface Frame {
  /**
   * `lost`: what closes a block does not fit to what opened it, so nothing is known of the rest.
   */
  readonly kind: "if" | "case" | "loop" | "function" | "group" | "lost";
  runs: Runs;
  taken: Runs;
  /**
   * Of a case: the words that its patterns are compared with; undefined when they are not known.
   */
  readonly word?: string | undefined;
  /** Of a function whose brace is still to come. */
  isPending?: boolean;
}

/**
 * The command lines of a maintainer script with what can be told of them without running it: the
 * script is called with one word, `action`, as dpkg does at a first installation, and only
 * conditions on its arguments are understood. What is not understood is "unknown", never "yes".
 * Pure.
 */
export function readScript(script: string, action: string): readonly ScriptLine[] {
  if (script.length > LONGEST_SCRIPT) return [];
  const lines: ScriptLine[] = [];
  const frames: Frame[] = [];
  let isOver: Runs = "no";
  for (const statement of statements(withFewBlanks(script))) {
    const text = afterKeywords(statement, frames, action);
    if (text === "") continue;
    const runs = all([...frames.map((frame) => frame.runs), negate(isOver)]);
    if (/^(?:exit|return)\b/.test(text)) isOver = either(isOver, runs);
    lines.push({ text, runs });
  }
  return lines;
}

/** A script with single blanks, so that no pattern has to look for the end of very many. */
export function withFewBlanks(script: string): string {
  return script.replaceAll(/[ \t\r\f\v]+/g, " ").replaceAll(/\n\s+/g, "\n");
}

/** Longer ones are not looked into; the longest in Debian have some tens of kilobytes. */
export const LONGEST_SCRIPT = 256 * 1024;

/**
 * Commands one by one, without comments and the bodies of here-documents, read in one pass. `;;` is
 * one of its own.
 */
function* statements(script: string): Generator<string> {
  // dpkg leaves the variable empty but for foreign roots.
  const plain = script.replaceAll(/\$\{?DPKG_ROOT\}?/g, "").replace(/\\\n[ \t]*/g, " ");
  const open: string[] = [];
  let text = "";
  for (let at = 0; at <= plain.length; at++) {
    const char = plain[at] ?? "\n";
    const isEnd = at === plain.length;
    if (open.length > 0 && !isEnd) {
      const end = quoteEnd(plain, at, open);
      text += plain.slice(at, end);
      at = end - 1;
    } else if (char === "#" && /^\s?$/.test(text.slice(-1))) {
      const end = plain.indexOf("\n", at);
      at = (end === -1 ? plain.length : end) - 1;
    } else if (char === "\n" || char === ";") {
      if (text.trim() !== "") yield text.trim();
      if (char === "\n") at = afterHereDocument(plain, at, text);
      else if (plain[at + 1] === ";") {
        yield ";;";
        at++;
      }
      text = "";
    } else {
      const end = quoteEnd(plain, at, open);
      text += plain.slice(at, end);
      at = end - 1;
    }
  }
}

/**
 * Where the character at a place ends with what is escaped by it; quotes and substitutions that it
 * opens or closes are noted.
 */
function quoteEnd(text: string, at: number, open: string[]): number {
  const char = text[at] ?? "";
  const top = open.at(-1);
  if (char === "\\" && top !== "'") return at + 2;
  if (char === top) open.pop();
  else if (top === "'") return at + 1;
  else if (char === "$" && text[at + 1] === "(") {
    open.push(")");
    return at + 2;
  } else if (char === "`" || char === '"' || (char === "'" && top !== '"')) open.push(char);
  return at + 1;
}

/**
 * The end of the line at which the body of a here-document ends that a command asks for; the same
 * place when it asks for none.
 */
function afterHereDocument(script: string, at: number, command: string): number {
  const [, , word] = /<<-?\s*(["']?)(\w+)\1/.exec(command) ?? [];
  if (word === undefined) return at;
  for (let start = at + 1; start < script.length;) {
    const newline = script.indexOf("\n", start);
    const end = newline === -1 ? script.length : newline;
    if (end - start < 200 && script.slice(start, end).trim() === word) return end;
    start = end + 1;
  }
  return script.length;
}

/**
 * Cut a text where a separator stands outside of quotes and command substitutions; the separators
 * are parts of their own. Undefined when a quote is open at the end.
 */
export function splitOutsideQuotes(text: string, separator: RegExp): readonly string[] | undefined {
  const parts: string[] = [];
  const open: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length;) {
    const found = open.length === 0 ? separator.exec(text.slice(at, at + 4))?.[0] : undefined;
    if (found === undefined) {
      at = quoteEnd(text, at, open);
      continue;
    }
    parts.push(text.slice(start, at), found);
    at += found.length;
    start = at;
  }
  return open.length > 0 ? undefined : [...parts, text.slice(start)];
}

/**
 * The command of a statement behind the words that open, turn and close blocks; empty when it has
 * none.
 */
function afterKeywords(statement: string, frames: Frame[], action: string): string {
  let text = statement;
  for (let rest = step(text, frames, action); rest !== undefined && text !== "";) {
    text = rest;
    rest = step(text, frames, action);
  }
  return text;
}

/**
 * Take a word that opens, turns or closes a block, and return what follows it; undefined for any
 * other command.
 */
function step(text: string, frames: Frame[], action: string): string | undefined {
  const top = frames.at(-1);
  const [, keyword = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  switch (keyword) {
    case "if": {
      const runs = judge(rest, action);
      frames.push({ kind: "if", runs, taken: runs });
      return "";
    }
    case "elif":
    case "else":
      if (top?.kind === "if") {
        top.runs = all([negate(top.taken), keyword === "else" ? "yes" : judge(rest, action)]);
        top.taken = either(top.taken, top.runs);
      }
      return keyword === "else" ? rest : "";
    case "then":
    case "do":
      return rest;
    case "case": {
      const [, word = "", arm = ""] = /^(.*?)\sin(?:\s+(.*))?$/s.exec(rest) ?? [];
      frames.push({ kind: "case", runs: "no", taken: "no", word: caseWord(word, action) });
      return arm;
    }
    case "for":
    case "while":
    case "until":
      frames.push({ kind: "loop", runs: "unknown", taken: "no" });
      return "";
    case "fi":
    case "esac":
    case "done":
    case "}":
      close(frames, keyword);
      return "";
    case ";;":
      if (top?.kind === "case") top.runs = "no";
      return "";
    case "{":
      if (top?.isPending === true) top.isPending = false;
      else frames.push({ kind: "group", runs: "yes", taken: "no" });
      return rest;
  }
  if (/^(?:function\s+)?[\w-]+\s*\(\)/.test(text)) {
    const isPending = !text.includes("{");
    frames.push({ kind: "function", runs: "unknown", taken: "no", isPending });
    // One that is written in a line is over with it.
    if (text.endsWith("}")) frames.pop();
    return "";
  }
  // A loop at the end of a pipe.
  if (/\|\s*(?:while|for|until)\s/.test(text)) {
    frames.push({ kind: "loop", runs: "unknown", taken: "no" });
    return "";
  }
  return top?.kind === "case" && top.runs === "no" ? openArm(text, top) : undefined;
}

const CLOSES: Readonly<Record<string, readonly Frame["kind"][]>> = {
  fi: ["if"],
  esac: ["case"],
  done: ["loop"],
  "}": ["function", "group"],
};

function close(frames: Frame[], keyword: string): void {
  const top = frames.at(-1);
  if (top?.kind === "lost") return;
  if (top !== undefined && CLOSES[keyword]?.includes(top.kind) === true) frames.pop();
  else frames.push({ kind: "lost", runs: "unknown", taken: "unknown" });
}

/** Open the arm of a case by its pattern, and return what follows it. */
function openArm(text: string, frame: Frame): string | undefined {
  const [, patterns, rest = ""] = /^\(?\s*([^()]*?)\s*\)\s*(.*)$/s.exec(text) ?? [];
  if (patterns === undefined) return undefined;
  const words = patterns.split("|").map((word) => word.trim().replace(/^["']|["']$/g, ""));
  let matches: Runs = "unknown";
  if (frame.word !== undefined) {
    const isLiteral = words.every((word) => word === "*" || /^[\w.-]+$/.test(word));
    if (words.includes(frame.word) || words.includes("*")) matches = "yes";
    else if (isLiteral) matches = "no";
  }
  frame.runs = all([negate(frame.taken), matches]);
  frame.taken = either(frame.taken, matches);
  return rest;
}

function caseWord(word: string, action: string): string | undefined {
  return /^"?\$\{?1\}?"?$/.test(word.trim()) ? action : undefined;
}

/** What a condition on the script's arguments says; there is a first one and no second one. */
function judge(condition: string, action: string): Runs {
  if (condition.includes("||")) {
    return condition.split("||").reduce<Runs>((so, part) => either(so, judge(part, action)), "no");
  }
  if (condition.includes("&&"))
    return all(condition.split("&&").map((part) => judge(part, action)));
  const [, bare = ""] = /^(?:\[|test)\s+(.*?)\s*\]?$/.exec(condition.trim()) ?? [];
  const parts = bare.split(/\s+-a\s+/);
  if (parts.length > 1) return all(parts.map((part) => judge(`[ ${part} ]`, action)));
  const plain = bare.replaceAll('"', "").replace(/\$\{(\d)\}/g, "$$$1");
  const [, negated = "", operator, argument] = /^(! )?(-[nz]) \$([12])$/.exec(plain) ?? [];
  if (operator !== undefined) {
    const isSet = argument === "1";
    return ((operator === "-n") === isSet) === (negated === "") ? "yes" : "no";
  }
  const comparison = /^(x?)(\S+) (!?)==? \1(\S*)$/.exec(plain);
  if (comparison === null) return "unknown";
  const [, , left = "", not = "", right = ""] = comparison;
  const [variable, word] = left.startsWith("$") ? [left, right] : [right, left];
  const value = { $1: action, $2: "" }[variable];
  if (value === undefined || word.includes("$")) return "unknown";
  return (value === word) === (not === "") ? "yes" : "no";
}

function all(parts: readonly Runs[]): Runs {
  if (parts.includes("no")) return "no";
  return parts.includes("unknown") ? "unknown" : "yes";
}

function either(a: Runs, b: Runs): Runs {
  if (a === "yes" || b === "yes") return "yes";
  return a === "unknown" || b === "unknown" ? "unknown" : "no";
}

function negate(runs: Runs): Runs {
  if (runs === "unknown") return "unknown";
  return runs === "yes" ? "no" : "yes";
}

/**
 * The words of a simple command, quotes taken off; undefined when one of them is not literal, or
 * more than one command is in it.
 */
export function literalWords(text: string): readonly string[] | undefined {
  const command = text.replace(
    /\s*(?:\|\|\s*(?:true|:|exit \d)|[12]?>\s*\/dev\/null|2>&1)\s*$/g,
    "",
  );
  const words = command.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  const plain = words.map((word) => word.replace(/^["']|["']$/g, ""));
  return plain.every((word) => /^[\w./+:@=,%~-]+$/.test(word)) ? plain : undefined;
}
