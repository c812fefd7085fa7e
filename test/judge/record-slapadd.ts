/**
 * Loads the configuration of `commands/slapadd-case.ts` with the real slapadd in a root that holds
 * slapd, and writes the files that it makes to test/fixtures/commands/slapadd.json. As root, with a
 * root that may be thrown away:
 *
 *   node test/judge/record-slapadd.ts FOLDER
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { slapaddFiles, withoutTimes } from "./commands/slapadd-case.ts";

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error("needs the folder of a root");
const target = path.join(import.meta.dirname, "../fixtures/commands/slapadd.json");
const folder = path.join(root, "etc/own.d");
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder);
for (const [file, text] of Object.entries(slapaddFiles))
  fs.writeFileSync(path.join(root, file), text);
const args = ["-F", "/etc/own.d", "-b", "cn=config", "-l", "/tmp/own.ldif"];
execFileSync("chroot", [root, "slapadd", ...args], { stdio: "inherit" });
const made = fs
  .readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.join(entry.parentPath, entry.name))
  .toSorted()
  .map((file) => [
    path.relative(folder, file),
    {
      mode: fs.statSync(file).mode & 0o777,
      folder: fs.statSync(path.dirname(file)).mode & 0o777,
      text: withoutTimes(fs.readFileSync(file, "latin1")),
    },
  ]);
fs.writeFileSync(target, `${JSON.stringify(Object.fromEntries(made), undefined, 1)}\n`);
