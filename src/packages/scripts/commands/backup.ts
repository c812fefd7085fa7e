import type { CommandCall } from "../command.ts";

/**
 * Moves away what stands at a path before it is replaced, as `--backup` of cp, mv, ln and install
 * does in its simple form.
 */
export function keepBackup(call: CommandCall, path: string, suffix = "~"): void {
  if (call.root.lstat(path) !== undefined) call.root.rename(path, `${path}${suffix}`);
}

/** What cp and mv say when they are told to keep what is there in two ways. */
export const BACKUP_AND_NO_CLOBBER = "options --backup and --no-clobber are mutually exclusive";

/**
 * Whether backups are made, by the values of `--backup` and `--suffix`, which alone asks for them,
 * too. Stops for a way to number backups that is not known here.
 */
export function makesBackup(
  call: CommandCall,
  value: string | undefined,
  suffix: string | undefined,
): boolean {
  if (value === undefined && suffix === undefined) return false;
  const method = value === undefined || value === "" ? call.env.get("VERSION_CONTROL") : value;
  if (method === "none" || method === "off") return false;
  const isKnown = method === undefined || ["simple", "never", "existing", "nil"].includes(method);
  return isKnown || call.unsupported(`--backup=${method}`);
}
