/**
 * Runs the cases of `commands/cases.ts` with the real programs of Debian 12, each in a folder of
 * its
 * own, and writes what they did to test/fixtures/commands/recorded.json, which unit tests compare
 * with. Run it as root, on Debian 12, after a case was added:
 *
 *   node test/judge/record-commands.ts        all cases
 *   node test/judge/record-commands.ts new    those that are not recorded yet
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../support/temporary-store.ts";
import { commandCases } from "./commands/cases.ts";
import type { CommandCase } from "./commands/command-case.ts";
import {
  caseKey,
  changesOf,
  type CommandRecord,
  describe,
  modifiedAt,
  startTime,
  withoutHint,
} from "./commands/start.ts";

const target = path.join(import.meta.dirname, "../fixtures/commands/recorded.json");
const records: Record<string, CommandRecord> = {};
const isKept = process.argv[2] === "new";
const known = isKept
  ? (JSON.parse(fs.readFileSync(target, "utf8")) as Record<string, CommandRecord | undefined>)
  : {};
for (const each of commandCases) {
  const key = caseKey(each);
  records[key] = known[key] ?? (await record(each));
}
fs.writeFileSync(target, `${JSON.stringify(records, undefined, 1)}\n`);
console.log(`${Object.keys(records).length} cases recorded`);

async function record(each: CommandCase): Promise<CommandRecord> {
  await using folder = await temporaryFolder();
  const root = fs.realpathSync(folder.path);
  process.umask(0o022);
  for (const [name, file] of Object.entries(each.files ?? {})) {
    const at = path.join(root, name);
    if (typeof file === "string") fs.writeFileSync(at, file, "latin1");
    else if ("link" in file) fs.symlinkSync(file.link, at);
    else if ("folder" in file) fs.mkdirSync(at);
    else fs.writeFileSync(at, file.content, "latin1");
    if (typeof file === "object" && "gid" in file) fs.chownSync(at, 0, file.gid ?? 0);
    if (typeof file === "object" && "mode" in file && file.mode !== undefined) {
      fs.chmodSync(at, file.mode);
    }
    if (!(typeof file === "object" && "link" in file))
      fs.utimesSync(at, startTime, modifiedAt(file));
  }
  const before = treeOf(root);
  const umask = (each.umask ?? 0o022).toString(8).padStart(3, "0");
  const result = spawnSync("sh", ["-c", `umask ${umask}; exec "$@"`, "sh", ...each.argv], {
    cwd: root,
    input: each.stdin ?? "",
    timeout: 10_000,
    encoding: "latin1",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", TZ: "UTC" },
  });
  return {
    status: result.status ?? -1,
    stdout: result.stdout.replaceAll(root, "@"),
    hasErrors: result.stderr !== "",
    ...(each.says === true && { says: withoutHint(result.stderr).replaceAll(root, "@") }),
    tree: changesOf(before, treeOf(root)),
  };
}

function treeOf(root: string): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const name of namesBelow(root, "")) {
    const at = path.join(root, name);
    const status = fs.lstatSync(at);
    let kind = "file";
    if (status.isDirectory()) kind = "directory";
    else if (status.isSymbolicLink()) kind = "symlink";
    let content = "";
    if (kind === "file")
      content = JSON.stringify(fs.readFileSync(at, "latin1").replaceAll(root, "@"));
    if (kind === "symlink") content = fs.readlinkSync(at);
    const { mode, uid, gid, mtimeMs } = status;
    tree[name] = describe({ kind, mode: mode & 0o7777, uid, gid, content, mtime: mtimeMs / 1000 });
  }
  return tree;
}

/** No link is followed, as readdir with `recursive` would. */
function namesBelow(root: string, folder: string): readonly string[] {
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const name = path.join(folder, entry.name);
      return entry.isDirectory() ? [name, ...namesBelow(root, name)] : [name];
    });
}
