import { NeedsMore } from "../../command.ts";
import { LimitReached } from "../../limits.ts";
import { Parser } from "../parse/parser.ts";
import { ScriptSyntaxError } from "../parse/syntax-error.ts";
import type { Node } from "../tree.ts";
import { evaluate } from "./evaluate.ts";
import { ShellFailure } from "./failure.ts";
import type { ReadText } from "./read-texts.ts";
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
  // What is read where there are aliases depends on them.
  if (shell.aliases.size > 0) return runFrom(shell, parserOf(shell, text, line), isTested, 0);
  const key = `${shell.dialect} ${line} ${text}`;
  let read = texts.get(key);
  if (read === undefined) {
    const { dialect } = shell;
    const parser = new Parser(text, { dialect, alias: () => undefined, depth: PARSE_DEPTH, line });
    read = { nodes: [], parser };
    texts.keep(key, read);
  }
  let status = 0;
  for (let at = 0; ; at++) {
    if (shell.aliases.size > 0) {
      const parser = parserOf(shell, text, line);
      for (let passed = 0; passed < at;) if (parser.next() !== undefined) passed++;
      return runFrom(shell, parser, isTested, status);
    }
    const node = read.nodes[at] ?? readNext(shell, read, key);
    if (node === "end") return status;
    status = evaluate(shell, node, isTested);
    if (shell.skip !== "none") return status;
  }
}

/** The next command of a text that goes on being read; the same for all that run it. */
function readNext(shell: Shell, read: ReadText, key: string): Node | "end" {
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
    read.nodes.push(node);
    return node;
  }
}

function parserOf(shell: Shell, text: string, line: number): Parser {
  const alias = (name: string): string | undefined => shell.aliases.get(name);
  return new Parser(text, { dialect: shell.dialect, alias, depth: PARSE_DEPTH, line });
}

/** The rest of a text; `before` is the status of what stands before it. */
function runFrom(shell: Shell, parser: Parser, isTested: boolean, before: number): number {
  let status = before;
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
