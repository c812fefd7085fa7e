import { fail } from "../execute/failure.ts";
import type { Builtin, BuiltinCall, Shell } from "../execute/shell.ts";
import { deliver, runTraps, signalNames, signalOf } from "../execute/traps.ts";
import { print } from "./options.ts";

/** Commands about processes, of which there are only shells. */
export const jobBuiltins: readonly (readonly [string, Builtin])[] = [
  ["wait", { run: wait }],
  ["kill", { run: kill }],
  ["jobs", { run: () => 0 }],
  ["ulimit", { run: ulimit }],
  ["times", { run: times, isSpecial: true }],
];

/** Background commands have ended when this is asked. */
function wait(shell: Shell, { args }: BuiltinCall): number {
  let status = 0;
  for (const text of args) {
    if (!/^\d+$/.test(text)) return fail(shell, `Illegal number: ${text}`);
    status = shell.statuses.get(Number(text)) ?? 127;
  }
  return status;
}

function kill(shell: Shell, { args }: BuiltinCall): number {
  const rest = [...args];
  let signal: number | undefined = 15;
  const [first] = rest;
  if (first === undefined)
    return fail(
      shell,
      "Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]",
    );
  if (first === "-l") return list(shell, rest[1]);
  if (first === "-s") {
    signal = signalOf(rest[1] ?? "");
    rest.splice(0, 2);
  } else if (/^-./.test(first) && first !== "--") {
    signal = signalOf(first.slice(1));
    rest.shift();
  }
  if (rest[0] === "--") rest.shift();
  if (signal === undefined) return fail(shell, `invalid signal number or name: ${first}`);
  let status = 0;
  for (const text of rest) {
    if (!/^-?\d+$/.test(text)) return fail(shell, `Illegal number: ${text}`);
    if (Number(text) === shell.pid) {
      deliver(shell.main, signal);
      continue;
    }
    shell.write(2, `${shell.name}: ${shell.line}: kill: No such process\n\n`);
    status = 1;
  }
  if (shell === shell.main && shell.signals.length > 0) runTraps(shell);
  return status;
}

function list(shell: Shell, text: string | undefined): number {
  if (text === undefined) return print(shell, `${signalNames.slice(1).join("\n")}\n`);
  const number = Number(text) > 128 ? Number(text) - 128 : Number(text);
  const name = signalNames[number];
  if (name === undefined) return fail(shell, `invalid signal number or exit status: ${text}`);
  return print(shell, `${name}\n`);
}

/** Limits of processes mean nothing here: questions are answered, and what is set is taken. */
function ulimit(shell: Shell, { args }: BuiltinCall): number {
  const isAsked = args.every((arg) => arg.startsWith("-"));
  return isAsked ? print(shell, "unlimited\n") : 0;
}

/** No time passes. */
function times(shell: Shell): number {
  return print(shell, "0m0.000000s 0m0.000000s\n0m0.000000s 0m0.000000s\n");
}
