import { fromBytes } from "../../bytes.ts";
import { NeedsMore } from "../../command.ts";
import { RootError } from "../../root.ts";
import { fail } from "./failure.ts";
import { startShell } from "./start-shell.ts";
import { findLongOption, optionOf } from "./options.ts";
import type { ProgramCall, Shell } from "./shell.ts";
import { isBash } from "./which-shell.ts";
import { runToEnd } from "./subshell.ts";

/** A call of `sh`, `dash` or `bash`: `sh FILE …`, `sh -c TEXT …`, or a script on the input. */
export function runShellProgram(caller: Shell, { argv, env }: ProgramCall): number {
  const { world } = caller;
  const memory = world.meter.memoryBytes;
  const { script, line } = world;
  const [program, ...args] = argv;
  const shell = startShell(caller, { env, isBash: isBash(world, program), name: program });
  world.meter.enter();
  const status = runToEnd(shell, () => {
    const rest = takeOptions(shell, args);
    const { text, name, parameters } = source(shell, program, rest);
    shell.name = name;
    shell.script = name;
    shell.parameters = parameters;
    world.interpreter.runText(shell, text, { isTested: false });
  });
  world.meter.depth--;
  world.meter.restoreMemory(memory);
  Object.assign(world, { script, line });
  return status;
}

interface Arguments {
  readonly isText: boolean;
  readonly isInput: boolean;
  readonly rest: readonly string[];
}

function takeOptions(shell: Shell, args: readonly string[]): Arguments {
  let isText = false;
  let isInput = false;
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (!/^[-+]./.test(arg)) break;
    if (arg === "--") {
      at++;
      break;
    }
    if (arg.startsWith("--")) throw new NeedsMore(`the shell's option ${arg}`);
    for (const letter of arg.slice(1)) {
      const option = optionOf(letter);
      if (letter === "c") isText = true;
      else if (letter === "s") isInput = true;
      else if (letter === "o") setLong(shell, args[++at] ?? "", arg.startsWith("-"));
      else if (letter === "l" || letter === "p") continue;
      else if (option === undefined) fail(shell, `Illegal option -${letter}`);
      else if (arg.startsWith("-")) shell.options.add(option);
      else shell.options.delete(option);
    }
  }
  return { isText, isInput, rest: args.slice(at) };
}

function source(
  shell: Shell,
  program: string,
  { isText, isInput, rest }: Arguments,
): { readonly text: string; readonly name: string; readonly parameters: readonly string[] } {
  if (isText) {
    const [text, name = program, ...parameters] = rest;
    return { text: text ?? fail(shell, "-c requires an argument"), name, parameters };
  }
  const [name, ...parameters] = rest;
  if (isInput || name === undefined) {
    return { text: inputOf(shell), name: program, parameters: rest };
  }
  const path = shell.path(name);
  if (shell.world.root.stat(path)?.kind !== "file") {
    shell.write(2, `${program}: 0: cannot open ${name}: No such file\n`);
    return { text: "exit 2", name, parameters };
  }
  return { text: fromBytes(shell.world.root.read(path)), name, parameters };
}

/** What comes in; a folder is as good as empty. */
function inputOf(shell: Shell): string {
  try {
    return fromBytes(shell.descriptors[0]?.readAll() ?? new Uint8Array());
  } catch (error) {
    if (error instanceof RootError && error.code === "EISDIR") return "";
    throw error;
  }
}

function setLong(shell: Shell, name: string, isOn: boolean): void {
  const option = findLongOption(name, shell.dialect);
  if (option === undefined) fail(shell, `Illegal option -o ${name}`);
  if (isOn) shell.options.add(option);
  else shell.options.delete(option);
}
