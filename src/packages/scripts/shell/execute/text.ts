import { NeedsMore } from "../../command.ts";
import { LimitReached } from "../../limits.ts";
import { Parser } from "../parse/parser.ts";
import { withoutNul } from "../parse/reader.ts";
import { ScriptSyntaxError } from "../parse/syntax-error.ts";
import { evaluate } from "./evaluate.ts";
import { ShellFailure } from "./failure.ts";
import type { ReadCommand, ReadText, TextPlace } from "./read-texts.ts";
import type { Shell, TextOptions } from "./shell.ts";

/** How deep a script may be nested: beyond any that a person wrote. */
const PARSE_DEPTH = 150;

/**
 * Parses and runs a text, one complete command after the other, as dash reads a file: what stands
 * before a syntax error has run when it is found.
 */
export function runText(shell: Shell, text: string, options: TextOptions): number {
  const { meter, texts } = shell.world;
  if (text.length > meter.limits.parseBytes) throw new LimitReached("parseBytes");
  meter.work(text.length * 8);
  const { isTested, line = 1 } = options;
  const key = `${shell.dialect} ${line} ${text}`;
  const read = texts.get(key) ?? startReading(shell, { text, line, key });
  let from: TextPlace = { at: 0, line };
  let status = 0;
  for (let index = 0; ; index++) {
    // What follows depends on them, and is read by this shell alone.
    if (shell.aliases.size > 0) return runRest(shell, text, from, { isTested, status });
    const command = read.commands[index] ?? readNext(shell, read, key);
    if (command === "end") return status;
    status = evaluate(shell, command.node, isTested);
    if (shell.skip !== "none") return status;
    from = command.end;
  }
}

function startReading(
  { world, dialect }: Shell,
  { text, line, key }: { readonly text: string; readonly line: number; readonly key: string },
): ReadText {
  const parser = new Parser(text, { dialect, alias: () => undefined, depth: PARSE_DEPTH, line });
  const read = { commands: [], parser };
  world.texts.keep(key, read);
  return read;
}

/** The next command of a text that goes on being read; the same for all that run it. */
function readNext(shell: Shell, read: ReadText, key: string): ReadCommand | "end" {
  for (;;) {
    let node: ReturnType<Parser["next"]>;
    try {
      node = parse(shell, read.parser);
    } catch (error) {
      shell.world.texts.remove(key);
      throw error;
    }
    if (node === "end") return node;
    if (node === undefined) continue;
    const { at, line } = read.parser.reader;
    const command = { node, end: { at, line } };
    read.commands.push(command);
    return command;
  }
}

/** The rest of a text by the shell's aliases; `status` is that of what stands before it. */
function runRest(
  shell: Shell,
  text: string,
  { at, line }: TextPlace,
  before: { readonly isTested: boolean; readonly status: number },
): number {
  const { dialect, aliases } = shell;
  const alias = (name: string): string | undefined => aliases.get(name);
  const rest = withoutNul(text).slice(at);
  const parser = new Parser(rest, { dialect, alias, depth: PARSE_DEPTH, line });
  let { status } = before;
  for (;;) {
    const node = parse(shell, parser);
    if (node === "end") return status;
    if (node === undefined) continue;
    status = evaluate(shell, node, before.isTested);
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
