import type { Engine } from "../docker/engine.ts";
import { QclockError } from "../error.ts";
import { platforms } from "../os.ts";
import { isForeign, nameOf } from "../plan/images/platform.ts";
import type { RunContext } from "../run/context.ts";
import { presentStack } from "../run/services/present-stack.ts";
import { narrowed } from "../stack/profiles.ts";
import type { Stack } from "../stack/stack.ts";
import { checkCatalogue, checkStages } from "./catalogue.ts";
import type { CheckResult } from "./check.ts";
import { completeCheck, judgeComplete } from "./complete.ts";
import type { CheckGroup, Inquiry } from "./group.ts";
import { createLooker, type Looker, reasonOf } from "./services/look.ts";
import { summarizeResults, type VerifyReport } from "./report.ts";
import { seeNothing, seeThrough, type Sight } from "./sight.ts";

export interface VerifyOptions {
  /** Medium findings and skipped checks block, too. */
  readonly strict: boolean;
  /** Ids of the checks to run; absent: all. */
  readonly only?: readonly string[];
  /** Build each image again from nothing and compare. */
  readonly rebuild: boolean;
  /** Called with each secret's real value that was read, before anything is reported. */
  readonly learnSecret: (value: string) => void;
  /**
   * How long one look may take; absent: 30 s. Reading an image back and trying connections have
   * their own.
   */
  readonly deadlineMs?: number;
}

/** What was proved, and the error that kept the Engine from being asked at all. */
export interface Verified {
  readonly report: VerifyReport;
  readonly error: QclockError | undefined;
}

/**
 * Looks that run at a time: enough that 60 services are not asked one after the other, few enough
 * for the Engine.
 */
const concurrency = 8;
const lookMs = 30_000;

/**
 * Run every probe and every check on what runs now, and say what was proved. Changes nothing.
 * Always comes to a report: what passes its deadline, crashes or is interrupted is a check that
 * failed with the reason, and the rest goes on.
 *
 * Throws `usage` for checks that do not exist, `engine-platform` for images of other machines, and
 * nothing else.
 */
export async function verifyStack(context: RunContext, options: VerifyOptions): Promise<Verified> {
  const { clock, signal } = context;
  const wanted = selectChecks(options.only);
  const startedAtMs = clock.now();
  const startedAt = new Date().toISOString();
  const incidents: string[] = [];
  const lookerFor = (count: number): Looker =>
    createLooker({
      signal,
      concurrency: count,
      deadlineMs: options.deadlineMs ?? lookMs,
      onFailure: (reason) => incidents.push(reason),
    });
  const { sight, stack, error } = await connect(context, lookerFor);
  const isElsewhere = await judgesElsewhere({ context, stack, sight }, { wanted, options });
  // Before anything is said: a secret must not be in it.
  (await sight.secretValues()).forEach(options.learnSecret);
  const onCrash = (reason: string): void => void incidents.push(reason);
  const judging = { wanted, now: () => clock.now(), onCrash };
  const inquiry: Inquiry = { context, stack, sight, lookerFor, judging };
  const results: CheckResult[] = [];
  for (const stage of checkStages) {
    const groups = stage.filter(
      (group) =>
        isWanted(group, { wanted, options }) && (!isElsewhere || group.isForInputs === true),
    );
    const judged = await Promise.all(groups.map((group) => group.run(inquiry)));
    results.push(...judged.flat());
  }
  if (signal.aborted) incidents.splice(0, Infinity, `interrupted: ${reasonOf(signal.reason)}`);
  // That everything could be carried out proves nothing by itself, so it is said where it was asked
  // for or does not hold.
  if (incidents.length > 0 || options.only?.includes(completeCheck.id) === true) {
    const verdict = judgeComplete(incidents);
    results.unshift({
      check: completeCheck,
      subject: `stack ${stack.name}`,
      verdict,
      durationMs: 0,
    });
  }
  const info = await sight.info();
  const report = summarizeResults(results, {
    stack: stack.name,
    os: stack.os,
    manifestDigest: stack.manifestDigest,
    engine: { url: sight.engine?.endpoint.url ?? "", version: info.value?.version ?? "" },
    version: context.version,
    startedAt,
    durationMs: clock.now() - startedAtMs,
    strict: options.strict,
  });
  return { report, error };
}

/**
 * Whether the images are for other machines than the Engine's: then only what the inputs give can
 * be judged here. Throws `engine-platform` when nothing of that is asked for.
 */
async function judgesElsewhere(
  { context, stack, sight }: Pick<Inquiry, "context" | "stack" | "sight">,
  asked: Parameters<typeof isWanted>[1],
): Promise<boolean> {
  const { value: machine } = await sight.info();
  if (machine === undefined || !isForeign(stack, machine)) return false;
  const groups = checkStages.flat().filter((group) => group.isForInputs === true);
  if (!groups.some((group) => isWanted(group, asked))) {
    throw new QclockError(
      "engine-platform",
      `The Engine runs ${nameOf(machine)}: nothing there is for ${platforms[stack.architecture].name}.`,
      { hint: "With --rebuild the images are built again for it and compared with the lock." },
    );
  }
  context.emit({
    type: "notice",
    level: "info",
    message: `The Engine runs ${nameOf(machine)}: only what the inputs give is checked.`,
  });
  return true;
}

async function connect(
  context: RunContext,
  lookerFor: (count: number) => Looker,
): Promise<{
  readonly sight: Sight;
  readonly stack: Stack;
  readonly error: QclockError | undefined;
}> {
  let error: QclockError | undefined;
  const engine = await lookerFor(1)("the Engine", async (): Promise<Engine> => {
    try {
      return await context.engine();
    } catch (thrown) {
      if (thrown instanceof QclockError) error = thrown;
      throw thrown;
    }
  });
  const stack = await lookForPresent(context.stack, engine.value, lookerFor(1));
  if (engine.value === undefined) {
    const failure = error?.message ?? "the Engine could not be asked";
    return { sight: seeNothing({ stack }, failure), stack, error };
  }
  const seen = { stack, engine: engine.value, look: lookerFor(concurrency) };
  return { sight: seeThrough(context, seen), stack, error };
}

/** What of a stack is looked at; without inactive profiles that is all of it. */
async function lookForPresent(
  stack: Stack,
  engine: Engine | undefined,
  look: Looker,
): Promise<Stack> {
  const active = narrowed(stack, new Set());
  if (engine === undefined || stack.inactive === undefined) return active;
  const present = await look("the services of inactive profiles", (signal) =>
    presentStack(stack, engine, signal),
  );
  return present.value ?? active;
}

function isWanted(
  { checks, onDemand }: CheckGroup,
  { wanted, options }: { readonly wanted: ReadonlySet<string>; readonly options: VerifyOptions },
): boolean {
  const isNamed = options.only !== undefined && checks.some(({ id }) => wanted.has(id));
  return onDemand ? options.rebuild || isNamed : checks.some(({ id }) => wanted.has(id));
}

function selectChecks(only: readonly string[] | undefined): ReadonlySet<string> {
  const all = new Set(checkCatalogue.map(({ id }) => id));
  if (only === undefined) return all;
  const unknown = only.filter((id) => !all.has(id));
  if (unknown.length > 0) {
    throw new QclockError("usage", `There is no check ${unknown.join(", ")}.`, {
      hint: "qclock verify --list shows them.",
    });
  }
  return new Set(only);
}
