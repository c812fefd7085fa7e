/**
 * `npm run mutants`: random changes of one token in rooms of `src/`, each beside the unit tests
 * that run the function around it; a change that none of them notices is printed. Fails with 1 when
 * fewer are noticed than `--least` says, in percent. The sources on disk are not touched.
 *
 *   npm run mutants -- --count 200 --seed 9
 *   npm run mutants -- --rooms run,verify --count 40
 *
 * Of those that no test notices, one that the types refuse could not be landed: counted apart. A
 * change with which the tests run longer than `--deadline` seconds is noticed; how many were, and
 * nothing else, is said, since a machine that is busy makes tests slow as well.
 */
import { globSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { by } from "../../src/order.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { temporaryFolder } from "../support/temporary-store.ts";
import { chooseMutants, describeMutant, type Mutant, textOf } from "./mutant.ts";
import { reachingTests } from "./reach.ts";
import { openTestRunner } from "./test-runner.ts";
import { openTypes } from "./types.ts";

/** What became of a change. */
type Outcome = "noticed" | "endless" | "unnoticed" | "refused";

const ROOMS = "plan,stack,manifest,probe,packages,verify,run";
const root = path.join(import.meta.dirname, "../..");

const { values } = parseArgs({
  options: {
    rooms: { type: "string", default: ROOMS },
    count: { type: "string", default: "200" },
    seed: { type: "string", default: "9" },
    least: { type: "string", default: "0" },
    deadline: { type: "string", default: "90" },
  },
});

await using folder = await temporaryFolder();
const trace = path.join(folder.path, "trace");
await using runner = openTestRunner({ trace, deadlineMs: 1000 * Number(values.deadline) });
await using types = await openTypes(root);
const rooms = values.rooms.split(",");
const random = seededRandom(Number(values.seed));
const mutants = chooseMutants(root, { rooms, count: Number(values.count), random });
const tests = globSync("test/unit/**/*.test.ts", { cwd: root }).map((file) =>
  path.join(root, file),
);
const reaching = await reachingTests(mutants, tests.toSorted(), { runner, trace });

const verdicts: { readonly room: string; readonly verdict: Outcome }[] = [];
for (const [index, mutant] of mutants.entries()) {
  const reachedBy = reaching[index] ?? [];
  const verdict = await judge(mutant, reachedBy);
  verdicts.push({ room: roomOf(mutant), verdict });
  if (verdict === "unnoticed") {
    const note = reachedBy.length === 0 ? "  no unit test runs it\n" : "";
    process.stdout.write(`${describeMutant(mutant, root)}\n${note}`);
  }
  if ((index + 1) % 10 === 0)
    console.error(`${index + 1} of ${mutants.length}: ${shareOf(verdicts).words}`);
}
console.log(`
${mutants.length} changes of one token in ${rooms.join(", ")}
${verdicts.filter(({ verdict }) => verdict === "refused").length} refused by the types
${shareOf(verdicts).words} noticed by unit tests
${verdicts.filter(({ verdict }) => verdict === "endless").length} of these by a run of tests that had no end`);
for (const [room, some] of [...Map.groupBy(verdicts, (each) => each.room)].toSorted(
  by(([name]) => name),
))
  console.log(`  ${room}: ${shareOf(some).words}`);
if (shareOf(verdicts).percent < Number(values.least)) process.exitCode = 1;

/** How many are noticed of those that the types let pass. */
function shareOf(some: typeof verdicts): { readonly percent: number; readonly words: string } {
  const landable = some.filter(({ verdict }) => verdict !== "refused").length;
  const noticed = landable - some.filter(({ verdict }) => verdict === "unnoticed").length;
  const percent = landable === 0 ? 0 : (100 * noticed) / landable;
  return { percent, words: `${noticed} of ${landable}, ${percent.toFixed(1)} %,` };
}

/** The room of `src/` that a mutant is in. */
function roomOf({ file }: Mutant): string {
  return path.relative(path.join(root, "src"), file).split(path.sep)[0] ?? "";
}

/** The types are asked of what no test noticed alone: they take seconds. */
async function judge(mutant: Mutant, reachedBy: readonly string[]): Promise<Outcome> {
  const { file, original } = mutant;
  const text = textOf(mutant);
  for (const some of nearestFirst(mutant, reachedBy)) {
    const { noticed: isNoticed, endless } = await runner.run({
      sources: { [file]: text },
      tests: some,
    });
    if (isNoticed) return endless ? "endless" : "noticed";
  }
  const name = path.relative(root, file);
  return (await types.refuse(name, text, original)) ? "refused" : "unnoticed";
}

/** The file's own test, then those of its room, then all others: most cost one test file. */
function nearestFirst(
  mutant: Mutant,
  reachedBy: readonly string[],
): readonly (readonly string[])[] {
  const name = path.relative(path.join(root, "src"), mutant.file).replace(/\.ts$/, ".test.ts");
  const own = path.join(root, "test/unit", name);
  const ofRoom = `${path.join(root, "test/unit", roomOf(mutant))}${path.sep}`;
  const others = reachedBy.filter((test) => test !== own);
  return [
    reachedBy.filter((test) => test === own),
    others.filter((test) => test.startsWith(ofRoom)),
    others.filter((test) => !test.startsWith(ofRoom)),
  ].filter((some) => some.length > 0);
}
