/**
 * Runs the cases of `commands/root-cases.ts` with the real tools of Debian 12 in a root that holds
 * them, and writes what they did to test/fixtures/commands/in-root.json. As root, with a root that
 * may be thrown away: it needs dash, coreutils, perl-base, passwd, mailcap, xml-core, sgml-base,
 * locales, emacsen-common, libxml-sax-perl,
 * libxml-libxml-perl, desktop-file-utils, vim, adduser and
 * postgresql-common.
 *
 *   node test/judge/record-in-root.ts FOLDER           all cases
 *   node test/judge/record-in-root.ts FOLDER NAME...   some, the others as they were
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { RootCase } from "./commands/root-case.ts";
import { rootCases } from "./commands/root-cases.ts";
import type { ToolRecord } from "./commands/tool-record.ts";

const [given, ...names] = process.argv.slice(2);
if (given === undefined) throw new Error("needs the folder of a root");
const target = path.join(import.meta.dirname, "../fixtures/commands/in-root.json");
type Records = Record<string, ToolRecord | undefined>;
const known = JSON.parse(fs.readFileSync(target, "utf8")) as Records;
const records: Records = {};
for (const each of rootCases) {
  const isAsked = names.length === 0 || names.includes(each.name);
  records[each.name] = isAsked ? record(given, each) : known[each.name];
}
fs.writeFileSync(target, `${JSON.stringify(records, undefined, 1)}\n`);

function record(root: string, { folders, files, calls }: RootCase): ToolRecord {
  for (const folder of folders)
    fs.rmSync(path.join(root, folder), { recursive: true, force: true });
  for (const [file, text] of Object.entries(files)) {
    const at = path.join(root, file);
    fs.mkdirSync(file.endsWith("/") ? at : path.dirname(at), { recursive: true });
    if (!file.endsWith("/")) fs.writeFileSync(at, text, "latin1");
  }
  const done = calls.map((argv) => {
    const { status, stdout, error } = spawnSync("chroot", [root, ...argv], {
      encoding: "latin1",
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
    });
    if (error !== undefined || status === 127) throw new Error(`${argv[0]} does not run`);
    return { status: status ?? -1, stdout };
  });
  return {
    calls: done,
    files: Object.assign({}, ...folders.map((folder) => filesIn(root, folder))),
  };
}

function filesIn(root: string, folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) Object.assign(found, filesIn(root, name));
    else if (entry.isFile()) found[name] = fs.readFileSync(path.join(root, name), "latin1");
  }
  return found;
}
