import { expect, test } from "vitest";
import {
  blocks,
  type CheckResult,
  judge,
  type Severity,
  type Verdict,
} from "../../../src/verify/check.ts";
import { judgeComplete } from "../../../src/verify/complete.ts";
import { summarizeResults, type VerifyReport } from "../../../src/verify/report.ts";

const facts = {
  stack: "t",
  os: "debian-12",
  manifestDigest: "sha256:m",
  engine: { url: "unix:///e", version: "28.0.0" },
  version: "1",
  startedAt: "2026-05-01T12:00:00Z",
  durationMs: 1,
  strict: false,
};

const verdicts: Readonly<Record<Verdict["status"], Verdict>> = {
  passed: { status: "passed" },
  failed: { status: "failed", evidence: ["x"] },
  allowed: { status: "allowed", reason: "because", evidence: ["x"] },
  skipped: { status: "skipped", reason: "unseen" },
};

function aResult(status: Verdict["status"], severity: Severity = "high"): CheckResult {
  return {
    check: { id: "X-001", title: "is well", severity, sources: [] },
    subject: "image app",
    verdict: verdicts[status],
    durationMs: 1,
  };
}

function reportOf(results: readonly CheckResult[], strict = false): VerifyReport {
  return summarizeResults(results, { ...facts, strict });
}

test.for<readonly [Severity, plain: boolean, strict: boolean]>([
  ["critical", true, true],
  ["high", true, true],
  ["medium", false, true],
  ["low", false, false],
])("a failure that is %s stops a release: %s, with --strict: %s", ([severity, plain, strict]) => {
  expect(blocks(aResult("failed", severity), { strict: false })).toBe(plain);
  expect(blocks(aResult("failed", severity), { strict: true })).toBe(strict);
});

test("what could not be looked at stops a release with --strict alone, however low it is", () => {
  expect(blocks(aResult("skipped", "critical"), { strict: false })).toBe(false);
  expect(blocks(aResult("skipped", "low"), { strict: true })).toBe(true);
});

test.for(["passed", "allowed"] as const)("what is %s never stops a release", (status) => {
  expect(blocks(aResult(status, "critical"), { strict: true })).toBe(false);
});

test.for<readonly [what: string, results: readonly CheckResult[], status: string]>([
  ["nothing at all", [], "failed"],
  ["skipped checks alone", [aResult("skipped"), aResult("skipped")], "failed"],
  ["low failures alone", [aResult("failed", "low")], "failed"],
  ["one that passed", [aResult("passed")], "passed"],
  ["one that the manifest allows", [aResult("allowed")], "passed"],
  ["one that passed beside a low failure", [aResult("passed"), aResult("failed", "low")], "passed"],
  ["one that passed beside a high failure", [aResult("passed"), aResult("failed")], "failed"],
])("the report of %s has %s", ([, results, status]) => {
  expect(reportOf(results).status).toBe(status);
});

test("a report counts each verdict, and marks what blocks", () => {
  const results = [
    aResult("passed"),
    aResult("passed"),
    aResult("passed"),
    aResult("allowed"),
    aResult("skipped"),
    aResult("skipped"),
    aResult("failed", "medium"),
    aResult("failed", "low"),
    aResult("failed", "high"),
    aResult("failed", "critical"),
  ];

  const plain = reportOf(results);
  expect(plain.counts).toEqual({ passed: 3, allowed: 1, skipped: 2, failed: 4, blocking: 2 });
  expect(plain.results.map(({ blocking }) => blocking)).toEqual([
    ...Array.from({ length: 8 }, () => false),
    true,
    true,
  ]);
  expect(reportOf(results, true).counts.blocking).toBe(5);
});

test("findings make a failure, with a hint where there is one; no findings make none", () => {
  expect(judge([], "do that")).toEqual({ status: "passed" });
  expect(judge(["x"])).toEqual({ status: "failed", evidence: ["x"] });
  expect(judge(["x"], "do that")).toEqual({ status: "failed", evidence: ["x"], hint: "do that" });
});

test("what could not be carried out is told once each, twenty at most", () => {
  expect(judgeComplete([])).toEqual({ status: "passed" });
  expect(judgeComplete(["a", "b", "a"])).toEqual({ status: "failed", evidence: ["a", "b"] });

  const reasons = Array.from({ length: 21 }, (_, index) => `reason ${index}`);
  expect(judgeComplete(reasons.slice(0, 20))).toMatchObject({ evidence: reasons.slice(0, 20) });
  expect(judgeComplete(reasons)).toMatchObject({
    evidence: [...reasons.slice(0, 20), "and 1 more"],
  });
});
