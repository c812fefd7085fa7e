import type { ScriptCall } from "../../installation.ts";
import type { ScriptletRun } from "./scriptlets.ts";

/** How a scriptlet is run in the image itself, or why it cannot be. */
export type CallOrReason =
  | { readonly call: ScriptCall }
  /** Continues `… cannot be run in a container:`. */
  | { readonly notRun: string };

/** The longest word that a program is given: the kernel takes no longer ones. */
const LONGEST_WORD = 128 * 1024 - 1;
/** Characters of a text that is handed over in several words; each has up to 4 bytes. */
const WORD_LENGTH = 30_000;
/** Of all words together in bytes; the kernel takes twice as much. */
const LONGEST_CALL = 1024 ** 2;

/** Where a script is while it is run: `/tmp` is no part of the image then. */
const SCRIPT = "/tmp/rpm-tmp.script";
const INPUT = "/tmp/rpm-tmp.input";

/**
 * Writes two texts, each after the number of its words, and runs the rest: what rpm does with a
 * scriptlet's file and with the paths that a trigger reads. Source: rpm 4.16, lib/rpmscript.c.
 */
const WRITE_AND_RUN = `write() {
  n=$1
  shift
  while [ "$n" -gt 0 ]; do
    printf %s "$1"
    shift
    n=$((n - 1))
  done
}
write "$@" >${SCRIPT} || exit
shift "$(($1 + 1))"
write "$@" >${INPUT} || exit
shift "$(($1 + 1))"
exec "$@" <${INPUT}`;

/**
 * How a scriptlet is run in the image: it is no file there. A shell gets it as a word; any other
 * program, and a trigger that reads paths, gets what the shell of the image writes for it.
 */
export function callOf(
  { scriptlet, args, files }: Pick<ScriptletRun, "scriptlet" | "args" | "files">,
  environment: ScriptCall["environment"],
): CallOrReason {
  const { program, text, isExpanded } = scriptlet;
  const [path = "", ...words] = program;
  if (path === "<lua>") return { notRun: "Lua is a part of rpm and no program of an image" };
  if (isExpanded) return { notRun: "rpm would expand macros in it first" };
  if (!path.startsWith("/")) return { notRun: "its program has no absolute path" };
  if (files === undefined) {
    if (text === undefined) return { call: { path, args: words, environment } };
    const isShell = /\/(?:ba|da)?sh$/.test(path);
    if (isShell && !text.startsWith("#!") && Buffer.byteLength(text) <= LONGEST_WORD)
      return { call: { path, args: [...words, "-c", text, path, ...args], environment } };
  }
  const script = text === undefined ? [] : [SCRIPT, ...args];
  const input = (files ?? []).map((file) => `${file}\n`).join("");
  const all = [
    "-c",
    WRITE_AND_RUN,
    "/bin/sh",
    ...counted(wordsOf(text ?? "")),
    ...counted(wordsOf(input)),
    path,
    ...words,
    ...script,
  ];
  const bytes = all.reduce((sum, word) => sum + Buffer.byteLength(word) + 1, 0);
  if (bytes > LONGEST_CALL)
    return { notRun: "it is too long to be handed over, with the paths that it reads" };
  return { call: { path: "/bin/sh", args: all, environment } };
}

function counted(words: readonly string[]): readonly string[] {
  return [String(words.length), ...words];
}

/** The text in words that a program takes; no character is taken apart. */
function wordsOf(text: string): readonly string[] {
  return text.match(new RegExp(`[^]{1,${WORD_LENGTH}}`, "gu")) ?? [];
}
