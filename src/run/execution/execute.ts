import { QclockError } from "../../error.ts";
import type { Operation, Plan, PlanNode } from "../../plan/plan.ts";
import type { Clock } from "../context.ts";
import type { Emit, Outcome, RunEventBody, RunReport, StepReport } from "./event.ts";
import { limit } from "../../limit.ts";
import { advance, beginRun, summarize } from "./report.ts";

export interface ExecuteRequest<Of extends Operation = Operation> {
  readonly plan: Plan<Of>;
  /** For the reader: `up`, `build`. */
  readonly command: string;
  /** Carry out one node; resolves with a short fact for the reader. */
  readonly perform: (node: PlanNode<Of>) => Promise<string | undefined>;
  /**
   * Failures that end the whole run with this error instead of failing the node: what was planned
   * no longer holds.
   */
  readonly endsRun?: (error: QclockError) => boolean;
  /**
   * What is done, once every node has ended, about a run that failed or was interrupted; before its
   * report, so that it can be said there.
   */
  readonly conclude?: () => Promise<void>;
  /** Parts of the nodes' work, asked for at the end. */
  readonly steps?: () => readonly StepReport[];
  readonly emit: Emit;
  readonly clock: Clock;
  readonly jobs: number;
  readonly signal: AbortSignal;
}

/**
 * Walk a plan, starting each node as soon as its dependencies have succeeded. Decides nothing: what
 * to do, and why, was settled by the planner. A failed node skips what depends on it and spares the
 * rest.
 */
export async function execute<Of extends Operation>(
  request: ExecuteRequest<Of>,
): Promise<RunReport> {
  const { plan, command, clock } = request;
  let run = beginRun();
  // The report is the sum of the events, so it cannot disagree with what was shown.
  const emit = (event: RunEventBody): void => {
    run = advance(run, { ...event, atMs: clock.now() });
    request.emit(event);
  };
  emit({ type: "run-started", command, plan });
  const perform = limitWaits(request);
  const outcomes = new Map<string, Promise<Outcome>>();
  for (const node of plan.nodes) {
    // Nodes come after their dependencies, so each dependency is already here.
    const dependencies = node.dependsOn.flatMap((id) => outcomes.get(id) ?? []);
    outcomes.set(node.id, runNode(node, dependencies, { ...request, emit, perform }));
  }
  // All of them, also when one hits a bug or ends the run: nothing may go on changing the Engine
  // once the hold is given back.
  const ended = await Promise.allSettled(outcomes.values());
  const end = ended.find((one) => one.status === "rejected");
  // One that starts over has not failed yet.
  const startsOver = end?.reason instanceof QclockError && request.endsRun?.(end.reason) === true;
  const isDone = end === undefined && summarize(run, clock.now()).status === "succeeded";
  if (!isDone && !startsOver) await request.conclude?.();
  if (end !== undefined) throw end.reason;
  const report = summarize(run, clock.now(), request.steps?.());
  emit({ type: "run-finished", report });
  return report;
}

/**
 * Waiting costs nothing, and a place that a waiting node holds is one that a starting node lacks.
 */
function limitWaits<Of extends Operation>({
  perform,
  jobs,
}: ExecuteRequest<Of>): ExecuteRequest<Of>["perform"] {
  const limited = limit(jobs, perform);
  return (node) => (node.operation.type.startsWith("wait-") ? perform(node) : limited(node));
}

async function runNode<Of extends Operation>(
  node: PlanNode<Of>,
  dependencies: readonly Promise<Outcome>[],
  request: ExecuteRequest<Of>,
): Promise<Outcome> {
  const settled = await Promise.allSettled(dependencies);
  const isBlocked = settled.some(
    (one) => one.status === "rejected" || one.value.status !== "succeeded",
  );
  const outcome = await attempt(node, isBlocked, request);
  request.emit({ type: "node-finished", node, outcome });
  return outcome;
}

async function attempt<Of extends Operation>(
  node: PlanNode<Of>,
  isBlocked: boolean,
  request: ExecuteRequest<Of>,
): Promise<Outcome> {
  const { signal, emit, perform } = request;
  if (signal.aborted) return { status: "skipped", reason: "aborted" };
  if (isBlocked) return { status: "skipped", reason: "dependency-failed" };
  emit({ type: "node-started", node });
  try {
    const note = await perform(node);
    return note === undefined ? { status: "succeeded" } : { status: "succeeded", note };
  } catch (error) {
    if (signal.aborted) return { status: "skipped", reason: "aborted" };
    if (!(error instanceof QclockError) || request.endsRun?.(error) === true) throw error;
    return { status: "failed", error };
  }
}
