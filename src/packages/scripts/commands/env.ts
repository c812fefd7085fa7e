import type { Command, CommandCall } from "../command.ts";
import { readOptions } from "./options.ts";

export const env: Command = (call) => {
  const { has, values, value, operands } = readOptions(
    call,
    {
      empty: "-i --ignore-environment",
      unset: "-u= --unset=",
      zero: "-0 --null",
      folder: "-C= --chdir=",
    },
    { isPosix: true },
  );
  const variables = new Map(has("empty") || operands[0] === "-" ? [] : call.env);
  for (const name of values("unset")) variables.delete(name);
  let at = operands[0] === "-" ? 1 : 0;
  for (; at < operands.length; at++) {
    const assignment = /^([^=]+)=([^]*)$/.exec(operands[at] ?? "");
    if (assignment === null) break;
    variables.set(assignment[1] ?? "", assignment[2] ?? "");
  }
  const [program, ...args] = operands.slice(at);
  if (program === undefined) {
    const end = has("zero") ? "\0" : "\n";
    for (const [name, text] of variables) call.stdout.write(`${name}=${text}${end}`);
    return 0;
  }
  const folder = value("folder");
  return call.run([program, ...args], {
    env: variables,
    ...(folder !== undefined && { cwd: call.path(folder) }),
  });
};

export const printenv: Command = (call) => {
  const { operands } = readOptions(call, {});
  if (operands.length === 0) {
    for (const [name, text] of call.env) call.stdout.write(`${name}=${text}\n`);
    return 0;
  }
  const found = operands.map((name) => call.env.get(name));
  for (const text of found) if (text !== undefined) call.stdout.write(`${text}\n`);
  return found.includes(undefined) ? 1 : 0;
};

/** Programs that run another one, whose own settings mean nothing here. */
export const nice: Command = (call) => {
  const { operands } = readOptions(
    call,
    { by: "-n= --adjustment=", class: "-c= --class=", ignored: "-t" },
    { isPosix: true },
  );
  return runRest(call, operands);
};

export const nohup: Command = (call) => runRest(call, call.args);

export const timeout: Command = (call) => {
  const { operands } = readOptions(
    call,
    {
      signal: "-s= --signal=",
      kill: "-k= --kill-after=",
      foreground: "--foreground",
      keeps: "--preserve-status",
    },
    { isPosix: true },
  );
  return runRest(call, operands.slice(1));
};

function runRest(call: CommandCall, [program, ...args]: readonly string[]): number {
  return program === undefined ? 0 : call.run([program, ...args]);
}
