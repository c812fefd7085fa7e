import { countOf } from "../count.ts";
import type { Engine } from "../docker/engine.ts";
import { QclockError } from "../error.ts";
import { recordedIds } from "../plan/built-images.ts";
import { planChanges } from "../plan/plan-changes.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunContext } from "../run/context.ts";
import { type PlannedStack, planStack } from "../run/plan-stack.ts";
import type { Stack } from "../stack/stack.ts";
import {
  checkCatalogue,
  completeCheck,
  probeCheck,
  proofCheck,
  rebuildCheck,
  stackChecks,
} from "./catalogue.ts";
import { type CheckResult, judge, passed, type Verdict } from "./check.ts";
import { firstOf } from "./compare-files.ts";
import { gather, type Gathered, nothingGathered } from "./gather.ts";
import type { Expectation } from "./gather-image.ts";
import { observeHostReach, readListening } from "./host-services.ts";
import { judgeImages, judgeServices, type JudgeRequest } from "./judge-gathered.ts";
import { createLooker, type Look, type Looker, reasonOf } from "./look.ts";
import { checkProofs } from "./prove-packages.ts";
import { runProbes } from "./probe-checks.ts";
import { observeReachability } from "./reachability.ts";
import { summarizeResults, type VerifyReport } from "./report.ts";
import { runChecks } from "./run-checks.ts";
import { tryConnectionsIn } from "./try-connections.ts";

export interface VerifyOptions {
  /** Medium findings and skipped checks block, too. */
  readonly strict: boolean;
  /** Ids of the checks to run; absent: all. */
  readonly only?: readonly string[];
  /** Build each image again from nothing and compare. */
  readonly rebuild: boolean;
  /** Called with each secret's real value that was read, before anything is reported. */
  readonly learnSecret: (value: string) => void;
  /** How long one look may take; absent: 30 s. Reading an image back and trying connections have their own. */
  readonly deadlineMs?: number;
}

/** What was proved, and the error that kept the Engine from being asked at all. */
export interface Verified {
  readonly report: VerifyReport;
  readonly error: QclockError | undefined;
}

/** Looks that run at a time: enough that 60 services are not asked one after the other, few enough for the Engine. */
const concurrency = 8;
/** Trying connections is mostly waiting. */
const connecting = 16;
const lookMs = 30_000;
/** Hashing the project's files takes as long as there are files. */
const planMs = 600_000;

const shownIncidents = 20;

/** What the steps of one run share. */
interface Verification {
  readonly context: RunContext;
  readonly options: VerifyOptions;
  readonly wanted: ReadonlySet<string>;
  readonly lookerFor: (count: number) => Looker;
  /** What kept a check from being carried out. */
  readonly incidents: string[];
}

/**
 * Run every probe and every check on what runs now, and say what was proved. Changes nothing. Always comes to a report:
 * what passes its deadline, crashes or is interrupted is a check that failed with the reason, and the rest goes on.
 *
 * Throws `usage` for checks that do not exist, and nothing else.
 */
export async function verifyStack(context: RunContext, options: VerifyOptions): Promise<Verified> {
  const { stack, clock, signal } = context;
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
  const verification: Verification = { context, options, wanted, lookerFor, incidents };
  const { engine, error } = await connect(verification);
  const { gathered, results } =
    engine === undefined ? withoutEngine(verification, error) : await examine(verification, engine);
  const complete = judgeComplete(verification);
  const all = [...(complete === undefined ? [] : [complete]), ...results];
  const report = summarizeResults(all, {
    stack: stack.name,
    os: stack.os,
    manifestDigest: stack.manifestDigest,
    engine: {
      url: engine?.endpoint.url ?? "",
      version: gathered.engine.value?.version ?? "",
    },
    version: context.version,
    startedAt,
    durationMs: clock.now() - startedAtMs,
    strict: options.strict,
  });
  return { report, error };
}

async function connect({ context, lookerFor }: Verification): Promise<{
  readonly engine: Engine | undefined;
  readonly error: QclockError | undefined;
}> {
  let error: QclockError | undefined;
  const engine = await lookerFor(1)("the Engine", async () => {
    try {
      return await context.engine();
    } catch (thrown) {
      if (thrown instanceof QclockError) error = thrown;
      throw thrown;
    }
  });
  return { engine: engine.value, error };
}

interface Examined {
  readonly gathered: Gathered;
  readonly results: readonly CheckResult[];
}

function withoutEngine(verification: Verification, error: QclockError | undefined): Examined {
  const { stack } = verification.context;
  const gathered = nothingGathered(stack, error?.message ?? "the Engine could not be asked");
  return { gathered, results: judgeAll(verification, gathered) };
}

async function examine(verification: Verification, engine: Engine): Promise<Examined> {
  const { context, options, wanted, lookerFor } = verification;
  const gathered = await lookAtEverything(verification, engine);
  gathered.secretValues.forEach(options.learnSecret);
  const results: CheckResult[] = [];
  if (wanted.has(probeCheck.id))
    results.push(...(await runProbes(context, lookerFor(concurrency))));
  if (wanted.has(proofCheck.id)) results.push(await checkProofs(context, lookerFor(1)));
  results.push(...judgeAll(verification, gathered));
  if (stackChecks.some(({ id }) => wanted.has(id)))
    results.push(...(await judgeStack(verification, engine, gathered)));
  if (options.rebuild || options.only?.includes(rebuildCheck.id) === true)
    results.push(...(await rebuild(verification, engine)));
  return { gathered, results };
}

async function lookAtEverything(
  { context, lookerFor }: Verification,
  engine: Engine,
): Promise<Gathered> {
  const { emit } = context;
  const phase = "verify-look";
  emit({ type: "phase-started", phase, title: "Look at images and containers" });
  const look = lookerFor(concurrency);
  const expectation: Look<Expectation> = await look(
    "what the manifest asks for",
    async (signal) => {
      // What the lock lacks is a finding like any other: those images are not what they must be.
      const planned = await planStack({ ...context, signal }, {}, "foresee");
      const { plan, prepared, observed } = planned;
      const closed = observed.networks.filter(({ outbound }) => !outbound);
      const isolated = observed.networks.filter((network) => network.isolated);
      return {
        desired: prepared.desired,
        target: prepared.target,
        recorded: recordedOf(context.stack, planned),
        drift: driftOf(plan),
        closedNetworks: new Set(closed.map(({ name }) => name)),
        canCloseWayOut: observed.engine.isolatesNetworks,
        isolatedNetworks: new Set(isolated.map(({ name }) => name)),
      };
    },
    planMs,
  );
  const onProgress = (done: number, total: number): void =>
    emit({ type: "phase-progress", phase, done, total, unit: "items" });
  const gathered = await gather(context, { engine, look, expectation, onProgress });
  const note = `${countOf(gathered.images.length, "image")}, ${countOf(gathered.services.length, "service")}`;
  emit({ type: "phase-finished", phase, note });
  return gathered;
}

function judgeAll(verification: Verification, gathered: Gathered): readonly CheckResult[] {
  const request = judgeRequest(verification);
  return [...judgeImages(gathered.images, request), ...judgeServices(gathered.services, request)];
}

function judgeRequest({ context, wanted, incidents }: Verification): JudgeRequest {
  const { clock } = context;
  return { wanted, now: () => clock.now(), onCrash: (reason) => incidents.push(reason) };
}

async function judgeStack(
  verification: Verification,
  engine: Engine,
  { running, helper }: Gathered,
): Promise<readonly CheckResult[]> {
  const { context, lookerFor } = verification;
  const { stack, clock, signal, emit } = context;
  const phase = "verify-network";
  emit({ type: "phase-started", phase, title: "Try connections between services" });
  const tryConnections = tryConnectionsIn(context, engine, {
    helper,
    look: lookerFor(connecting),
  });
  const reachability = await observeReachability({
    stack,
    running,
    tryConnections,
    // Interrupted, the next try fails at once and says so.
    sleep: async (durationMs) => clock.sleep(durationMs, signal).catch(() => undefined),
  });
  const listening = engine.endpoint.local ? await readListening() : undefined;
  const hostReach =
    listening === undefined
      ? undefined
      : await observeHostReach({ running, listening, tryConnections });
  emit({
    type: "phase-finished",
    phase,
    note: `${countOf(reachability.length, "pair")} of services`,
  });
  const subject = { stack, reachability, hostReach };
  const name = `stack ${stack.name}`;
  return runChecks(stackChecks, { ...judgeRequest(verification), subject, name });
}

async function rebuild(
  { context, incidents }: Verification,
  engine: Engine,
): Promise<readonly CheckResult[]> {
  const { emit, stack } = context;
  const phase = "verify-rebuild";
  emit({ type: "phase-started", phase, title: "Build every image again from nothing" });
  const { rebuildImages } = await import("./rebuild.ts");
  try {
    const results = await rebuildImages(context, engine, (done, total) =>
      emit({ type: "phase-progress", phase, done, total, unit: "items" }),
    );
    const same = results.filter(({ verdict }) => verdict.status === "passed").length;
    emit({ type: "phase-finished", phase, note: `${same} of ${results.length} are the same` });
    return results;
  } catch (error) {
    const reason = `building again: ${reasonOf(error)}`;
    incidents.push(reason);
    emit({ type: "phase-finished", phase, note: "not finished" });
    const verdict: Verdict = { status: "failed", evidence: [reason] };
    return [{ check: rebuildCheck, subject: `stack ${stack.name}`, verdict, durationMs: 0 }];
  }
}

/** That everything could be carried out; undefined where it was and nobody asked, since that alone proves nothing. */
function judgeComplete({ context, options, incidents }: Verification): CheckResult | undefined {
  const { signal, stack } = context;
  const why = signal.aborted
    ? [`interrupted: ${reasonOf(signal.reason)}`]
    : [...new Set(incidents)];
  if (why.length === 0 && options.only?.includes(completeCheck.id) !== true) return undefined;
  const verdict = why.length === 0 ? passed() : judge(firstOf(why, shownIncidents));
  return { check: completeCheck, subject: `stack ${stack.name}`, verdict, durationMs: 0 };
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

/** The ids that each image may have. */
function recordedOf(
  stack: Stack,
  { observed, records, prepared }: PlannedStack,
): ReadonlyMap<string, ReadonlySet<string>> {
  const evidence = { stack, observed, records };
  return new Map(
    [...stack.images.values()].map((image) => {
      const fingerprint = prepared.desired.get(image.name)?.fingerprint ?? "";
      return [image.name, recordedIds(evidence, image, fingerprint)];
    }),
  );
}

/** What a plan would do to each service, in words; that it waits for one says nothing about it. */
function driftOf(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const drift = new Map<string, readonly string[]>();
  for (const { action, kind, name, cause } of planChanges(plan)) {
    if (action === "wait" || (kind !== "service" && kind !== "secrets")) continue;
    drift.set(name, [...(drift.get(name) ?? []), `up would ${action} the ${kind}: ${cause}`]);
  }
  return drift;
}
