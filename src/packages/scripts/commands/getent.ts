import { fromBytes } from "../bytes.ts";
import type { Command } from "../command.ts";
import { findGroup, findUser } from "./accounts.ts";
import { linesOf } from "./lines.ts";
import { readOptions } from "./options.ts";

/** Databases that are files of lines; the place of a second key, such as the port. */
const FILES: Readonly<Record<string, { readonly path: string; readonly separator: RegExp }>> = {
  shadow: { path: "/etc/shadow", separator: /:/ },
  gshadow: { path: "/etc/gshadow", separator: /:/ },
  services: { path: "/etc/services", separator: /\s+/ },
  protocols: { path: "/etc/protocols", separator: /\s+/ },
  networks: { path: "/etc/networks", separator: /\s+/ },
};

/** `getent`, by the files of the root alone. */
export const getent: Command = (call) => {
  const { operands } = readOptions(call, { service: "-s= --service=", noIdn: "-i --no-idn" });
  const [database = "", ...keys] = operands;
  const { root } = call;
  if (database === "hosts" || database === "ahosts" || database === "netgroup") return 2;
  if (database === "passwd" || database === "group") {
    const find = database === "passwd" ? findUser : findGroup;
    if (keys.length === 0) {
      const path = `/etc/${database}`;
      if (root.stat(path) !== undefined) call.stdout.write(root.read(path));
      return 0;
    }
    let status = 0;
    for (const key of keys) {
      const line = find(root, key)?.line;
      if (line === undefined) status = 2;
      else call.stdout.write(`${line}\n`);
    }
    return status;
  }
  const file = Object.hasOwn(FILES, database) ? FILES[database] : undefined;
  if (file === undefined) return call.unsupported(`getent ${database}`);
  const lines = root.stat(file.path) === undefined ? [] : linesOf(fromBytes(root.read(file.path)));
  if (keys.length === 0) {
    for (const line of lines) call.stdout.write(`${line}\n`);
    return 0;
  }
  let status = 0;
  for (const key of keys) {
    const line = lines.find((each) => each.split(file.separator)[0] === key);
    if (line === undefined) status = 2;
    else call.stdout.write(`${line}\n`);
  }
  return status;
};
