import { expect, test } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import { createLooker, failed, LookFailure } from "../../../../src/verify/services/look.ts";
import type { Check, Verdict } from "../../../../src/verify/check.ts";
import { runChecks } from "../../../../src/verify/run-checks.ts";

const never = new AbortController().signal;

function lookerWith(options: Partial<Parameters<typeof createLooker>[0]> = {}) {
  return createLooker({ signal: never, concurrency: 4, deadlineMs: 60_000, ...options });
}

test("what gives no answer, and does not heed its signal either, is given up with its name", async () => {
  const reasons: string[] = [];
  const look = lookerWith({ deadlineMs: 20, onFailure: (reason) => reasons.push(reason) });
  const found = await look("the log of service app", async () => new Promise<string>(() => {}));
  expect(found.failure).toBe("the log of service app: no answer within 0.02 s");
  expect(() => found.take()).toThrow(LookFailure);
  expect(reasons).toEqual([found.failure]);
});

test.each([
  [
    "a failure of the world",
    new QclockError("engine-failed", "The Engine said no."),
    "x: The Engine said no.",
  ],
  ["a bug", new TypeError("no such\nproperty"), "x: a bug of qclock: TypeError: no such property"],
])("%s is the reason, not an exception", async (_, error, reason) => {
  expect((await lookerWith()("x", async () => Promise.reject(error))).failure).toBe(reason);
});

test("an interruption ends what runs and what waits", async () => {
  const controller = new AbortController();
  const look = lookerWith({ signal: controller.signal, concurrency: 1 });
  const both = Promise.all([
    look("one", async () => {
      controller.abort();
      return new Promise<string>(() => {});
    }),
    look("two", async () => "seen"),
  ]);
  expect((await both).map(({ failure }) => failure)).toEqual([
    "one: interrupted",
    "two: interrupted",
  ]);
});

test("no more run at a time than were allowed", async () => {
  const look = lookerWith({ concurrency: 3 });
  let running = 0;
  let most = 0;
  const looks = Array.from({ length: 60 }, (_, index) =>
    look(`look ${index}`, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return index;
    }),
  );
  expect((await Promise.all(looks)).map(({ value }) => value)).toEqual([...Array(60).keys()]);
  expect(most).toBe(3);
});

function aCheck(id: string, run: () => Verdict): Check<unknown> {
  return { id, title: id, severity: "low", sources: [], run };
}

test("a check that crashes has failed with the reason, and the others are run", () => {
  const crashes: string[] = [];
  const results = runChecks(
    [
      aCheck("A-1", () => {
        throw new RangeError("beyond");
      }),
      aCheck("A-2", () => failed("the log: no answer").take()),
      aCheck("A-3", () => ({ status: "passed" })),
    ],
    {
      subject: undefined,
      name: "service app",
      wanted: new Set(["A-1", "A-2", "A-3"]),
      now: () => 0,
      onCrash: (reason) => crashes.push(reason),
    },
  );
  expect(results.map(({ verdict }) => verdict)).toEqual([
    {
      status: "failed",
      evidence: ["could not be checked: a bug of qclock: RangeError: beyond"],
    },
    { status: "failed", evidence: ["could not be checked: the log: no answer"] },
    { status: "passed" },
  ]);
  expect(crashes).toEqual(["A-1 of service app: a bug of qclock: RangeError: beyond"]);
});
