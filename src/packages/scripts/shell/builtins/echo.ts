import type { BuiltinCall, Shell } from "../execute/shell.ts";
import { escapeString } from "./escapes.ts";
import { print } from "./options.ts";

/** dash's echo: `-n` alone is an option, and escapes are always read. */
export function echo(shell: Shell, { args }: BuiltinCall): number {
  if (shell.dialect === "bash") return bashEcho(shell, args);
  const isOpen = args[0] === "-n";
  const words = isOpen ? args.slice(1) : args;
  let text = "";
  for (const [index, word] of words.entries()) {
    const { text: piece, isEnd } = escapeString(word, "dash");
    text += (index === 0 ? "" : " ") + piece;
    if (isEnd) return print(shell, text);
  }
  return print(shell, isOpen ? text : `${text}\n`);
}

function bashEcho(shell: Shell, args: readonly string[]): number {
  let at = 0;
  let options = "";
  while (/^-[neE]+$/.test(args[at] ?? "")) options += args[at++];
  const text = args.slice(at).join(" ");
  const escaped =
    options.lastIndexOf("e") > options.lastIndexOf("E")
      ? escapeString(text, "bash-echo")
      : { text, isEnd: false };
  return print(shell, options.includes("n") || escaped.isEnd ? escaped.text : `${escaped.text}\n`);
}
