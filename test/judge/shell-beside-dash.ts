/**
 * `npm run judge:shell`: each snippet of test/fixtures/shell in the real dash and in qclock's
 * shell; output and status are compared. Fails with 1 when one differs. Needs dash;
 * every snippet runs in an empty folder of its own.
 *
 *   npm run judge:shell -- --record    writes down what dash says, for the unit tests
 *   npm run judge:shell -- --stderr    compares the error output, too
 *   npm run judge:shell -- --fuzz 8000 changes scripts at random, those of the machine's packages
 *                                      included, and compares only whether they parse
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { runText } from "../support/shell-commands.ts";
import { fuzzParser } from "./fuzz-parser.ts";
import { corpusFolder, readCorpus, type Recorded } from "../support/shell-corpus.ts";

const { values } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    stderr: { type: "boolean", default: false },
    only: { type: "string" },
    fuzz: { type: "string" },
    seed: { type: "string", default: "12" },
  },
});
execFileSync("dash", ["-c", "true"]);
const folder = mkdtempSync(path.join(tmpdir(), "qclock-dash-"));
if (values.fuzz !== undefined) {
  const differ = fuzzParser(folder, { count: Number(values.fuzz), seed: Number(values.seed) });
  rmSync(folder, { recursive: true });
  process.exit(differ === 0 ? 0 : 1);
}
const recorded: Record<string, Recorded> = {};
let differ = 0;
let messages = 0;
const snippets = readCorpus().filter(
  ({ name }) => values.only === undefined || name.startsWith(values.only),
);
for (const { name, text } of snippets) {
  const dash = runDash(text);
  recorded[name] = { status: dash.status, out: dash.out };
  const ours = runText(text);
  const status = ours.type === "ended" ? ours.status : ours.type;
  const isSame = status === dash.status && ours.out === dash.out;
  const saysSame = ours.err === dash.err;
  if (!saysSame) messages++;
  if (!isSame) differ++;
  if (isSame && (saysSame || !values.stderr)) continue;
  console.log(`=== ${name}\n${text}--- dash ${dash.status}\n${dash.out}${dash.err}`);
  console.log(`--- qclock ${status}\n${ours.out}${ours.err}`);
}
rmSync(folder, { recursive: true });
if (values.record) {
  const file = path.join(corpusFolder, "recorded.json");
  writeFileSync(file, `${JSON.stringify(recorded, undefined, 1)}\n`);
}
console.log(`${snippets.length} snippets, ${differ} differ, ${messages} in the error output`);
process.exitCode = differ === 0 ? 0 : 1;

function runDash(text: string): Recorded & { readonly err: string } {
  const place = path.join(folder, "work");
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(folder, "script"), text, "latin1");
  const { status, signal, stdout, stderr } = spawnSync("dash", ["../script"], {
    cwd: place,
    encoding: "latin1",
    env: { PATH: "/usr/bin:/bin", HOME: "/root" },
    input: "",
    timeout: 10_000,
  });
  rmSync(place, { recursive: true });
  const killed = signal === null ? -1 : 128 + constants.signals[signal];
  return { status: status ?? killed, out: stdout, err: stderr };
}
