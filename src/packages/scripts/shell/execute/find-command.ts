import type { Shell } from "./shell.ts";

export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Folders whose programs the table of commands knows by their names. */
const PROGRAM_FOLDER = /^\/(?:usr\/(?:local\/)?)?s?bin\/([^/]+)$/;

/** Where PATH finds a regular file; undefined when nowhere. */
export function findInPath(shell: Shell, name: string, path?: string): string | undefined {
  const folders = (path ?? shell.variables.get("PATH") ?? "").split(":");
  for (const folder of folders) {
    const candidate = folder === "" ? name : `${folder}/${name}`;
    shell.world.meter.step();
    if (shell.world.root.stat(shell.path(candidate))?.kind === "file") return candidate;
  }
  return undefined;
}

/** The key under which the table knows a program: its whole path, or its name. */
export function tableKey(shell: Shell, path: string): string | undefined {
  const { commands } = shell.world;
  if (commands.has(path)) return path;
  const name = path.includes("/") ? PROGRAM_FOLDER.exec(path)?.[1] : path;
  return name !== undefined && commands.has(name) ? name : undefined;
}
