import { inPhase, type Phase } from "../../run/execution/phase.ts";
import type { CheckInfo, CheckResult, Verdict } from "../check.ts";
import type { CheckGroup } from "../group.ts";
import { reasonOf } from "../services/look.ts";

/** Takes as long as a build from nothing, and is run when it is asked for. */
const rebuildCheck: CheckInfo = {
  id: "IMG-024",
  title: "built again from nothing it is the same, byte for byte",
  severity: "high",
  sources: ["SLSA", "reproducible-builds"],
};

/** The results, and how many are good, in words. */
interface Rebuilt {
  readonly results: readonly CheckResult[];
  readonly note: string;
}

/** That the same inputs give the same images. */
export const rebuildGroup: CheckGroup = {
  checks: [rebuildCheck],
  onDemand: true,
  isForInputs: true,
  run: async ({ context, sight, judging }): Promise<readonly CheckResult[]> => {
    const { engine } = sight;
    if (engine === undefined) return [];
    const phase: Phase<Rebuilt> = {
      phase: "verify-rebuild",
      title: "Build every image again from nothing",
      unit: "items",
      note: ({ note }) => note,
    };
    const { results } = await inPhase(context, phase, async (onProgress) => {
      try {
        const { rebuildImages } = await import("../images/rebuild.ts");
        const check = rebuildCheck;
        const all = await rebuildImages(context, engine, { check, onProgress });
        const same = all.filter(({ verdict }) => verdict.status === "passed").length;
        return { results: all, note: `${same} of ${all.length} are the same` };
      } catch (error) {
        const reason = `building again: ${reasonOf(error)}`;
        judging.onCrash(reason);
        const verdict: Verdict = { status: "failed", evidence: [reason] };
        const subject = `stack ${context.stack.name}`;
        const failed = { check: rebuildCheck, subject, verdict, durationMs: 0 };
        return { results: [failed], note: "not finished" };
      }
    });
    return results;
  },
};
