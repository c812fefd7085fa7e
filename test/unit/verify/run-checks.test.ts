import { expect, test } from "vitest";
import { type Check, judge, passed, skipped } from "../../../src/verify/check.ts";
import { judgeFound } from "../../../src/verify/groups/found.ts";
import { type Judging, runChecks } from "../../../src/verify/run-checks.ts";
import { failed } from "../../../src/verify/services/look.ts";

/** What a check is asked to do. */
type Task = "pass" | "find" | "crash" | "unseen";

function aCheck(id: string, run?: (task: Task) => ReturnType<typeof passed>): Check<Task> {
  return {
    id,
    title: `title of ${id}`,
    severity: "high",
    sources: ["CIS 1"],
    run:
      run ??
      ((task) => {
        if (task === "crash") throw new TypeError("x is not\na function");
        if (task === "unseen") return failed("the log: no answer").take();
        return task === "find" ? judge(["found"]) : passed("fine");
      }),
  };
}

function judgingOf(subject: Task, parts: Partial<Judging<Task>> = {}): Judging<Task> {
  let time = 100;
  return {
    subject,
    name: "service app",
    wanted: new Set(["A-1", "A-2"]),
    now: () => (time += 5),
    onCrash: () => undefined,
    ...parts,
  };
}

test("each wanted check is judged and timed, in order, and no other is run", () => {
  const unwanted = aCheck("A-9", () => {
    throw new Error("it was run");
  });
  const crashes: string[] = [];

  const results = runChecks(
    [aCheck("A-1"), unwanted, aCheck("A-2")],
    judgingOf("find", { onCrash: (reason) => void crashes.push(reason) }),
  );

  const check = { title: "title of A-1", severity: "high", sources: ["CIS 1"] };
  const rest = {
    subject: "service app",
    verdict: { status: "failed", evidence: ["found"] },
    durationMs: 5,
  };
  expect(results).toEqual([
    { check: { ...check, id: "A-1" }, ...rest },
    { check: { ...check, id: "A-2", title: "title of A-2" }, ...rest },
  ]);
  expect(crashes).toEqual([]);
});

test("a check that throws has failed as a bug, is told of, and the next one is run", () => {
  const crashes: string[] = [];
  const checks = [aCheck("A-1"), aCheck("A-2", () => passed())];

  const results = runChecks(
    checks,
    judgingOf("crash", { onCrash: (reason) => void crashes.push(reason) }),
  );

  const bug = "a bug of qclock: TypeError: x is not a function";
  expect(results.map(({ verdict }) => verdict)).toEqual([
    { status: "failed", evidence: [`could not be checked: ${bug}`] },
    { status: "passed" },
  ]);
  expect(crashes).toEqual([`A-1 of service app: ${bug}`]);
});

test("what could not be seen fails the check with its reason, which was told before", () => {
  const crashes: string[] = [];

  const results = runChecks(
    [aCheck("A-1")],
    judgingOf("unseen", { onCrash: (reason) => void crashes.push(reason) }),
  );

  expect(results).toMatchObject([
    { verdict: { status: "failed", evidence: ["could not be checked: the log: no answer"] } },
  ]);
  expect(crashes).toEqual([]);
});

const about = {
  kind: "service",
  checks: [aCheck("A-1"), aCheck("A-2"), aCheck("A-3")],
  absence: { presence: "A-2", what: "it has no container", hint: "Run qclock up." },
  judging: { wanted: new Set(["A-1", "A-2"]), now: () => 0, onCrash: () => undefined },
};

test("of what is not there one check fails with what to do, and the others could not look", () => {
  const found = [{ name: "app", subject: undefined, failure: undefined }];

  expect(judgeFound<Task>(found, about)).toMatchObject([
    {
      check: { id: "A-1" },
      subject: "service app",
      verdict: skipped("it has no container"),
      durationMs: 0,
    },
    {
      check: { id: "A-2" },
      verdict: { status: "failed", evidence: ["it has no container"], hint: "Run qclock up." },
    },
  ]);
});

test("of what could not be looked at the reason is told, and no advice for what is absent", () => {
  const found = [{ name: "app", subject: undefined, failure: "no answer within 3 s" }];

  const [other, presence] = judgeFound<Task>(found, about);

  expect(other?.verdict).toEqual(skipped("no answer within 3 s"));
  expect(presence?.verdict).toEqual({ status: "failed", evidence: ["no answer within 3 s"] });
});

test("what is there is judged beside what is not", () => {
  const found = [
    { name: "app", subject: "pass", failure: undefined },
    { name: "db", subject: undefined, failure: undefined },
  ] as const;

  const results = judgeFound<Task>(found, about);

  expect(results.map(({ subject, verdict }) => `${subject} ${verdict.status}`)).toEqual([
    "service app passed",
    "service app passed",
    "service db skipped",
    "service db failed",
  ]);
});
