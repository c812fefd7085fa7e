import type { Command, CommandCall, CommandTable } from "../scripts/command.ts";
import { failure, nothing } from "../scripts/commands/system.ts";
import { accountCommands } from "./accounts/table.ts";
import type { UseraddRules } from "./accounts/useradd.ts";
import { glibCompileSchemas } from "./glib-compile-schemas.ts";
import { gtkUpdateIconCache } from "./gtk-update-icon-cache.ts";
import { ldconfig, type LibraryRules } from "./ldconfig.ts";
import { systemctl } from "./systemctl.ts";
import { systemdSysusers } from "./sysusers.ts";
import { systemdTmpfiles } from "./tmpfiles.ts";
import { updateDesktopDatabase } from "./update-desktop-database.ts";

/** What differs by family in the commands that scripts of all families call. */
export interface SharedCommandRules {
  readonly useradd: UseraddRules;
  /** Where `ldconfig` looks; undefined for a machine that it is not known for. */
  readonly libraries: LibraryRules | undefined;
  /** Folders of systemd's units, the first one counting. */
  readonly unitFolders: (call: CommandCall) => readonly string[];
}

/** The commands that scripts of all families call, but for those of `baseCommands`. */
export function sharedCommands(rules: SharedCommandRules): CommandTable {
  return new Map<string, Command>([
    ...accountCommands(rules.useradd),
    // SELinux is not at work while an image is made.
    ["selinuxenabled", failure],
    // No process of the image runs.
    ["killall", failure],
    ["pgrep", failure],
    ["pidof", failure],
    ["/usr/lib/systemd/systemd-sysctl", nothing],
    ["glib-compile-schemas", glibCompileSchemas],
    ["gtk-update-icon-cache", gtkUpdateIconCache],
    ["ldconfig", ldconfig(rules.libraries)],
    ["systemctl", systemctl(rules.unitFolders)],
    ["systemd-sysusers", systemdSysusers],
    ["systemd-tmpfiles", systemdTmpfiles],
    ["update-desktop-database", updateDesktopDatabase],
  ]);
}
