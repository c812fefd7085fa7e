import { expect, test } from "vitest";
import { judgeComplete } from "../../../src/verify/complete.ts";
import { createLooker, failed, reasonOf } from "../../../src/verify/services/look.ts";
import { packageGroup } from "../../../src/verify/groups/packages.ts";
import { seeNothing } from "../../../src/verify/sight.ts";
import { aMemoryService } from "../../support/memory-stack.ts";
import { openProved } from "../../support/proved-stack.ts";
import { fine, found } from "../../support/verdicts.ts";

const reasons = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `reason ${index}`);

test("everything was carried out where nothing kept it from being, and else it is said what did", () => {
  expect(judgeComplete([])).toEqual(fine);
  expect(judgeComplete(["the log: no answer"])).toEqual(found("the log: no answer"));
  expect(judgeComplete(["a", "b", "a"])).toEqual(found("a", "b"));
  expect(judgeComplete(reasons(20))).toEqual(found(...reasons(20)));
  expect(judgeComplete(reasons(22))).toEqual(found(...reasons(20), "and 2 more"));
});

test("of a bug so much is told as stands in a line", () => {
  const bug = (length: number): string => reasonOf("x".repeat(length));
  expect(bug(500)).toBe(`a bug of qclock: ${"x".repeat(500)}`);
  expect(bug(501)).toBe(bug(500));
  expect(reasonOf(new RangeError("one\n  two"))).toBe("a bug of qclock: RangeError: one two");
});

test("signatures that could not be looked at in time are a finding, with the time that it took", async () => {
  await using proved = await openProved({}, { services: [aMemoryService("app")] });
  const { context, stack, engine } = proved;
  let time = 1000;
  const judging = { wanted: new Set<string>(), now: () => 0, onCrash: () => undefined };
  const inquiry = {
    context: { ...context, clock: { ...context.clock, now: () => (time += 7) } },
    stack,
    lookerFor: () => async () => failed("the signatures: no answer"),
    judging,
  };
  const [result] = await packageGroup.run({
    ...inquiry,
    sight: { ...seeNothing({ stack }, ""), engine },
  });
  expect(result).toMatchObject({
    subject: `stack ${stack.name}`,
    verdict: found("the signatures: no answer"),
    durationMs: 7,
  });
  const look = createLooker({
    signal: new AbortController().signal,
    concurrency: 1,
    deadlineMs: 1000,
  });
  const unseen = { ...inquiry, lookerFor: () => look, sight: seeNothing({ stack }, "gone") };
  expect(await packageGroup.run(unseen)).toEqual([]);
});
