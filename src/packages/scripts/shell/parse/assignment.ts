import type { Assignment, Part, Word } from "../tree.ts";
import { WordBuilder } from "./word-builder.ts";

const START = /^([A-Za-z_]\w*)(\+?)=/;
const BASH_START = /^([A-Za-z_]\w*)\[([^\]]*)\](\+?)=/;

/** A word that assigns, as one before a command's name does; undefined for any other. */
export function toAssignment(word: Word, dialect: "dash" | "bash"): Assignment | undefined {
  const [first, ...rest] = word.parts;
  if (first?.type !== "text" || first.isQuoted) return undefined;
  const match = START.exec(first.text);
  if (match !== null && (match[2] === "" || dialect === "bash")) {
    const [whole, name = "", plus = ""] = match;
    return { name, value: wordAfter(first.text, whole, rest), isAppended: plus !== "" };
  }
  const indexed = BASH_START.exec(first.text);
  if (indexed === null || dialect !== "bash") return undefined;
  const [whole, name = "", index = "", plus = ""] = indexed;
  const value = wordAfter(first.text, whole, rest);
  return { name, value, isAppended: plus !== "", index: partsToWord([], index) };
}

/** Whether a word assigns by its look, for `export` and `local`. */
export function isAssignmentWord(word: Word): boolean {
  const [first] = word.parts;
  return first?.type === "text" && !first.isQuoted && /^[A-Za-z_]\w*=/.test(first.text);
}

function wordAfter(text: string, start: string, rest: readonly Part[]): Word {
  return partsToWord(rest, text.slice(start.length));
}

function partsToWord(parts: readonly Part[], text: string): Word {
  const builder = new WordBuilder();
  if (text !== "") builder.plain(text);
  for (const part of parts) {
    if (part.type === "text" && part.isQuoted) builder.quoted(part.text);
    else builder.add(part);
  }
  return builder.finish();
}
