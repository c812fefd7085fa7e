import type { CommandCall } from "../../scripts/command.ts";
import { below, lastName } from "../../scripts/commands/paths.ts";
import { isInstance, isTemplate, parseUnitName, type UnitName, withInstance } from "./unit-name.ts";

/** A unit where it was found: by its own name, or by that of the template that it is of. */
export interface FoundUnit {
  readonly name: UnitName;
  /** Absolute path of its file. */
  readonly path: string;
}

/** How many names of names are followed. */
const MOST_NAMES = 16;

/**
 * Finds the file of a unit in folders of which the first one counts. A link is another name: what
 * it leads to is found by that. Source: systemd 252, shared/install.c, `unit_file_search` and
 * `install_info_follow`.
 */
export function findUnit(
  { root }: Pick<CommandCall, "root">,
  text: string,
  folders: readonly string[],
): FoundUnit | "missing" | "masked" {
  let wanted = text;
  // An empty file masks a unit as a link to /dev/null does.
  const fileOf = (name: UnitName, path: string): FoundUnit | "masked" =>
    root.stat(path)?.size === 0 ? "masked" : { name, path };
  for (let names = 0; names < MOST_NAMES; names++) {
    const name = parseUnitName(wanted);
    if (name === undefined) return "missing";
    const file = [wanted, ...(isInstance(name) ? [withInstance(name, "")] : [])]
      .flatMap((each) => folders.map((folder) => below(folder, each)))
      .find((each) => root.lstat(each) !== undefined);
    if (file === undefined) return "missing";
    const status = root.lstat(file);
    if (status?.kind !== "symlink") return status?.kind === "file" ? fileOf(name, file) : "missing";
    const target = root.readlink(file);
    if (target === "/dev/null") return "masked";
    const next = parseUnitName(lastName(target));
    if (next === undefined) return "missing";
    const isSame = isTemplate(next) && isInstance(name);
    const called = isSame ? withInstance(next, name.instance ?? "") : next.text;
    if (called === wanted)
      return root.stat(file)?.kind === "file" ? fileOf(name, root.realpath(file)) : "missing";
    wanted = called;
  }
  return "missing";
}
