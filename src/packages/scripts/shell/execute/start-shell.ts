import { DEFAULT_PATH } from "./find-command.ts";
import { Shell, type World } from "./shell.ts";

/** What a new shell takes from the process that starts it. */
export interface ShellStart {
  readonly env: ReadonlyMap<string, string>;
  readonly isBash: boolean;
  readonly name: string;
}

/** A shell as a program: it has the environment of its caller, its folder and its descriptors. */
export function startShell(
  caller: Pick<Shell, "world" | "descriptors" | "cwd" | "umask"> & Partial<Pick<Shell, "traps">>,
  { env, isBash, name }: ShellStart,
): Shell {
  const { world, descriptors, cwd, umask } = caller;
  const dialect = isBash ? "bash" : "dash";
  const shell = new Shell(world, { descriptors: [...descriptors], cwd, umask, name, dialect });
  const { variables } = shell;
  variables.set("PATH", DEFAULT_PATH);
  for (const [key, value] of env) {
    if (/^[A-Za-z_]\w*$/.test(key)) variables.set(key, value, { isExported: true });
  }
  variables.set("IFS", " \t\n");
  variables.set("OPTIND", "1");
  variables.set("PPID", `${shell.pid - 1}`);
  variables.set("PS4", variables.get("PS4") ?? "+ ");
  variables.set("PWD", cwd, { isExported: true });
  for (const [signal, action] of caller.traps ?? []) if (action === "") shell.traps.set(signal, "");
  return shell;
}

/** The world's first process. */
export function firstShell(
  world: World,
  start: ShellStart & Pick<Shell, "descriptors" | "cwd">,
): Shell {
  const { descriptors, cwd } = start;
  return startShell({ world, descriptors, cwd, umask: 0o022 }, start);
}
