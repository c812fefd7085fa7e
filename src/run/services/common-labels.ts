import { labels } from "../../stack/labels.ts";
import type { RunContext } from "../context.ts";

/** Labels of every container, network and volume that a run makes. */
export function commonLabels(
  context: Pick<RunContext, "stack" | "runId" | "version">,
): ReadonlyMap<string, string> {
  return new Map([
    [labels.stack, context.stack.name],
    [labels.run, context.runId],
    [labels.manifest, context.stack.manifestPath],
    [labels.version, context.version],
  ]);
}
