import { type CheckInfo, judge, passed, type Verdict } from "./check.ts";
import { firstOf } from "../count.ts";

const shownIncidents = 20;

/**
 * What keeps a check from being carried out is a finding of its own: a proof with a hole is none.
 */
export const completeCheck: CheckInfo = {
  id: "VER-001",
  title: "every check could be carried out",
  severity: "critical",
  sources: ["qclock"],
};

/** That everything could be carried out, by the reasons of what could not. */
export function judgeComplete(incidents: readonly string[]): Verdict {
  const why = [...new Set(incidents)];
  return why.length === 0 ? passed() : judge(firstOf(why, shownIncidents));
}
