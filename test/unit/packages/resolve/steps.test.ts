import { expect, test } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import { resolveInSteps } from "../../../../src/packages/resolve/resolve-packages.ts";
import { atOnce, inTurns, type Steps } from "../../../../src/packages/resolve/steps.ts";
import { rpmRules } from "../../../../src/packages/rpm/relations/rules.ts";
import { anRpmIndex } from "../../../support/rpm/an-rpm-index.ts";

/** Each choice is possible until the last one, which none of them goes with. */
function aHardSearch(): ReturnType<typeof resolveInSteps> {
  const levels = Array.from({ length: 12 }, (_, level) => level);
  const lines = levels.flatMap((level) =>
    [1, 2, 3, 4].map((version) => `p${level} ${version}-1 P:last-${level}-${version}`),
  );
  const needs = levels.map((level) => `p${level}`).join(", ");
  const conflicts = levels.flatMap((level) => [1, 2, 3, 4].map((each) => `last-${level}-${each}`));
  const index = anRpmIndex(
    ...lines,
    `top 1-1 R:${needs}, end`,
    `end 1-1 C:${conflicts.join(", ")}`,
  );
  return resolveInSteps({
    image: "t",
    wanted: ["top"],
    installed: [],
    keep: new Map(),
    index,
    rules: rpmRules,
  });
}

test("work without an end ends when it is interrupted, with the signal's reason", async () => {
  const interruption = new AbortController();
  const reason = new Error("interrupted");
  const endless = function* (): Steps<never> {
    for (;;) yield;
  };

  const found = inTurns(endless(), interruption.signal);
  // As a signal of the system does, which comes when others have a turn.
  setImmediate(() => interruption.abort(reason));

  await expect(found).rejects.toBe(reason);
});

test("a search may be left between any two of its choices", () => {
  const steps = aHardSearch();

  // Of the twelve packages that are needed one after another, and what needs them.
  for (let count = 0; count < 13; count += 1) expect(steps.next().done).toBe(false);
});

test("the same is found in turns and at once", async () => {
  const here = refusalOf(() => atOnce(aHardSearch()));
  const { signal } = new AbortController();

  await expect(inTurns(aHardSearch(), signal)).rejects.toMatchObject({
    code: here.code,
    message: here.message,
  });
});

test("work of one step is done", async () => {
  const one = function* (): Steps<number> {
    yield;
    return 3;
  };

  expect(atOnce(one())).toBe(3);
  expect(await inTurns(one(), new AbortController().signal)).toBe(3);
  const reason = new Error("interrupted");
  await expect(inTurns(one(), AbortSignal.abort(reason))).rejects.toBe(reason);
});

function refusalOf(work: () => unknown): QclockError {
  try {
    work();
  } catch (error) {
    if (error instanceof QclockError) return error;
    throw error;
  }
  throw new Error("there is a set");
}
