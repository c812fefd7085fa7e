import type { ScriptTime } from "../../packages/installation.ts";
import type { StepReport } from "../execution/event.ts";

/** A script that was interpreted, and when it ended, on the clock of the run. */
export type EndedScript = Pick<ScriptTime, "package" | "durationMs"> & {
  readonly endedAtMs: number;
};

/**
 * What the scripts of each package took in an image, in the order in which the packages had their
 * first turn. One that has several turns has the time of all, from the first one's beginning on.
 */
export function scriptSteps(image: string, scripts: readonly EndedScript[]): readonly StepReport[] {
  return [...Map.groupBy(scripts, (script) => script.package)].map(([name, of]) => ({
    image,
    step: "scripts",
    package: name,
    startedAtMs: Math.min(...of.map(({ endedAtMs, durationMs }) => endedAtMs - durationMs)),
    durationMs: of.reduce((sum, { durationMs }) => sum + durationMs, 0),
  }));
}
