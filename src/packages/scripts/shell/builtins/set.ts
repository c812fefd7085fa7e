import { fail, numberOf } from "../execute/failure.ts";
import { findLongOption, optionOf } from "../execute/options.ts";
import type { BuiltinCall, Shell } from "../execute/shell.ts";
import { print } from "./options.ts";
import { listOptions, listVariables } from "./variables.ts";

/** Sets options and parameters. */
export function set(shell: Shell, { args }: BuiltinCall): number {
  if (args.length === 0) return print(shell, listVariables(shell));
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "-" || arg === "--") {
      if (arg === "-") {
        shell.options.delete("xtrace");
        shell.options.delete("verbose");
      } else if (at + 1 === args.length) setParameters(shell, []);
      at++;
      break;
    }
    if (!/^[-+]/.test(arg)) break;
    const isOn = arg.startsWith("-");
    for (const letter of arg.slice(1)) {
      if (letter === "o") at += setLong(shell, args[at + 1], isOn);
      else {
        const option = optionOf(letter);
        if (option === undefined) return fail(shell, `Illegal option -${letter}`);
        if (isOn) shell.options.add(option);
        else shell.options.delete(option);
      }
    }
  }
  if (at < args.length) setParameters(shell, args.slice(at));
  return 0;
}

export function shift(shell: Shell, { args: [text = "1"] }: BuiltinCall): number {
  const count = numberOf(shell, text);
  if (count > shell.parameters.length) return fail(shell, "can't shift that many");
  setParameters(shell, shell.parameters.slice(count));
  return 0;
}

function setParameters(shell: Shell, parameters: readonly string[]): void {
  shell.world.meter.work(parameters.length);
  shell.parameters = parameters;
  shell.optionIndex = 1;
  shell.optionOffset = -1;
}

/** How many arguments it took. */
function setLong(shell: Shell, name: string | undefined, isOn: boolean): number {
  if (name === undefined) {
    print(shell, listOptions(shell, isOn));
    return 0;
  }
  const option = findLongOption(name, shell.dialect);
  if (option === undefined) return fail(shell, `Illegal option -o ${name}`);
  if (isOn) shell.options.add(option);
  else shell.options.delete(option);
  return 1;
}
