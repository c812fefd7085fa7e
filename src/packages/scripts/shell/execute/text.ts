import { NeedsMore } from "../../command.ts";
import { LimitReached } from "../../limits.ts";
import { Parser } from "../parse/parser.ts";
import { ScriptSyntaxError } from "../parse/syntax-error.ts";
import { evaluate } from "./evaluate.ts";
import { ShellFailure } from "./failure.ts";
import type { Shell, TextOptions } from "./shell.ts";

/** How deep a script may be nested: beyond any that a person wrote. */
const PARSE_DEPTH = 150;

/**
 * Parses and runs a text, one complete command after the other, as dash reads a file: what stands
 * before a syntax error has run when it is found.
 */
export function runText(shell: Shell, text: string, { isTested, line = 1 }: TextOptions): number {
  const { meter } = shell.world;
  if (text.length > meter.limits.parseBytes) throw new LimitReached("parseBytes");
  meter.work(text.length * 8);
  const parser = new Parser(text, {
    dialect: shell.dialect,
    alias: (name) => shell.aliases.get(name),
    depth: PARSE_DEPTH,
    line,
  });
  let status = 0;
  for (;;) {
    const node = parse(shell, parser);
    if (node === "end") return status;
    if (node === undefined) continue;
    status = evaluate(shell, node, isTested);
    if (shell.skip !== "none") return status;
  }
}

function parse(shell: Shell, parser: Parser): ReturnType<Parser["next"]> {
  try {
    return parser.next();
  } catch (error) {
    if (!(error instanceof ScriptSyntaxError)) throw error;
    // Not all of bash's grammar is known, so that it is more likely ours that is wrong.
    if (shell.dialect === "bash") throw new NeedsMore(`syntax of bash: ${error.message}`);
    shell.status = 2;
    const command = shell.commandName === undefined ? "" : `${shell.commandName}: `;
    const message = `Syntax error: ${error.message}`;
    shell.write(2, `${shell.name}: ${error.line}: ${command}${message}\n`);
    throw new ShellFailure(message);
  }
}
