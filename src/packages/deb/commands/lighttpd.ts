import { fromBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { baseName } from "../../scripts/commands/options.ts";

const AVAILABLE = "/etc/lighttpd/conf-available";
const ENABLED = "/etc/lighttpd/conf-enabled";

/** What the program ends with where one of its modules was as asked already. */
const NO_ACTION = 2;

/** Modules of a folder: their names, and the names of their files. */
type Modules = Map<string, string>;

/** `lighty-enable-mod` and `lighty-disable-mod` of lighttpd. */
export const lighttpdSwitch: Command = (call) => {
  if (call.args.length === 0) return call.unsupported(`${call.name} that asks`);
  const available = modulesIn(call, AVAILABLE);
  const enabled = modulesIn(call, ENABLED);
  const change = baseName(call.name) === "lighty-disable-mod" ? disable : enable;
  let status = 0;
  // What a module needs is added behind it.
  const todo = [...call.args];
  for (const name of todo) {
    call.countSteps(1);
    const file = available.get(name);
    if (file === undefined) {
      call.stdout.write(`Ignoring unknown module: ${name}\n`);
      status = NO_ACTION;
      continue;
    }
    const outcome = change({ call, available, enabled, todo }, name, file);
    if (outcome === "failed") return 1;
    if (outcome === "already") status = NO_ACTION;
  }
  call.stdout.write('Run "service lighttpd force-reload" to enable changes\n');
  return status;
};

interface Modification {
  readonly call: CommandCall;
  readonly available: Modules;
  readonly enabled: Modules;
  readonly todo: string[];
}

type Outcome = "done" | "already" | "failed";

function enable(change: Modification, name: string, file: string): Outcome {
  const { call, available, enabled, todo } = change;
  const link = `${ENABLED}/${file}`;
  if (call.root.stat(link)?.kind === "file") {
    call.stdout.write("already enabled\n");
    return "already";
  }
  for (const needed of namesIn(call, file, "depends")) {
    if (!available.has(needed)) {
      call.stdout.write(`Unresolved dependency: ${needed}\n`);
      return "failed";
    }
    if (enabled.has(needed)) continue;
    call.stdout.write(`Met dependency: ${needed}\n`);
    todo.push(needed);
  }
  const other = namesIn(call, file, "conflicts").find((each) => enabled.has(each));
  if (other !== undefined) {
    call.stdout.write(`Conflicting dependencies: ${name} conflicts with ${other}\n`);
    return "failed";
  }
  call.root.symlink(`../conf-available/${file}`, link);
  call.stdout.write(`Enabling ${name}: ok\n`);
  enabled.set(name, file);
  return "done";
}

function disable(change: Modification, name: string): Outcome {
  const { call, available, enabled, todo } = change;
  const linked = enabled.get(name);
  if (linked === undefined) {
    call.stdout.write(`Already disabled ${name}\n`);
    return "already";
  }
  call.stdout.write(`Disabling ${name}\n`);
  for (const [other, file] of available) {
    if (other === name || !enabled.has(other)) continue;
    if (!namesIn(call, file, "depends").includes(name)) continue;
    call.stdout.write(`Reverse dependency met: Disabling ${other} too\n`);
    todo.push(other);
  }
  call.root.remove(`${ENABLED}/${linked}`);
  enabled.delete(name);
  return "done";
}

function modulesIn({ root }: CommandCall, folder: string): Modules {
  if (root.stat(folder)?.kind !== "directory") return new Map();
  return new Map(
    root.list(folder).flatMap((file): readonly (readonly [string, string])[] => {
      const [, name] = /^\d+-([\w.-]+)\.conf$/.exec(file) ?? [];
      return name === undefined ? [] : [[name, file]];
    }),
  );
}

/** Names in lines such as `# -*- depends: auth, cgi -*-`. */
function namesIn(call: CommandCall, file: string, word: string): readonly string[] {
  const text = fromBytes(call.root.read(`${AVAILABLE}/${file}`));
  return Array.from(
    text.matchAll(new RegExp(`# -\\*- ${word}: ([-\\w, ]+) -\\*-`, "g")),
    ([, names = ""]) => names.split(/,\s+/),
  ).flat();
}
