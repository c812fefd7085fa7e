import { libraryMachines, type LibraryRules } from "../../commands/ldconfig.ts";
import { readStatus } from "./status.ts";

/**
 * How Debian's ldconfig looks for libraries: each kind of machine has folders of its own. Undefined
 * for a machine that `uname -m` calls something else than those that are known here.
 */
export function libraryRules(machine: string): LibraryRules | undefined {
  const numbers = Object.entries(libraryMachines).find(([name]) => name === machine)?.[1];
  if (numbers === undefined) return undefined;
  const folder = `${machine}-linux-gnu`;
  return {
    ...numbers,
    folders: [`/lib/${folder}`, `/usr/lib/${folder}`, "/lib", "/usr/lib"],
    generator(root) {
      const version =
        readStatus(root)
          .find((entry) => entry.get("package") === "libc-bin")
          ?.get("version") ?? "";
      const release = /^\d+\.\d+/.exec(version)?.[0] ?? "";
      return `ldconfig (Debian GLIBC ${version}) stable release version ${release}`;
    },
  };
}
