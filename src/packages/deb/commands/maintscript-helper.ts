import type { Command } from "../../scripts/command.ts";

const COMMANDS = new Set(["rm_conffile", "mv_conffile", "symlink_to_dir", "dir_to_symlink"]);

/**
 * `dpkg-maintscript-helper`. All that it does is for packages that are upgraded: with no version
 * before, which is how an image is made, it does nothing. It is asked to in any case.
 */
export const maintscriptHelper: Command = (call) => {
  const [command = "", ...rest] = call.args;
  if (command === "supports") return COMMANDS.has(rest[0] ?? "") ? 0 : 1;
  if (!COMMANDS.has(command)) return call.unsupported(`dpkg-maintscript-helper ${command}`);
  const separator = rest.indexOf("--");
  if (separator === -1) {
    call.stderr.write("dpkg-maintscript-helper: error: missing arguments after --\n");
    return 1;
  }
  const [action = "", version = ""] = rest.slice(separator + 1);
  const isFirst = version === "" && ["install", "configure"].includes(action);
  const isTrigger = action === "triggered" || action === "reconfigure";
  if (isFirst || isTrigger) return 0;
  return call.unsupported(`dpkg-maintscript-helper ${command} for an upgrade`);
};
