import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { Rig } from "../support/rig.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

/** The parts of the report of `verify --json` that are asked here. */
const reportSchema = z.object({
  results: z.array(
    z.object({
      check: z.object({ id: z.string() }),
      verdict: z.looseObject({
        status: z.string(),
        evidence: z.array(z.string()).optional(),
      }),
    }),
  ),
});

test("a locale archive is made by running a script, pinned by the lock, and the same when it is made again", async () => {
  // In the store that tests share the layer may be there already.
  await using store = await temporaryFolder();
  await using rig = await Rig.create("scripts-run", { store: store.path });

  const up = await rig.qclock(["up", "--timings"]);

  expect(up).toMatchObject({ exitCode: 0 });
  expect(up.stderr).toContain('Running scripts of locales in a container of image "app"');
  expect(up.stderr).toContain("scripts run in a container");
  expect((await rig.qclock(["logs", "day"])).stdout).toBe("day | Montag, 02. März\n");
  const lock = await readFile(path.join(rig.directory, "stack.lock.yaml"), "utf8");
  expect(lock).toMatch(/^ +run_layer: sha256:[0-9a-f]{64}$/m);

  const why = await rig.qclock(["lock", "why", "locales"]);
  expect(why.stdout).toContain("the postinst was run in a container of the image");
  const again = await rig.qclock(["build"]);
  expect(again).toMatchObject({ exitCode: 0 });
  expect(again.stderr).not.toContain("Running scripts");

  const { stdout } = await rig.qclock(["verify", "--rebuild", "--json"]);
  const { results } = reportSchema.parse(JSON.parse(stdout));
  const verdictOf = (id: string) => results.find(({ check }) => check.id === id)?.verdict;
  expect(verdictOf("IMG-024")).toMatchObject({ status: "passed" });
  expect(verdictOf("IMG-031")).toMatchObject({ status: "passed" });
  expect(verdictOf("IMG-032")).toMatchObject({
    status: "failed",
    evidence: ["a layer was made by running scripts of locales"],
  });

  // As after a colleague's commit.
  const other = lock.replace(/(run_layer: sha256:)\w+/, `$1${"0".repeat(64)}`);
  await rig.write("stack.lock.yaml", other);
  const refused = await rig.qclock(["build"]);
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.stderr).toContain("its scripts made another layer than the lock names");
  expect(refused.stderr).toContain("[digest-mismatch]");
});
