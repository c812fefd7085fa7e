import type { Command, CommandCall } from "../../scripts/command.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import type { RpmHeader } from "../header/header.ts";
import { macrosFor } from "../macros/macros-for.ts";
import { findByLabel, findByPatterns } from "./query/find-installed.ts";
import { queryFormat } from "./query/query-format.ts";
import { printedName } from "./query/query-tags.ts";

/** What `rpm` is asked about. */
export interface RpmAnswers {
  /** The packages that are there at the moment, in the order in which they came. */
  readonly installed: readonly RpmHeader[];
  /** As `uname -m` says it, such as `x86_64`. */
  readonly machine: string;
}

/** An exit status is one byte. */
const LARGEST_STATUS = 255;

/**
 * `rpm`, asked which packages are there (`-q`, `-qa`) and what macros are (`--eval`). It changes
 * nothing here: what installs, removes, verifies or imports stops the script. Source: rpm(8).
 */
export function rpm(answers: RpmAnswers): Command {
  return (call) => {
    const { has, value, values, operands } = readOptions(call, {
      query: "-q --query",
      all: "-a --all",
      format: "--qf= --queryformat=",
      quiet: "--quiet",
      eval: "-E= --eval=",
      // What is in the image was proved before.
      unchecked: "--nosignature --nodigest",
      verbose: "-v --verbose",
    });
    const texts = values("eval");
    if (texts.length > 0) printMacros(call, texts, answers.machine);
    if (!has("query"))
      return texts.length > 0 ? 0 : call.unsupported(`rpm ${call.args.join(" ")}`.trim());
    const format = value("format");
    const print =
      format === undefined
        ? (header: RpmHeader) => `${printedName(header)}\n`
        : queryFormat(call, format);
    const output = has("quiet") ? (): void => undefined : (text: string) => call.stdout.write(text);
    const query = { call, headers: answers.installed, operands };
    if (has("all")) {
      for (const header of findByPatterns(call, answers.installed, operands)) output(print(header));
      return 0;
    }
    return queryEach(query, { print, output });
  };
}

/** Gives the number of names that no package has. */
function queryEach(
  {
    call,
    headers,
    operands,
  }: {
    readonly call: CommandCall;
    readonly headers: readonly RpmHeader[];
    readonly operands: readonly string[];
  },
  { print, output }: { print: (header: RpmHeader) => string; output: (text: string) => void },
): number {
  if (operands.length === 0) {
    call.stderr.write("rpm: no arguments given for query\n");
    return 1;
  }
  let missing = 0;
  for (const label of operands) {
    call.countSteps(1 + headers.length);
    const found = findByLabel(call, headers, label);
    for (const header of found) output(print(header));
    if (found.length > 0) continue;
    output(`package ${label} is not installed\n`);
    missing++;
  }
  return Math.min(missing, LARGEST_STATUS);
}

function printMacros(call: CommandCall, texts: readonly string[], machine: string): void {
  const macros = macrosFor(call, machine);
  for (const text of texts) call.stdout.write(`${macros.expand(text)}\n`);
}
