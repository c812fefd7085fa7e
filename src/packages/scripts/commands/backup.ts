import type { CommandCall } from "../command.ts";

/**
 * Moves away what stands at a path before it is replaced, as `--backup` of cp, mv, ln and install
 * does in its simple form.
 */
export function keepBackup(call: CommandCall, path: string, suffix = "~"): void {
  if (call.root.lstat(path) !== undefined) call.root.rename(path, `${path}${suffix}`);
}

/** Stops for a way to number backups that is not known here. */
export function checkBackup(call: CommandCall, value: string | undefined): void {
  const method = value === undefined || value === "" ? call.env.get("VERSION_CONTROL") : value;
  if (value === undefined || method === undefined) return;
  if (method !== "simple" && method !== "never" && method !== "existing" && method !== "nil") {
    call.unsupported(`--backup=${method}`);
  }
}
