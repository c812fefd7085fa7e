/**
 * `npm run mutants`: random changes of one token in rooms of `src/`, each beside the unit tests
 * that run the function around it; a change that none of them notices is printed. Fails with 1 when
 * fewer are noticed than `--least` says, in percent. The sources on disk are not touched.
 *
 *   npm run mutants -- --count 200 --seed 9
 *   npm run mutants -- --rooms run,verify --count 40
 *
 * Of those that no test notices, one that the types refuse could not be landed: counted apart.
 */
import { globSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "../support/seeded-random.ts";
import { temporaryFolder } from "../support/temporary-store.ts";
import { chooseMutants, describeMutant, type Mutant, textOf } from "./mutant.ts";
import { reachingTests } from "./reach.ts";
import { openTestRunner } from "./test-runner.ts";
import { openTypes } from "./types.ts";

const ROOMS = "plan,stack,manifest,probe,packages,verify,run";
const root = path.join(import.meta.dirname, "../..");

const { values } = parseArgs({
  options: {
    rooms: { type: "string", default: ROOMS },
    count: { type: "string", default: "200" },
    seed: { type: "string", default: "9" },
    least: { type: "string", default: "0" },
  },
});

await using folder = await temporaryFolder();
const trace = path.join(folder.path, "trace");
await using runner = openTestRunner(trace);
await using types = await openTypes(root);
const rooms = values.rooms.split(",");
const random = seededRandom(Number(values.seed));
const mutants = chooseMutants(root, { rooms, count: Number(values.count), random });
const tests = globSync("test/unit/**/*.test.ts", { cwd: root }).map((file) =>
  path.join(root, file),
);
const reaching = await reachingTests(mutants, tests.toSorted(), { runner, trace });

const counts = { noticed: 0, unnoticed: 0, refused: 0 };
for (const [index, mutant] of mutants.entries()) {
  const reachedBy = reaching[index] ?? [];
  const verdict = await judge(mutant, reachedBy);
  counts[verdict] += 1;
  if (verdict === "unnoticed") {
    const note = reachedBy.length === 0 ? "  no unit test runs it\n" : "";
    process.stdout.write(`${describeMutant(mutant, root)}\n${note}`);
  }
  if ((index + 1) % 10 === 0)
    console.error(`${index + 1} of ${mutants.length}: ${JSON.stringify(counts)}`);
}
const landable = counts.noticed + counts.unnoticed;
const share = landable === 0 ? 0 : (100 * counts.noticed) / landable;
console.log(`
${mutants.length} changes of one token in ${rooms.join(", ")}
${counts.refused} refused by the types
${counts.noticed} of ${landable} others noticed by unit tests: ${share.toFixed(1)} %`);
if (share < Number(values.least)) process.exitCode = 1;

/** The types are asked of what no test noticed alone: they take seconds. */
async function judge(
  mutant: Mutant,
  reachedBy: readonly string[],
): Promise<"noticed" | "unnoticed" | "refused"> {
  const { file, original } = mutant;
  const text = textOf(mutant);
  for (const some of nearestFirst(file, reachedBy)) {
    if ((await runner.run({ sources: { [file]: text }, tests: some })).noticed) return "noticed";
  }
  const name = path.relative(root, file);
  return (await types.refuse(name, text, original)) ? "refused" : "unnoticed";
}

/** The file's own test, then those of its room, then all others: most cost one test file. */
function nearestFirst(file: string, reachedBy: readonly string[]): readonly (readonly string[])[] {
  const name = path.relative(path.join(root, "src"), file).replace(/\.ts$/, ".test.ts");
  const own = path.join(root, "test/unit", name);
  const [room = ""] = name.split(path.sep);
  const ofRoom = `${path.join(root, "test/unit", room)}${path.sep}`;
  const others = reachedBy.filter((test) => test !== own);
  return [
    reachedBy.filter((test) => test === own),
    others.filter((test) => test.startsWith(ofRoom)),
    others.filter((test) => !test.startsWith(ofRoom)),
  ].filter((some) => some.length > 0);
}
