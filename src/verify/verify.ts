import { planStack } from "../run/plan-stack.ts";
import { probeServices } from "../run/probe-services.ts";
import type { Engine } from "../docker/engine.ts";
import type { RunContext } from "../run/context.ts";
import type { Plan } from "../plan/plan.ts";
import { QclockError } from "../error.ts";
import {
  checkCatalogue,
  imageChecks,
  probeCheck,
  rebuildCheck,
  serviceChecks,
  stackChecks,
} from "./catalogue.ts";
import { type Check, type CheckResult, skipped, type Verdict } from "./check.ts";
import { gather, type Gathered } from "./gather.ts";
import { observeReachability } from "./reachability.ts";
import { tryConnectionsIn } from "./try-connections.ts";
import { summarizeResults, type VerifyReport } from "./report.ts";

export interface VerifyOptions {
  /** Medium findings and skipped checks block, too. */
  readonly strict: boolean;
  /** Ids of the checks to run; absent: all. */
  readonly only?: readonly string[];
  /** Build each image again from nothing and compare. */
  readonly rebuild: boolean;
  /** Called with each secret's real value that was read, before anything is reported. */
  readonly learnSecret: (value: string) => void;
}

/** Run every probe and every check on what runs now, and say what was proved. Changes nothing. */
export async function verifyStack(
  context: RunContext,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const { stack, clock, emit } = context;
  const wanted = selectChecks(options.only);
  const now = (): number => clock.now();
  const startedAtMs = now();
  const startedAt = new Date().toISOString();
  const engine = await context.engine();

  emit({ type: "phase-started", phase: "verify-look", title: "Look at images and containers" });
  const { plan, prepared } = await planStack(context, {});
  const gathered = await gather(
    context,
    { desired: prepared.desired, target: prepared.target, drift: driftOf(plan) },
    (done, total) =>
      emit({ type: "phase-progress", phase: "verify-look", done, total, unit: "items" }),
  );
  for (const { subject } of gathered.services) subject?.secretValues.forEach(options.learnSecret);
  emit({
    type: "phase-finished",
    phase: "verify-look",
    note: `${gathered.images.length} images, ${gathered.services.length} services`,
  });

  const results: CheckResult[] = [];
  if (wanted.has(probeCheck.id)) results.push(...(await runProbes(context)));
  results.push(...judgeImages(gathered, wanted, now), ...judgeServices(gathered, wanted, now));
  if (stackChecks.some(({ id }) => wanted.has(id))) {
    emit({
      type: "phase-started",
      phase: "verify-network",
      title: "Try connections between services",
    });
    const reachability = await observeReachability({
      stack,
      running: gathered.running,
      tryConnections: tryConnectionsIn(context, engine, gathered.helper),
      sleep: (durationMs) => clock.sleep(durationMs, context.signal),
    });
    emit({
      type: "phase-finished",
      phase: "verify-network",
      note: `${reachability.length} pairs of services`,
    });
    const subject = { stack, reachability };
    results.push(...runChecks(stackChecks, { subject, name: `stack ${stack.name}`, wanted, now }));
  }
  if (options.rebuild || options.only?.includes(rebuildCheck.id) === true) {
    results.push(...(await rebuild(context, engine)));
  }
  return summarizeResults(results, {
    stack: stack.name,
    os: stack.os,
    manifestDigest: stack.manifestDigest,
    engine: { url: engine.endpoint.url, version: gathered.engine.version },
    version: context.version,
    startedAt,
    durationMs: clock.now() - startedAtMs,
    strict: options.strict,
  });
}

async function rebuild(context: RunContext, engine: Engine): Promise<readonly CheckResult[]> {
  const { emit } = context;
  const phase = "verify-rebuild";
  emit({ type: "phase-started", phase, title: "Build every image again from nothing" });
  const { rebuildImages } = await import("./rebuild.ts");
  const results = await rebuildImages(context, engine, (done, total) =>
    emit({ type: "phase-progress", phase, done, total, unit: "items" }),
  );
  const same = results.filter(({ verdict }) => verdict.status === "passed").length;
  emit({ type: "phase-finished", phase, note: `${same} of ${results.length} are the same` });
  return results;
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

async function runProbes(context: RunContext): Promise<readonly CheckResult[]> {
  const { emit } = context;
  emit({ type: "phase-started", phase: "verify-probes", title: "Run every probe" });
  const results = await probeServices(context, {});
  emit({
    type: "phase-finished",
    phase: "verify-probes",
    note: `${results.filter(({ ok }) => ok).length} of ${results.length} probes answer`,
  });
  return results.map(({ service, probe, ok, message, durationMs }) => ({
    check: { ...probeCheck, title: `probe ${probe} answers` },
    subject: `service ${service}`,
    verdict: ok
      ? { status: "passed", note: message }
      : { status: "failed", evidence: [message], hint: `See qclock logs ${service}.` },
    durationMs,
  }));
}

interface Judging<Subject> {
  readonly subject: Subject;
  readonly name: string;
  readonly wanted: ReadonlySet<string>;
  readonly now: () => number;
}

function runChecks<Subject>(
  checks: readonly Check<Subject>[],
  judging: Judging<Subject>,
): readonly CheckResult[] {
  const { subject, name, wanted, now } = judging;
  return checks
    .filter(({ id }) => wanted.has(id))
    .map((check) => {
      const startedAt = now();
      const verdict = check.run(subject);
      return { check: infoOf(check), subject: name, verdict, durationMs: now() - startedAt };
    });
}

function judgeImages(
  { images }: Gathered,
  wanted: ReadonlySet<string>,
  now: () => number,
): readonly CheckResult[] {
  return images.flatMap(({ name, subject }) =>
    subject === undefined
      ? missing(imageChecks, {
          name: `image ${name}`,
          wanted,
          presence: "IMG-023",
          what: "it is not in the Engine",
          hint: "Run qclock build.",
        })
      : runChecks(imageChecks, { subject, name: `image ${name}`, wanted, now }),
  );
}

function judgeServices(
  { services }: Gathered,
  wanted: ReadonlySet<string>,
  now: () => number,
): readonly CheckResult[] {
  return services.flatMap(({ service, subject }) =>
    subject === undefined
      ? missing(serviceChecks, {
          name: `service ${service.name}`,
          wanted,
          presence: "RUN-019",
          what: "it has no container",
          hint: "Run qclock up.",
        })
      : runChecks(serviceChecks, { subject, name: `service ${service.name}`, wanted, now }),
  );
}

/** Of something that is not there one check says so, and the others that they could not look. */
function missing(
  checks: readonly Check<never>[],
  about: {
    readonly name: string;
    readonly wanted: ReadonlySet<string>;
    readonly presence: string;
    readonly what: string;
    readonly hint: string;
  },
): readonly CheckResult[] {
  const { name, wanted, presence, what, hint } = about;
  return checks
    .filter(({ id }) => wanted.has(id))
    .map((check) => {
      const verdict: Verdict =
        check.id === presence ? { status: "failed", evidence: [what], hint } : skipped(what);
      return { check: infoOf(check), subject: name, verdict, durationMs: 0 };
    });
}

function infoOf({ id, title, severity, sources }: Check<never>): CheckResult["check"] {
  return { id, title, severity, sources };
}

/** What a plan would do to each service: the operations on its container, with their causes. */
function driftOf(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const drift = new Map<string, string[]>();
  for (const { operation, cause } of plan.nodes) {
    if (
      !("service" in operation) ||
      operation.type === "wait-ready" ||
      operation.type === "wait-completed"
    )
      continue;
    drift.set(operation.service, [
      ...(drift.get(operation.service) ?? []),
      `${operation.type}: ${cause}`,
    ]);
  }
  return drift;
}
