import { QclockError } from "../error.ts";
import { activeImages } from "../stack/profiles.ts";
import type { RunContext } from "./context.ts";
import type { RunReport } from "./execution/event.ts";
import { takeLock } from "./hold/hold.ts";
import { planStack } from "./plan-stack.ts";
import { replacingVanished } from "./images/replace-vanished.ts";
import { emptyReport, runPlan } from "./execution/run-plan.ts";

export interface BuildOptions {
  /**
   * Images to build, with what they stand on; absent: all but those that services of inactive
   * profiles alone need.
   */
  readonly images?: readonly string[];
}

/**
 * Make the images that are not up to date and put them into the Engine. With nothing to do no lock
 * is taken.
 */
export async function build(context: RunContext, options: BuildOptions): Promise<RunReport> {
  const { stack } = context;
  const images = options.images ?? activeImages(stack);
  for (const name of images) {
    if (stack.images.has(name)) continue;
    throw new QclockError("usage", `The stack has no image "${name}".`, {
      hint: `It has ${[...stack.images.keys()].join(", ")}.`,
    });
  }
  const first = await planStack(context, { imagesOnly: images });
  if (first.plan.nodes.length === 0) return emptyReport(context, "build", first.plan);
  await using lock = await takeLock({ ...context, stackName: stack.name });
  const engine = await context.engine();
  return await replacingVanished(context, first.prepared.lock, async (current, mode) => {
    // Another run may have built while this one waited. Otherwise the plan is milliseconds old, and
    // an image that is made twice is the same image.
    const isFresh = !lock.waited && current.lock === first.prepared.lock;
    const planned = isFresh ? first : await planStack(current, { imagesOnly: images });
    const [command, started] = ["build", new Set<string>()] as const;
    return await runPlan({ context: current, engine, planned, command, lock, started, ...mode });
  });
}
