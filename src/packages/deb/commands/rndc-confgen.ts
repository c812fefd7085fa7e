import type { Command } from "../../scripts/command.ts";

const KEY = "/etc/bind/rndc.key";

/**
 * `rndc-confgen -a`: the key that controls a name server, which every image would share. An empty
 * file stands in its place, so that the script gives it and its folder to the server; bind9's own
 * script and the server take it for one that is missing.
 */
export const rndcConfgen: Command = (call) => {
  if (call.args.join(" ") !== "-a") return call.unsupported("rndc-confgen with these options");
  call.root.write(KEY, new Uint8Array(), 0o600);
  return 0;
};
