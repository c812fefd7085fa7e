import type { Command } from "../../scripts/command.ts";
import { readLines } from "../../commands/lines-file.ts";

/** `exim4 -C FILE -bV`: whether settings are right that a script has put together just now. */
export const exim4: Command = (call) => {
  const [option, , question, ...rest] = call.args;
  const isKnown = option === "-C" && question === "-bV" && rest.length === 0;
  return isKnown ? 0 : call.unsupported("exim4");
};

/** `named-checkconf FILE`: whether settings are right that the package has brought. */
export const namedCheckconf: Command = (call) => {
  const [file = "", ...rest] = call.args;
  if (!file.startsWith("/") || rest.length > 0) return call.unsupported("named-checkconf");
  return call.root.stat(file)?.kind === "file" ? 0 : 1;
};

const SSHD_CONFIG = "/etc/ssh/sshd_config";

/**
 * `sshd -G`, of which scripts read the files of keys: those that the settings name, else sshd's
 * own. Included files do not name any in Debian.
 */
export const sshd: Command = (call) => {
  if (call.args.join(" ") !== "-G") return call.unsupported("sshd");
  const named = readLines(call, SSHD_CONFIG).flatMap(
    (line) => /^\s*hostkey[\s=]+(\S+)/i.exec(line)?.[1] ?? [],
  );
  const own = ["rsa", "ecdsa", "ed25519"].map((type) => `/etc/ssh/ssh_host_${type}_key`);
  for (const file of named.length > 0 ? named : own) call.stdout.write(`hostkey ${file}\n`);
  return 0;
};
