import type { Row } from "./row.ts";

/** Rows that are compared with each other. The first is qclock's own. */
export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

const HEAD = [
  "| case | contestant | median | min - max | ratio | target | reached |",
  "| --- | --- | ---: | ---: | ---: | ---: | --- |",
];

/** The results as a Markdown table. */
export function formatTable(results: readonly CaseResult[]): string {
  return [
    ...HEAD,
    ...results.flatMap(({ title, rows }) => rows.map((row) => formatRow(title, row))),
  ].join("\n");
}

function formatRow(title: string, row: Row): string {
  const failed = row.failedRuns ?? 0;
  const contestant = `${row.contestant}${failed === 0 ? "" : ` (failed ${failed} times between)`}`;
  const cells = [title, contestant, ...valueCells(row), ...ratioCells(row)];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function valueCells({ outcome }: Row): readonly [string, string] {
  switch (outcome.kind) {
    case "measured": {
      const { unit, median, min, max } = outcome;
      return [`${figure(median)} ${unit}`, `${figure(min)} - ${figure(max)}`];
    }
    case "calculated":
      return [`≥ ${figure(outcome.value)} ${outcome.unit}`, `not run, calculated: ${outcome.how}`];
    case "not measured":
      return ["not measured", outcome.reason];
  }
}

function ratioCells({ ratio, target }: Row): readonly [string, string, string] {
  return [
    ratio === undefined ? "" : ratio.toFixed(1),
    target?.text ?? "",
    target === undefined ? "" : target.reached ? "yes" : "no",
  ];
}

/** Three digits that mean something are enough for a figure that varies by a tenth. */
function figure(value: number): string {
  return String(Math.abs(value) < 100 ? Math.round(value * 10) / 10 : Math.round(value));
}
