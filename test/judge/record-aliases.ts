/**
 * Makes databases of the aliases of `commands/alias-cases.ts` with the real newaliases in a root
 * that holds postfix, and writes them to test/fixtures/commands/aliases.json. As root, with a root
 * that may be thrown away:
 *
 *   node test/judge/record-aliases.ts FOLDER
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { deflateSync } from "node:zlib";
import { aliasCases } from "./commands/alias-cases.ts";

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error("needs the folder of a root");
const target = path.join(import.meta.dirname, "../fixtures/commands/aliases.json");
fs.writeFileSync(
  path.join(root, "etc/postfix/main.cf"),
  "alias_database = hash:/etc/aliases\nmyhostname = one.example\ncompatibility_level = 3.6\n",
);
const records = Object.entries(aliasCases).map(([name, text]) => {
  fs.writeFileSync(path.join(root, "etc/aliases"), text);
  fs.rmSync(path.join(root, "etc/aliases.db"), { force: true });
  execFileSync("chroot", [root, "newaliases"], { stdio: "inherit" });
  const made = fs.readFileSync(path.join(root, "etc/aliases.db"));
  // Mostly zeros.
  return [name, deflateSync(made).toString("base64")];
});
fs.writeFileSync(target, `${JSON.stringify(Object.fromEntries(records), undefined, 1)}\n`);
