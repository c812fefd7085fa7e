import { countOf } from "../../count.ts";
import { formatDuration } from "../format/duration.ts";
import { sanitizeLine } from "../format/sanitize.ts";
import type { Style } from "../format/style.ts";
import { formatTable } from "../format/table.ts";
import { wrap } from "../format/width.ts";
import { checkCatalogue } from "../../verify/catalogue.ts";
import type { VerifyReport, VerifyResult } from "../../verify/report.ts";

export interface VerifyFormatOptions {
  readonly style: Style;
  readonly columns: number | undefined;
  /** Also the checks that passed, one by one. */
  readonly verbose: boolean;
}

/**
 * The report for people: a line for each subject with its counts, below it everything that did not
 * simply pass, at the end the verdict. What blocks is marked, not only coloured.
 */
export function formatVerifyReport(report: VerifyReport, options: VerifyFormatOptions): string {
  const { style } = options;
  const subjects = Map.groupBy(report.results, ({ subject }) => subject);
  const lines = [...subjects].flatMap(([subject, results]) => {
    const together = options.verbose ? [] : skippedTogether(results);
    return [
      subjectLine(subject, results, style),
      ...results
        .filter(
          (result) =>
            options.verbose ||
            !(
              result.verdict.status === "passed" || together.some((group) => group.includes(result))
            ),
        )
        .flatMap((result) => resultLines(result, options)),
      ...together.flatMap((group) => togetherLine(group, style)),
    ];
  });
  return [...lines, "", verdictLine(report, style)]
    .flatMap((line) => wrapIndented(line, options.columns))
    .join("\n")
    .trimStart();
}

/** A line in as many as the terminal needs, all below its own beginning. */
function wrapIndented(line: string, columns: number | undefined): readonly string[] {
  const [indent = ""] = /^ */.exec(line) ?? [];
  const [first = "", ...rest] = wrap(
    line.slice(indent.length),
    (columns ?? Infinity) - indent.length - 2,
  );
  return [indent + first, ...rest.map((more) => `${indent}  ${more}`)];
}

/**
 * Where something is missing altogether, all its checks are skipped for that one reason, which is
 * said once.
 */
function skippedTogether(results: readonly VerifyResult[]): readonly (readonly VerifyResult[])[] {
  const skipped = results.filter(({ verdict }) => verdict.status === "skipped");
  const groups = Map.groupBy(skipped, ({ verdict }) =>
    verdict.status === "skipped" ? verdict.reason : "",
  );
  return [...groups.values()].filter((group) => group.length > 2);
}

function togetherLine(group: readonly VerifyResult[], style: Style): readonly string[] {
  const [first] = group;
  if (first?.verdict.status !== "skipped") return [];
  const mark = first.blocking ? style.error("✖") : style.warning("-");
  return [`    ${mark} ${group.length} checks skipped: ${sanitizeLine(first.verdict.reason)}`];
}

/** Every check that verify knows, as a table. */
export function formatCatalogue(options: Omit<VerifyFormatOptions, "verbose">): string {
  return formatTable(
    [
      { title: "ID" },
      { title: "SEVERITY" },
      { title: "RULE", minimumWidth: 20 },
      { title: "SOURCES", minimumWidth: 10 },
    ],
    checkCatalogue.map(({ id, severity, title, sources }) => [
      id,
      severity,
      title,
      sources.join(", "),
    ]),
    { width: options.columns, header: options.style.faint },
  );
}

function subjectLine(subject: string, results: readonly VerifyResult[], style: Style): string {
  const blocking = results.some((result) => result.blocking);
  const count = (status: VerifyResult["verdict"]["status"]): number =>
    results.filter(({ verdict }) => verdict.status === status).length;
  const facts = (["passed", "failed", "allowed", "skipped"] as const).flatMap((status) =>
    count(status) === 0 ? [] : [`${count(status)} ${status}`],
  );
  return `${blocking ? style.error("✖") : style.success("✔")} ${style.strong(subject)}  ${style.faint(facts.join(", "))}`;
}

function resultLines(
  { check, verdict, blocking }: VerifyResult,
  { style }: VerifyFormatOptions,
): readonly string[] {
  const head = (mark: string, word: string): string =>
    `    ${mark} ${check.id} ${check.title}${word === "" ? "" : `: ${word}`}`;
  switch (verdict.status) {
    case "passed":
      return [head(style.success("✔"), style.faint(sanitizeLine(verdict.note ?? "")))];
    case "allowed":
      return [
        head(style.accent("○"), `allowed: ${sanitizeLine(verdict.reason)}`),
        ...evidence(verdict.evidence),
      ];
    case "skipped":
      return [
        head(
          blocking ? style.error("✖") : style.warning("-"),
          `skipped: ${sanitizeLine(verdict.reason)}`,
        ),
      ];
    case "failed": {
      const word = blocking ? style.error("failed") : style.warning("failed, does not block");
      const hint =
        verdict.hint === undefined ? [] : [`        ${style.accent("hint:")} ${verdict.hint}`];
      return [
        head(
          blocking ? style.error("✖") : style.warning("!"),
          `${word} ${style.faint(`(${check.severity})`)}`,
        ),
        ...evidence(verdict.evidence),
        ...hint,
      ];
    }
    default:
      return verdict satisfies never;
  }
}

function evidence(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `        ${sanitizeLine(line)}`);
}

function verdictLine(report: VerifyReport, style: Style): string {
  const { passed, failed, allowed, skipped, blocking } = report.counts;
  const facts = [
    countOf(report.results.length, "check"),
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(allowed > 0 ? [`${allowed} allowed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(", ");
  const time = `in ${formatDuration(report.durationMs)}`;
  if (report.status === "passed")
    return `${style.success("✔ verified:")} ${report.stack}, ${facts} ${time}`;
  const why =
    report.results.length === 0
      ? "no check was run"
      : blocking === 0
        ? "nothing could be checked"
        : `${blocking} ${blocking === 1 ? "blocks" : "block"}`;
  return `${style.error("✖ not verified:")} ${report.stack}, ${why}; ${facts} ${time}`;
}
