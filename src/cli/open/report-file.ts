import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../../error.ts";
import { formatJunit } from "../../verify/junit.ts";
import type { VerifyReport } from "../../verify/report.ts";
import type { Session } from "./session.ts";

/** Write the JUnit report, whole or not at all. */
export async function writeJunit(
  session: Session,
  file: string,
  report: VerifyReport,
): Promise<void> {
  const target = path.resolve(session.host.workingDirectory, file);
  const temporary = `${target}.${session.runId}.tmp`;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(temporary, session.redactor.redact(formatJunit(report)));
    await rename(temporary, target);
  } catch (error) {
    throw new QclockError("usage", `The report ${file} cannot be written.`, { cause: error });
  }
}
