/**
 * Runs the cases of `commands/cache-cases.ts` with the real programs of Debian 12, each in a folder
 * of its own, and writes the files that they made to test/fixtures/commands/caches.json. Needs
 * desktop-file-utils, gtk-update-icon-cache, libglib2.0-bin and shared-mime-info.
 *
 *   node test/judge/record-caches.ts
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../support/temporary-store.ts";
import { type CacheCase, cacheCases } from "./commands/cache-cases.ts";

const target = path.join(import.meta.dirname, "../fixtures/commands/caches.json");
const records: Record<string, Record<string, string>> = {};
for (const each of cacheCases) records[each.name] = await filesAfter(each);
fs.writeFileSync(target, `${JSON.stringify(records, undefined, 1)}\n`);

/** The files that are new or other ones, in base64. */
async function filesAfter({ name, files, argv }: CacheCase): Promise<Record<string, string>> {
  await using folder = await temporaryFolder();
  const root = fs.realpathSync(folder.path);
  for (const [file, text] of Object.entries(files)) {
    const at = path.join(root, file);
    fs.mkdirSync(path.dirname(at), { recursive: true });
    if (text.startsWith("-> ")) fs.symlinkSync(text.slice(3), at);
    else fs.writeFileSync(at, text, "latin1");
  }
  const [program, ...args] = argv.map((arg) => (arg.startsWith("/") ? root + arg : arg));
  const { status, error } = spawnSync(program ?? "", args, {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
  });
  if (error !== undefined || status !== 0) throw new Error(`${name}: ${status} ${error?.message}`);
  const made: Record<string, string> = {};
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const at = path.join(entry.parentPath, entry.name);
    const content = fs.readFileSync(at);
    const file = at.slice(root.length);
    if (files[file] !== content.toString("latin1")) made[file] = content.toString("base64");
  }
  return made;
}
