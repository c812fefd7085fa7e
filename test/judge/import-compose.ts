/**
 * `npm run judge:compose`: imports the compose files of clones of public repositories, validates
 * what comes out, and counts what was left out. Keeps the results alone, in compose/results.json,
 * of which `npm run docs` makes a table.
 *
 *   npm run judge:compose -- docker/awesome-compose=CC0-1.0=/path/to/clone …
 *
 * Each clone is given with its repository's name and its licence; a bare clone will do. Nothing is
 * fetched.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { temporaryFolder } from "../support/temporary-store.ts";
import { type ComposeResult, type ComposeResults, parseComposeResults } from "./compose/results.ts";

const run = promisify(execFile);
const program = path.resolve(import.meta.dirname, "../../bin/qclock.js");
const kept = path.join(import.meta.dirname, "compose/results.json");

/** What `qclock import --json` prints, as far as it is read here. */
const documentSchema = z.object({
  services: z.number().default(0),
  notes: z.array(z.object({ kind: z.enum(["lost", "changed"]), what: z.string() })).default([]),
  problems: z.array(z.object({ code: z.string() })).default([]),
  diagnostics: z.array(z.object({ code: z.string() })).default([]),
});

const clones = process.argv.slice(2).map((argument) => {
  const [repository = "", licence = "", folder = ""] = argument.split("=");
  if (folder === "") throw new Error(`Write OWNER/NAME=LICENCE=FOLDER, not "${argument}".`);
  return { repository, licence, folder };
});
const known: ComposeResults = parseComposeResults(await readFile(kept, "utf8").catch(() => "[]"));
const judged: ComposeResults = [];
for (const clone of clones) judged.push(await judge(clone));
const others = known.filter(
  ({ repository }) => !judged.some((each) => each.repository === repository),
);
const all = [...others, ...judged].toSorted((a, b) => a.repository.localeCompare(b.repository));
await writeFile(kept, `${JSON.stringify(all, undefined, 2)}\n`);
for (const { repository, files } of judged) {
  const imported = files.filter(({ exitCode }) => exitCode === 0);
  const lossless = imported.filter(({ lost }) => Object.keys(lost).length === 0).length;
  const valid = imported.filter(({ problems }) => problems.length === 0).length;
  console.log(
    `${repository}: ${files.length} files, ${imported.length} imported, ${valid} valid, ${lossless} without loss`,
  );
}

async function judge({
  repository,
  licence,
  folder,
}: (typeof clones)[number]): Promise<ComposeResults[number]> {
  await using temporary = await temporaryFolder();
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run("git", ["-C", folder, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  const archive = path.join(temporary.path, "archive.tar");
  const tree = path.join(temporary.path, path.basename(repository));
  await git("archive", "--output", archive, "HEAD");
  await mkdir(tree);
  await run("tar", ["-xf", archive, "-C", tree]);
  const names = (await git("ls-tree", "-r", "--name-only", "HEAD")).split("\n");
  const files: ComposeResult[] = [];
  for (const name of names) {
    if (!/(?:^|\/)(?:docker-)?(?:compose|stack)[\w.-]*\.ya?ml$/.test(name)) continue;
    files.push(await importOne(tree, name));
  }
  const commit = (await git("rev-parse", "HEAD")).trim();
  return { repository, licence, commit, files };
}

async function importOne(tree: string, file: string): Promise<ComposeResult> {
  const folder = path.join(tree, path.dirname(file));
  const args = [program, "import", path.basename(file), "--force", "--json"];
  const ended = await run(process.execPath, args, { cwd: folder }).then(
    ({ stdout }) => ({ stdout, exitCode: 0 }),
    (error: { readonly stdout: string; readonly code: number }) => ({
      stdout: error.stdout,
      exitCode: error.code,
    }),
  );
  const { services, notes, problems, diagnostics } = documentSchema.parse(JSON.parse(ended.stdout));
  return {
    file,
    exitCode: ended.exitCode,
    services,
    lost: countsOf(notes.filter(({ kind }) => kind === "lost").map(({ what }) => what)),
    changed: countsOf(notes.filter(({ kind }) => kind === "changed").map(({ what }) => what)),
    problems: [...problems, ...diagnostics].map(({ code }) => code),
  };
}

function countsOf(names: readonly string[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(names.toSorted(), (name) => name);
  return Object.fromEntries([...groups].map(([name, { length }]) => [name, length]));
}
