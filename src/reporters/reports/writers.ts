import type { VerifyReport } from "../../verify/report.ts";
import { createStyle } from "../format/style.ts";
import { formatVerifyReport } from "../lists/verify.ts";
import { formatJunit } from "./junit.ts";

/** Writes what `verify` found in one format, as the whole text of a file. */
export type ReportWriter = (report: VerifyReport) => string;

/** The formats of a report, by the name that `--report NAME=FILE` gives them. */
export const reportWriters = {
  text: (report) =>
    `${formatVerifyReport(report, { style: createStyle({ color: false }), columns: undefined, verbose: true })}\n`,
  json: (report) => `${JSON.stringify({ schema: "qclock/verify/v1", ...report })}\n`,
  junit: formatJunit,
} as const satisfies Readonly<Record<string, ReportWriter>>;

export type ReportKind = keyof typeof reportWriters;

/** The names of all formats. */
export const reportKinds: readonly ReportKind[] = Object.keys(reportWriters).filter((name) =>
  isReportKind(name),
);

/** Whether a text names a format. */
export function isReportKind(name: string): name is ReportKind {
  return Object.hasOwn(reportWriters, name);
}
