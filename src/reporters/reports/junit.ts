import { stripVTControlCharacters } from "node:util";
import type { VerifyReport, VerifyResult } from "../../verify/report.ts";

/**
 * The report as JUnit XML, as CI systems read it: a suite for each subject, a case for each check.
 * What does not block is no failure there; it stands in the case's output.
 */
export function formatJunit(report: VerifyReport): string {
  const suites = Map.groupBy(report.results, ({ subject }) => subject);
  const { results, durationMs } = report;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `qclock verify ${report.stack}`, ...countsOf(results), time: seconds(durationMs) })}>`,
    ...[...suites].flatMap(([subject, list]) => suite(report, subject, list)),
    "</testsuites>",
  ];
  // A suite without any check is a failure of verify, and CI must not read it as a green one.
  if (results.length === 0) lines.splice(2, 0, ...emptySuite());
  return `${lines.join("\n")}\n`;
}

function suite(
  report: VerifyReport,
  subject: string,
  results: readonly VerifyResult[],
): readonly string[] {
  const duration = results.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return [
    `  <testsuite${attributes({ name: subject, ...countsOf(results), time: seconds(duration), timestamp: report.startedAt.replace(/\.\d+Z$/, "") })}>`,
    ...results.flatMap((result) => testCase(report.stack, result)),
    "  </testsuite>",
  ];
}

function testCase(
  stack: string,
  { check, subject, verdict, durationMs, blocking }: VerifyResult,
): readonly string[] {
  const head = `    <testcase${attributes({
    classname: `${stack}.${subject.replaceAll(" ", ".")}`,
    name: `${check.id} ${check.title}`,
    time: seconds(durationMs),
  })}`;
  const properties = [
    "      <properties>",
    `        <property${attributes({ name: "severity", value: check.severity })}/>`,
    ...check.sources.map(
      (source) => `        <property${attributes({ name: "source", value: source })}/>`,
    ),
    "      </properties>",
  ];
  return [`${head}>`, ...properties, ...outcome(verdict, blocking), "    </testcase>"];
}

function outcome(verdict: VerifyResult["verdict"], blocking: boolean): readonly string[] {
  switch (verdict.status) {
    case "passed":
      return verdict.note === undefined
        ? []
        : [`      <system-out>${text(verdict.note)}</system-out>`];
    case "allowed":
      return [
        `      <system-out>${text([`allowed: ${verdict.reason}`, ...verdict.evidence].join("\n"))}</system-out>`,
      ];
    case "skipped":
      return blocking
        ? [
            `      <failure${attributes({ message: `not checked: ${verdict.reason}`, type: "skipped" })}/>`,
          ]
        : [`      <skipped${attributes({ message: verdict.reason })}/>`];
    case "failed": {
      const body = [
        ...verdict.evidence,
        ...(verdict.hint === undefined ? [] : [`hint: ${verdict.hint}`]),
      ].join("\n");
      return blocking
        ? [
            `      <failure${attributes({ message: verdict.evidence[0] ?? "failed", type: "failed" })}>${text(body)}</failure>`,
          ]
        : [`      <system-out>${text(`does not block: ${body}`)}</system-out>`];
    }
    default:
      return verdict satisfies never;
  }
}

function emptySuite(): readonly string[] {
  return [
    `  <testsuite${attributes({ name: "verify", tests: "1", failures: "1" })}>`,
    `    <testcase${attributes({ classname: "verify", name: "at least one check runs" })}><failure${attributes({ message: "no check was run" })}/></testcase>`,
    "  </testsuite>",
  ];
}

function countsOf(
  results: readonly VerifyResult[],
): Record<"tests" | "failures" | "skipped", string> {
  return {
    tests: String(results.length),
    failures: String(results.filter(({ blocking }) => blocking).length),
    skipped: String(
      results.filter(({ verdict, blocking }) => verdict.status === "skipped" && !blocking).length,
    ),
  };
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        ` ${name}="${text(value).replaceAll('"', "&quot;").replaceAll("\n", "&#10;")}"`,
    )
    .join("");
}

// XML 1.0 has no way at all to write these, not even escaped.
// eslint-disable-next-line no-control-regex -- control characters are the subject
const notInXml = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/g;

function text(value: string): string {
  return stripVTControlCharacters(value)
    .toWellFormed()
    .replaceAll(notInXml, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
