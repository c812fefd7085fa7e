/**
 * Runs the cases of `commands/debian-cases.ts` with the real tools of Debian 12 in folders of their
 * own, and writes what they did to test/fixtures/commands/tools.json. As root:
 *
 *   node test/judge/record-tools.ts
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../support/temporary-store.ts";
import { toolCases } from "./commands/debian-cases.ts";
import type { ToolCase } from "./commands/tool-case.ts";
import { accountFiles, type ToolRecord } from "./commands/tool-record.ts";

const target = path.join(import.meta.dirname, "../fixtures/commands/tools.json");
const records: Record<string, ToolRecord> = {};
for (const each of toolCases) records[each.name] = await record(each);
fs.writeFileSync(target, `${JSON.stringify(records, undefined, 1)}\n`);
console.log(`${Object.keys(records).length} cases recorded`);

async function record(each: ToolCase): Promise<ToolRecord> {
  await using folder = await temporaryFolder();
  const root = fs.realpathSync(folder.path);
  fs.mkdirSync(path.join(root, "var/lib/dpkg/alternatives"), { recursive: true });
  for (const [name, text] of Object.entries(accountFiles)) {
    fs.mkdirSync(path.join(root, "etc"), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  for (const name of each.files) {
    const at = path.join(root, name);
    fs.mkdirSync(name.endsWith("/") ? at : path.dirname(at), { recursive: true });
    if (!name.endsWith("/")) fs.writeFileSync(at, "");
  }
  for (const [name, text] of Object.entries(each.texts ?? {})) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  const calls = each.calls.map((argv) => {
    const result = spawnSync(argv[0], rooted(argv, root), {
      encoding: "latin1",
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", SOURCE_DATE_EPOCH: "1700000000" },
    });
    return { status: result.status ?? -1, stdout: result.stdout.replaceAll(root, "") };
  });
  return { calls, files: filesBelow(root, "/") };
}

/** Each tool has its own way to work on another root. */
function rooted([tool, ...args]: readonly [string, ...string[]], root: string): readonly string[] {
  const admin = `${root}/var/lib/dpkg`;
  if (tool === "ln" || tool === "rm") return args.map((arg) => inRoot(arg, root));
  if (tool === "dpkg")
    return /^-[slLS]|^--(?:status|list|search)/.test(args[0] ?? "")
      ? ["--admindir", admin, ...args]
      : args;
  if (tool === "dpkg-query") return ["--admindir", admin, ...args];
  if (tool === "update-alternatives") {
    return [
      "--altdir",
      `${root}/etc/alternatives`,
      "--admindir",
      `${admin}/alternatives`,
      "--log",
      "/dev/null",
      ...args.map((arg) => inRoot(arg, root)),
    ];
  }
  if (tool.startsWith("dpkg-")) return ["--admindir", admin, "--instdir", root, ...args];
  return ["-P", root, ...args];
}

function inRoot(arg: string, root: string): string {
  return arg.startsWith("/") ? root + arg : arg;
}

function filesBelow(root: string, folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    const at = path.join(root, name);
    if (entry.isDirectory()) Object.assign(files, filesBelow(root, name));
    else if (entry.isSymbolicLink()) files[name] = `-> ${fs.readlinkSync(at).replaceAll(root, "")}`;
    else files[name] = fs.readFileSync(at, "latin1").replaceAll(root, "");
    if (entry.isFile()) {
      const { mode, uid, gid } = fs.statSync(at);
      if (uid + gid > 0 || (mode & 0o7000) !== 0)
        files[name] += ` ${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
    }
  }
  return files;
}
