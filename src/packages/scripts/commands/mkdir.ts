import type { Command, CommandCall } from "../command.ts";
import { changedMode } from "./mode.ts";
import { readOptions } from "./options.ts";
import { complain, forEach, quoted } from "./report.ts";

export const mkdir: Command = (call) => {
  const { root, umask } = call;
  const { has, value, operands } = readOptions(call, {
    parents: "-p --parents",
    mode: "-m= --mode=",
    verbose: "-v --verbose",
    context: "-Z",
  });
  if (operands.length === 0) return complain(call, "missing operand");
  const written = value("mode");
  const plain = { mode: 0o777, isFolder: true, umask };
  if (written !== undefined && changedMode(written, plain) === undefined) {
    return complain(call, `invalid mode ${quoted(written)}`);
  }
  const report = (path: string): void => {
    if (has("verbose")) call.stdout.write(`mkdir: created directory ${quoted(path)}\n`);
  };
  return forEach(
    call,
    operands,
    (name) => {
      const path = call.path(name);
      if (has("parents")) {
        if (!makeFolders(call, path, report)) return 0;
      } else {
        root.mkdir(path, 0o777 & ~umask);
        report(name);
      }
      if (written === undefined) return 0;
      // The bit that the folder above handed on stays unless the mode speaks of it.
      const handedOn = (root.stat(path)?.mode ?? 0) & 0o2000;
      const mode = changedMode(written, { ...plain, mode: 0o777 | handedOn });
      if (mode !== undefined) root.chmod(path, mode);
      return 0;
    },
    (name) => `cannot create directory ${quoted(name)}`,
  );
};

/**
 * Makes a folder and those on the way to it, which get what the umask leaves and stay passable for
 * their owner. Tells whether the last one is new.
 */
export function makeFolders(
  { root, umask }: Pick<CommandCall, "root" | "umask">,
  path: string,
  made: (path: string) => void = () => {},
): boolean {
  const names = path.split("/").filter((name) => name !== "");
  let at = "";
  let isNew = false;
  for (const [index, name] of names.entries()) {
    at += `/${name}`;
    isNew = root.stat(at)?.kind !== "directory";
    if (!isNew) continue;
    const isLast = index === names.length - 1;
    root.mkdir(at, isLast ? 0o777 & ~umask : (0o777 & ~umask) | 0o300);
    made(at);
  }
  return isNew;
}
