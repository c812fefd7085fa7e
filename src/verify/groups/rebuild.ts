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

/** That the same inputs give the same images. */
export const rebuildGroup: CheckGroup = {
  checks: [rebuildCheck],
  onDemand: true,
  isForInputs: true,
  run: async ({ context, sight, judging }): Promise<readonly CheckResult[]> => {
    const { engine } = sight;
    if (engine === undefined) return [];
    const { emit, stack } = context;
    const phase = "verify-rebuild";
    emit({ type: "phase-started", phase, title: "Build every image again from nothing" });
    const { rebuildImages } = await import("../images/rebuild.ts");
    try {
      const onProgress = (done: number, total: number): void =>
        emit({ type: "phase-progress", phase, done, total, unit: "items" });
      const results = await rebuildImages(context, engine, { check: rebuildCheck, onProgress });
      const same = results.filter(({ verdict }) => verdict.status === "passed").length;
      emit({ type: "phase-finished", phase, note: `${same} of ${results.length} are the same` });
      return results;
    } catch (error) {
      const reason = `building again: ${reasonOf(error)}`;
      judging.onCrash(reason);
      emit({ type: "phase-finished", phase, note: "not finished" });
      const verdict: Verdict = { status: "failed", evidence: [reason] };
      return [{ check: rebuildCheck, subject: `stack ${stack.name}`, verdict, durationMs: 0 }];
    }
  },
};
