import { libraryMachines, type LibraryRules } from "../../commands/ldconfig.ts";

/**
 * How EL's ldconfig looks for libraries: in folders by their width. Undefined for a machine that
 * `uname -m` calls something else than those that are known here. Source: glibc 2.34 of EL9.
 */
export function libraryRules(machine: string): LibraryRules | undefined {
  const numbers = Object.entries(libraryMachines).find(([name]) => name === machine)?.[1];
  if (numbers === undefined) return undefined;
  return {
    ...numbers,
    folders: ["/lib", "/lib64", "/usr/lib", "/usr/lib64"],
    generator: () => "ldconfig (GNU libc) stable release version 2.34",
  };
}
