import { unquoted } from "../quoting.ts";
import type { Shell } from "../execute/shell.ts";
import type { Word } from "../tree.ts";
import { expandBraces } from "./braces.ts";
import { Expander } from "./expander.ts";
import { glob } from "./glob.ts";
import { splitFields } from "./split-fields.ts";

const DEFAULT_IFS = " \t\n";

/** The fields that a word of a command becomes. */
export function expandFields(shell: Shell, word: Word, fields: string[]): void {
  for (const each of expandBraces(shell, word)) expandUnbraced(shell, each, fields);
}

/** The fields of a word in which braces mean themselves. */
function expandUnbraced(shell: Shell, word: Word, fields: string[]): void {
  const { plain } = word;
  if (plain !== undefined && !/[*?[~\\]/.test(plain)) {
    shell.world.meter.step();
    fields.push(plain);
    return;
  }
  const { meter } = shell.world;
  const expander = new Expander(shell, { isSplit: true, keepsQuotes: true });
  expander.parts(word.parts, { isQuoted: false, isOperand: false, tilde: "word" });
  const { text, regions } = expander;
  meter.work(text.length);
  const ifs = shell.variables.get("IFS") ?? DEFAULT_IFS;
  for (const field of splitFields(text, regions, { ifs })) {
    meter.step();
    const paths = shell.options.has("noglob") ? [] : glob(shell, field);
    if (paths.length === 0) fields.push(unquoted(field));
    else for (const path of paths) fields.push(path);
  }
}

/** A word as one text, as assignments, redirections and `case` take it. */
export function expandText(
  shell: Shell,
  word: Word,
  tilde: "word" | "assignment" = "word",
): string {
  if (word.plain !== undefined && !word.plain.includes("~")) return word.plain;
  return expand(shell, word, { keepsQuotes: false, tilde });
}

/** A word as a pattern, with what is quoted in it marked. */
export function expandPattern(shell: Shell, word: Word): string {
  if (word.plain !== undefined && !word.plain.includes("~")) return word.plain;
  return expand(shell, word, { keepsQuotes: true, tilde: "word" });
}

/** The text of a here-document. */
export function expandHereDocument(shell: Shell, word: Word): string {
  const expander = new Expander(shell, { isSplit: false, keepsQuotes: false });
  expander.parts(word.parts, { isQuoted: true, isOperand: false, tilde: "none" });
  shell.world.meter.work(expander.text.length);
  return expander.text;
}

function expand(
  shell: Shell,
  word: Word,
  { keepsQuotes, tilde }: { keepsQuotes: boolean; tilde: "word" | "assignment" },
): string {
  const expander = new Expander(shell, { isSplit: false, keepsQuotes });
  expander.parts(word.parts, { isQuoted: false, isOperand: false, tilde });
  shell.world.meter.work(expander.text.length);
  return expander.text;
}
