/**
 * Runs unit tests with one changed source at a time, in one process that keeps what did not change.
 * Started by `test-runner.ts`, which ends it when a change made a test run for ever.
 */
import path from "node:path";
import { createVitest } from "vitest/node";
import type { Job, Verdict } from "./test-runner.ts";

const root = path.join(import.meta.dirname, "../..");

/** The sources that are changed, and what they are changed to. */
let changed: ReadonlyMap<string, string> = new Map();

const vitest = await createVitest(
  {
    root,
    // A plugin does not reach the projects of the configuration.
    config: false,
    include: ["test/unit/**/*.test.ts"],
    setupFiles: [path.join(import.meta.dirname, "trace-setup.ts")],
    watch: true,
    // What it keeps on disk is kept by what the file on disk holds.
    fsModuleCache: false,
    reporters: [{}],
    silent: true,
    retry: 0,
    // Of one test; the whole job has its deadline where it was sent from.
    testTimeout: Number(process.env["QCLOCK_MUTANTS_DEADLINE"]) / 4,
  },
  {
    plugins: [
      {
        name: "one-changed-source",
        enforce: "pre",
        transform: (_, id) => changed.get(id),
      },
    ],
    server: { watch: null },
  },
);

process.on("message", (job: Job) => {
  void answer(job).then((verdict) => process.send?.(verdict));
});
// With its workers: whoever started it was ended, and nobody else knows of them.
process.once("disconnect", () => process.kill(-process.pid, "SIGKILL"));
process.send?.("ready");

async function answer({ sources, tests }: Job): Promise<Verdict> {
  const stale = changed.keys();
  changed = new Map(Object.entries(sources));
  for (const file of [...stale, ...changed.keys()]) vitest.invalidateFile(file);
  const specifications = await vitest.getRelevantTestSpecifications([...tests]);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  // Results of earlier runs are in there as well.
  const failed = testModules.filter((module) => tests.includes(module.moduleId) && !module.ok());
  const by = failed.map(({ moduleId }) => moduleId);
  return { noticed: by.length > 0 || unhandledErrors.length > 0, by, endless: false };
}
