import { QclockError } from "../error.ts";
import { platforms } from "../os.ts";
import { isForeign, nameOf } from "../plan/images/platform.ts";
import { activeImages } from "../stack/profiles.ts";
import type { RunContext } from "./context.ts";
import type { RunReport } from "./execution/event.ts";
import { EarlyHold } from "./hold/early-hold.ts";
import type { StoredImage } from "./images/stored.ts";
import { type PlannedStack, planStack } from "./plan-stack.ts";
import { replacingVanished } from "./images/replace-vanished.ts";
import { BuiltImages } from "./images/built-images.ts";
import { emptyReport, runPlan, workAhead } from "./run-plan.ts";

export interface BuildOptions {
  /**
   * Images to build, with what they stand on; absent: all but those that services of inactive
   * profiles alone need.
   */
  readonly images?: readonly string[];
}

/** How a build went. */
export interface BuildReport extends RunReport {
  /**
   * The images that were asked for, where they are in the store and nowhere else: they are for
   * other machines than the Engine's.
   */
  readonly stored?: readonly StoredImage[];
}

/**
 * Make the images that are not up to date and put them into the Engine; those for other machines
 * than the Engine's into the store alone. With nothing to do no hold is taken.
 */
export async function build(context: RunContext, options: BuildOptions): Promise<BuildReport> {
  const { stack } = context;
  const images = options.images ?? activeImages(stack);
  for (const name of images) {
    if (stack.images.has(name)) continue;
    throw new QclockError("usage", `The stack has no image "${name}".`, {
      hint: `It has ${[...stack.images.keys()].join(", ")}.`,
    });
  }
  await using early = new EarlyHold({ ...context, stackName: stack.name });
  const way = { onStale: () => early.begin() };
  const first = await planStack(context, { imagesOnly: images }, way);
  const isElsewhere = isForeign(stack, first.observed.engine);
  if (isElsewhere) tellWhere(context, first);
  const finish = async (report: RunReport, { prepared }: PlannedStack): Promise<BuildReport> =>
    isElsewhere && report.status === "succeeded"
      ? { ...report, stored: await listStored(context, { prepared, images }) }
      : report;
  if (first.plan.nodes.length === 0)
    return await finish(emptyReport(context, "build", first.plan), first);
  await using builtImages = new BuiltImages(context, first.prepared);
  const meanwhile = (): void => workAhead(context, first.plan, builtImages);
  await using hold = await early.take(meanwhile);
  const engine = await context.engine();
  return await replacingVanished(context, first.prepared.lock, async (current, mode) => {
    // Another run may have built while this one waited. Otherwise the plan is milliseconds old, and
    // an image that is made twice is the same image.
    const isFresh = !hold.waited && current.lock === first.prepared.lock;
    const planned = isFresh ? first : await planStack(current, { imagesOnly: images });
    const [command, started] = ["build", new Set<string>()] as const;
    const made = { command, started, builtImages: isFresh ? builtImages : undefined };
    const run = { context: current, engine, planned, hold, ...made, ...mode };
    return await finish(await runPlan(run), planned);
  });
}

/** Nobody must look for them in the Engine, or wonder how they get to where they can run. */
function tellWhere({ stack, emit }: RunContext, { observed }: PlannedStack): void {
  const platform = platforms[stack.architecture].name;
  emit({
    type: "notice",
    level: "info",
    message: `The Engine runs ${nameOf(observed.engine)}: images for ${platform} stay in the store.`,
    hint: `qclock bundle save FILE --images --platform ${platform} writes them into a file.`,
  });
}

async function listStored(
  context: RunContext,
  { prepared, images }: Pick<PlannedStack, "prepared"> & { readonly images: readonly string[] },
): Promise<readonly StoredImage[]> {
  // Loaded here: hardly any build is for other machines.
  const { findStored } = await import("./images/stored.ts");
  const stored = await findStored(context, prepared);
  return [...stored.values()].filter(({ name }) => images.includes(name));
}
