import type { RunReport } from "../run/execution/event.ts";
import type { Session } from "./open/session.ts";

/** Show a person where the time of a run went; a program reads it from the report. */
export async function sayTimings(session: Session, report: RunReport): Promise<void> {
  if (session.settings.json) return;
  const { formatTimings } = await import("../reporters/format/timings.ts");
  const { style, host } = session;
  const columns = host.stderr.isTTY ? host.stderr.columns : undefined;
  session.say(formatTimings(report, { style, columns }));
}
