import { expect, test } from "vitest";
import * as z from "zod";
import { Rig } from "../support/rig.ts";

/** The parts of the report of `verify --json` that are asked here. */
const reportSchema = z.object({
  os: z.string(),
  results: z.array(
    z.object({
      check: z.object({ id: z.string() }),
      subject: z.string(),
      blocking: z.boolean(),
      verdict: z.looseObject({ status: z.string() }),
    }),
  ),
});

/**
 * The other tests build on debian-12. This is what is a release's own: its keys, its indexes, its
 * layout of folders, and programs that run with its libraries.
 */
test("a stack on debian-13 is built from nothing, comes up, answers and is verified", async () => {
  await using rig = await Rig.create("debian-13");

  expect(await rig.qclock(["up"])).toMatchObject({
    exitCode: 0,
    stdout: `http://127.0.0.1:${rig.port}/\n`,
  });
  const release = await fetch(`http://127.0.0.1:${rig.port}/os-release`);
  expect(await release.text()).toContain('VERSION_ID="13"');
  expect((await rig.qclock(["logs", "prepare"])).stdout).toMatch(/^prepare \| 13\.\d+$/m);

  const { exitCode, stdout } = await rig.qclock(["verify", "--rebuild", "--json"]);
  const { os, results } = reportSchema.parse(JSON.parse(stdout));
  expect(results.filter(({ blocking }) => blocking)).toEqual([]);
  expect({ exitCode, os }).toEqual({ exitCode: 0, os: "debian-13" });
  // The database of packages agrees with the lock, the scripts of packages did what they do, and
  // the same bytes come out again.
  const passed = results.filter(({ verdict }) => verdict.status === "passed");
  expect(passed.map(({ check, subject }) => `${check.id} ${subject}`)).toEqual(
    expect.arrayContaining([
      "IMG-016 image web",
      "IMG-027 image web",
      "IMG-024 image base",
      "IMG-024 image web",
      "PRB-001 service front",
    ]),
  );
});
