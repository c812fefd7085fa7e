import { gioQuerymodules } from "../../commands/gio-querymodules.ts";
import { sharedCommands } from "../../commands/table.ts";
import type { Command, CommandTable } from "../../scripts/command.ts";
import { failure, nothing } from "../../scripts/commands/system.ts";
import { baseCommands } from "../../scripts/commands/table.ts";
import { alternatives } from "./alternatives.ts";
import { updateCryptoPolicies } from "./crypto-policies.ts";
import { leftOut } from "./left-out.ts";
import { libraryRules } from "./library-rules.ts";
import { rpm, type RpmAnswers } from "./rpm.ts";
import { trust } from "./trust/trust.ts";

/** Where systemd of EL looks for units. Source: systemd.unit(5). */
const UNITS = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map((at) => `${at}/systemd/system`);

/** The commands that scriptlets of EL's packages find, with those of every distribution. */
export function elCommands(options: RpmAnswers): CommandTable {
  return new Map<string, Command>([
    ...baseCommands(options),
    ...Array.from(leftOut.keys(), (name): [string, Command] => [name, nothing]),
    ...sharedCommands({
      useradd: { locked: "!!" },
      libraries: libraryRules(options.machine),
      unitFolders: () => UNITS,
    }),
    // SELinux is not at work while an image is made.
    ["getenforce", failure],
    // No process of the image runs.
    ["pkill", failure],
    ["service", nothing],
    // Programs that scripts call by their paths alone.
    ["/usr/lib/systemd/systemd-random-seed", nothing],
    // All others, by their names.
    ["alternatives", alternatives],
    ["gio-querymodules-64", gioQuerymodules],
    ["p11-kit", trust],
    ["rpm", rpm(options)],
    ["trust", trust],
    ["update-alternatives", alternatives],
    ["update-crypto-policies", updateCryptoPolicies],
  ]);
}
