import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../../error.ts";
import { nearest } from "../../nearest.ts";
import {
  isReportKind,
  type ReportKind,
  reportKinds,
  reportWriters,
} from "../../reporters/reports/writers.ts";
import { putInPlace } from "../../store/put-in-place.ts";
import type { VerifyReport } from "../../verify/report.ts";
import type { Session } from "./session.ts";

/** A report that was asked for: in which format, and where to. */
export interface WantedReport {
  readonly kind: ReportKind;
  /** As it was given: absolute, or below the working directory. */
  readonly file: string;
}

/** What `--report KIND=FILE` and `--junit FILE` ask for. Throws `usage`. */
export function wantedReports(options: {
  readonly reports?: readonly string[] | undefined;
  readonly junit?: string | undefined;
}): readonly WantedReport[] {
  const wanted = (options.reports ?? []).map(parseWanted);
  if (options.junit !== undefined) wanted.push({ kind: "junit", file: options.junit });
  const files = new Set<string>();
  for (const { file } of wanted) {
    const place = path.normalize(file);
    if (files.has(place))
      throw new QclockError("usage", `Two reports would be written to ${file}.`, {
        hint: "Give each a file of its own.",
      });
    files.add(place);
  }
  return wanted;
}

function parseWanted(text: string): WantedReport {
  const [, kind = "", file = ""] = /^([^=]*)=(.+)$/s.exec(text) ?? [];
  if (file !== "" && isReportKind(kind)) return { kind, file };
  const near = file === "" ? undefined : nearest(kind, reportKinds);
  throw new QclockError("usage", `--report takes KIND=FILE, not "${text}".`, {
    hint:
      near === undefined
        ? `Kinds are ${reportKinds.join(", ")}: --report junit=report.xml`
        : `Did you mean ${near}=${file}? Kinds are ${reportKinds.join(", ")}.`,
  });
}

/** Write the reports, each whole or not at all. */
export async function writeReports(
  session: Pick<Session, "host" | "redactor">,
  wanted: readonly WantedReport[],
  report: VerifyReport,
): Promise<void> {
  for (const { kind, file } of wanted) {
    const target = path.resolve(session.host.workingDirectory, file);
    const text = session.redactor.redact(reportWriters[kind](report));
    try {
      await mkdir(path.dirname(target), { recursive: true });
      await putInPlace(target, (temporary) => writeFile(temporary, text));
    } catch (error) {
      throw new QclockError("usage", `The report ${file} cannot be written.`, { cause: error });
    }
  }
}
