import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { formatVerifyReport } from "../../../../src/reporters/lists/verify.ts";
import { createStyle } from "../../../../src/reporters/format/style.ts";
import {
  type CheckResult,
  judge,
  passed,
  type Severity,
  skipped,
  type Verdict,
} from "../../../../src/verify/check.ts";
import { formatJunit } from "../../../../src/reporters/reports/junit.ts";
import { summarizeResults, type VerifyReport } from "../../../../src/verify/report.ts";

function result(
  id: string,
  severity: Severity,
  verdict: Verdict,
  subject = "service app",
): CheckResult {
  return {
    check: { id, title: `rule of ${id}`, severity, sources: ["CIS 5.5"] },
    subject,
    verdict,
    durationMs: 12,
  };
}

function report(results: readonly CheckResult[], strict = false): VerifyReport {
  return summarizeResults(results, {
    stack: "demo",
    os: "debian-12",
    manifestDigest: "sha256:m",
    engine: { url: "unix:///var/run/docker.sock", version: "28.0.0" },
    version: "1.0.0",
    startedAt: "2026-05-01T12:00:00.000Z",
    durationMs: 1234,
    strict,
  });
}

describe("the verdict", () => {
  test.each([
    ["critical", true],
    ["high", true],
    ["medium", false],
    ["low", false],
  ] as const)("a failure of %s severity blocks: %s", (severity, blocking) => {
    const { status } = report([
      result("A", "high", passed()),
      result("B", severity, judge(["bad"])),
    ]);
    expect(status).toBe(blocking ? "failed" : "passed");
  });

  test("strict also blocks on medium severity and on what could not be checked", () => {
    expect(
      report([result("A", "high", passed()), result("B", "medium", judge(["bad"]))], true).status,
    ).toBe("failed");
    expect(
      report([result("A", "high", passed()), result("B", "low", skipped("no tool"))], true).status,
    ).toBe("failed");
  });

  test("what the manifest allows with a reason does not block", () => {
    const allowed: Verdict = { status: "allowed", reason: "it must", evidence: ["root"] };
    expect(report([result("A", "critical", allowed)]).status).toBe("passed");
  });

  test("no check at all is a failure", () => {
    expect(report([]).status).toBe("failed");
  });

  test("nothing but skipped checks is a failure", () => {
    expect(report([result("A", "critical", skipped("not there"))]).status).toBe("failed");
  });
});

const mixed = report([
  result("IMG-001", "high", passed(), "image base"),
  result("RUN-005", "medium", judge(["its root can be written"])),
  result("RUN-002", "high", {
    status: "allowed",
    reason: "it owns the spool",
    evidence: ["CHOWN is added"],
  }),
  result("RUN-019", "high", judge(["it is exited (137)"], "Run qclock up.")),
  result("NET-001", "high", skipped("db is not running"), "stack demo"),
]);

test("people see what did not simply pass, and why", () => {
  const text = formatVerifyReport(mixed, {
    style: createStyle({ color: false }),
    columns: undefined,
    verbose: false,
  });
  expect(text).toMatchInlineSnapshot(`
    "✔ image base  1 passed
    ✖ service app  2 failed, 1 allowed
        ! RUN-005 rule of RUN-005: failed, does not block (medium)
            its root can be written
        ○ RUN-002 rule of RUN-002: allowed: it owns the spool
            CHOWN is added
        ✖ RUN-019 rule of RUN-019: failed (high)
            it is exited (137)
            hint: Run qclock up.
    ✔ stack demo  1 skipped
        - NET-001 rule of NET-001: skipped: db is not running

    ✖ not verified: demo, 1 blocks; 5 checks, 1 passed, 2 failed, 1 allowed, 1 skipped in 1.2 s"
  `);
});

describe("JUnit", () => {
  test("has a suite for each subject and a failure for what blocks", () => {
    const xml = formatJunit(mixed);
    expect(xml).toContain(
      '<testsuites name="qclock verify demo" tests="5" failures="1" skipped="1" time="1.234">',
    );
    expect(xml).toContain(
      '<testsuite name="service app" tests="3" failures="1" skipped="0" time="0.036" timestamp="2026-05-01T12:00:00">',
    );
    expect(xml).toContain(
      '<failure message="it is exited (137)" type="failed">it is exited (137)\nhint: Run qclock up.</failure>',
    );
    expect(xml).toContain('<skipped message="db is not running"/>');
    expect(xml).toContain("<system-out>allowed: it owns the spool\nCHOWN is added</system-out>");
  });

  test("is well-formed whatever the evidence holds", () => {
    const hostile = '<a href="x">&\u0000\u001B[31m]]>\u{D800}\uFFFE\n"quoted"';
    expectWellFormed(
      formatJunit(
        report([
          result("A<&", "high", judge([hostile], hostile)),
          result("B", "high", skipped(hostile)),
          result("C", "high", passed(hostile)),
        ]),
      ),
    );
  });

  test("of no check is well-formed and red", () => {
    const xml = formatJunit(report([]));
    expectWellFormed(xml);
    expect(xml).toContain("no check was run");
  });
});

/** Python's parser is on every machine that has apt's tools, and it is strict. */
function expectWellFormed(xml: string): void {
  const check = "import sys, xml.dom.minidom; xml.dom.minidom.parseString(sys.stdin.buffer.read())";
  expect(() =>
    execFileSync("python3", ["-c", check], { input: xml, stdio: ["pipe", "pipe", "pipe"] }),
  ).not.toThrow();
}
