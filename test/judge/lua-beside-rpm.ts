/**
 * `npm run judge:lua`: each snippet of test/fixtures/lua in RPM's own Lua and in qclock's; output
 * and status are compared. Fails with 1 when one differs. Run it as root, since snippets change the
 * owner of their files, with `rpmlua` of RPM 4.18 in the PATH; every snippet runs in an empty
 * folder of its own.
 *
 *   npm run judge:lua -- --record    writes down what RPM's Lua says, for the unit tests
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { luaFolder, type LuaRecord, readLuaCorpus, runSnippet } from "../support/lua-corpus.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

const { values } = parseArgs({
  options: { record: { type: "boolean", default: false }, only: { type: "string", default: "" } },
});
/** Found before, since snippets see another PATH. */
const rpmlua = execFileSync("sh", ["-c", "command -v rpmlua"], { encoding: "utf8" }).trim();
await using folder = await temporaryFolder();
const recorded: Record<string, LuaRecord> = {};
let differ = 0;
for (const { name, text } of readLuaCorpus().filter((each) => each.name.startsWith(values.only))) {
  const theirs = runRpm(text);
  recorded[name] = { status: theirs.status, out: theirs.out };
  const { outcome, stdout, stderr } = runSnippet(text);
  const status = outcome.type === "ended" ? outcome.status : JSON.stringify(outcome);
  if (status === theirs.status && stdout === theirs.out) continue;
  differ++;
  console.log(`=== ${name}\n${text}--- rpm ${theirs.status}\n${theirs.out}${theirs.err}`);
  console.log(`--- qclock ${status}\n${stdout}${stderr}`);
}
if (values.record)
  writeFileSync(
    path.join(luaFolder, "recorded.json"),
    `${JSON.stringify(recorded, undefined, 1)}\n`,
  );
console.log(`${Object.keys(recorded).length} snippets, ${differ} differ`);
process.exitCode = differ === 0 ? 0 : 1;

function runRpm(text: string): LuaRecord & { readonly err: string } {
  const script = path.join(folder.path, "script.lua");
  writeFileSync(script, text);
  const work = path.join(folder.path, "work");
  spawnSync("rm", ["-rf", work]);
  mkdirSync(work);
  const { status, stdout, stderr, error } = spawnSync(
    "sh",
    ["-c", 'umask 022; exec "$@"', "sh", rpmlua, script],
    { cwd: work, encoding: "utf8", input: "", timeout: 10_000, env: { PATH: "/usr/bin" } },
  );
  if (error !== undefined) throw error;
  // RPM's Lua names the script before the line, has 255 for each error, and writes whole numbers of
  // its own functions as `0.0`, which numbers here do not tell from `0`.
  const out = stdout
    .replaceAll(/\[string "[^"]*"\]:(\d+)/g, "line $1")
    .replaceAll(/(?<![\w.])(-?\d+)\.0(?![\w.])/g, "$1");
  return { status: status === 255 ? 1 : (status ?? -1), out, err: stderr };
}
