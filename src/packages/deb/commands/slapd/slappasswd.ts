import { createHash } from "node:crypto";
import { toBytes } from "../../../scripts/bytes.ts";
import type { Command } from "../../../scripts/command.ts";

const DIGEST = 20;
const SALT = 4;

/**
 * `slappasswd -s PASSWORD`. The salt is of the password itself, since nothing here is random. Where
 * a script would have made up a password there is none to hash: then the hash is one that no
 * password is known to have, so that nobody gets in.
 */
export const slappasswd: Command = (call) => {
  const [option, password, ...rest] = call.args;
  if (option !== "-s" || password === undefined || rest.length > 0)
    return call.unsupported("slappasswd with these options");
  const secret = toBytes(password);
  const salt = createHash("sha256").update("slappasswd\0").update(secret).digest();
  const hash =
    password === ""
      ? Buffer.alloc(DIGEST + SALT)
      : Buffer.concat([
          createHash("sha1").update(secret).update(salt.subarray(0, SALT)).digest(),
          salt.subarray(0, SALT),
        ]);
  call.stdout.write(`{SSHA}${hash.toString("base64")}\n`);
  return 0;
};
