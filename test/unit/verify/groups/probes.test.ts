import { expect, test } from "vitest";
import { probeGroup } from "../../../../src/verify/groups/probes.ts";
import { failed, type Looker } from "../../../../src/verify/services/look.ts";
import { seeNothing } from "../../../../src/verify/sight.ts";
import { aProbe } from "../../../support/a-probe.ts";
import { aMemoryService } from "../../../support/memory-stack.ts";
import { openProved } from "../../../support/proved-stack.ts";

const [quick, slow] = [1000, 30_000].map((timeoutMs) =>
  aProbe({ type: "exec", command: ["/app"] }, { name: `${timeoutMs}`, timeoutMs, intervalMs: 1 }),
);

test("a look waits longer than the slowest probe of its service, and its failure is that of each", async () => {
  if (quick === undefined || slow === undefined) throw new Error("there are two");
  await using proved = await openProved(
    {},
    {
      services: [
        aMemoryService("app", { probes: [quick, slow] }),
        aMemoryService("db", { probes: [quick] }),
        aMemoryService("mail", { probes: [] }),
      ],
    },
  );
  const { context, stack, engine } = proved;
  const looks: { readonly what: string; readonly deadlineMs: number }[] = [];
  const look: Looker = async (what, _work, deadlineMs = 0) => {
    looks.push({ what, deadlineMs });
    return failed("no answer");
  };
  const results = await probeGroup.run({
    context,
    stack,
    sight: { ...seeNothing({ stack }, ""), engine },
    lookerFor: () => look,
    judging: { wanted: new Set(), now: () => 0, onCrash: () => undefined },
  });

  expect(looks.map(({ what }) => what)).toEqual([
    "the probes of service app",
    "the probes of service db",
    "the probes of service mail",
  ]);
  const [app, db, mail] = looks.map(({ deadlineMs }) => deadlineMs);
  expect(app).toBeGreaterThan(30_000);
  expect(db).toBeGreaterThan(1000);
  expect(db).toBeLessThan(30_000);
  expect(mail).toBeGreaterThan(0);
  expect(
    results.map(({ check, subject, verdict, durationMs }) => [
      `${subject} ${check.title}`,
      verdict.status === "failed" ? verdict.evidence : [],
      durationMs,
    ]),
  ).toEqual([
    ["service app probe 1000 answers", ["no answer"], 0],
    ["service app probe 30000 answers", ["no answer"], 0],
    ["service db probe 1000 answers", ["no answer"], 0],
    ["service mail probe container answers", ["no answer"], 0],
  ]);
});
