import { readFile } from "node:fs/promises";
import { markPlaces } from "./marks.ts";
import type { Mutant } from "./mutant.ts";
import type { TestRunner } from "./test-runner.ts";

/** Test files that are run at once: fewer begin anew too often, more may take too long. */
const AT_ONCE = 16;

/**
 * The test files that run the function around each change, in the order of `mutants`. Tests that
 * fail with nothing changed are left out, and said: they would notice everything.
 */
export async function reachingTests(
  mutants: readonly Mutant[],
  tests: readonly string[],
  { runner, trace }: { readonly runner: TestRunner; readonly trace: string },
): Promise<readonly (readonly string[])[]> {
  const sources = Object.fromEntries(
    [...Map.groupBy(mutants.entries(), ([, { file }]) => file)].map(([file, some]) => [
      file,
      markPlaces(
        file,
        some[0]?.[1].original ?? "",
        some.map(([number, { change }]) => ({ at: change.start, number })),
      ),
    ]),
  );
  const failing = new Set<string>();
  for (let start = 0; start < tests.length; start += AT_ONCE) {
    console.error(`looking what ${tests.length} test files reach: ${start}`);
    const some = tests.slice(start, start + AT_ONCE);
    const { noticed, by, endless } = await runner.run({ sources, tests: some });
    // Unchanged they have an end.
    if (endless)
      throw new Error("the unchanged tests take longer than the deadline: set --deadline");
    for (const test of noticed && by.length === 0 ? some : by) failing.add(test);
  }
  for (const test of failing) console.error(`left out, since it fails unchanged: ${test}`);
  const lines = (await readFile(trace, "utf8")).trim().split("\n");
  const reached = lines.map((line): { test: string; reached: number[] } => JSON.parse(line));
  return mutants.map((_, number) =>
    reached.flatMap((one) =>
      one.reached.includes(number) && !failing.has(one.test) ? [one.test] : [],
    ),
  );
}
