import { observeRequest } from "../plan/observe-request.ts";
import { planStop } from "../plan/taking/plan-stop.ts";
import type { Stack } from "../stack/stack.ts";
import type { RunContext } from "./context.ts";
import type { RunReport } from "./execution/event.ts";
import { emptyReport, executeOperations } from "./run-plan.ts";
import { takeHold } from "./hold/hold.ts";
import { refuseUnknownServices } from "./services/known-services.ts";

/** What stop works with: labels are enough, so that the stack may be missing. */
export type StopContext = Pick<
  RunContext,
  "engine" | "emit" | "clock" | "signal" | "jobs" | "holdTimeoutMs" | "runId" | "version" | "holder"
> & {
  readonly stackName: string;
  readonly stack: Stack | undefined;
};

/**
 * Stop containers, dependents first, and leave them where they are: `start` and `up` go on with
 * them.
 */
export async function stop(
  context: StopContext,
  options: { readonly services?: readonly string[] },
): Promise<RunReport> {
  const { stackName, stack, signal, emit, clock, jobs } = context;
  if (stack !== undefined) refuseUnknownServices(stack, options.services);
  const engine = await context.engine();
  await using hold = await takeHold({ ...context, mayGoWithout: true });
  const nothing = { imageReferences: [], containerNames: [], networkNames: [], volumeNames: [] };
  const names = stack === undefined ? { stack: stackName, ...nothing } : observeRequest(stack);
  const observed = await engine.observe({ ...names, purpose: "down" }, signal);
  const plan = planStop({ stackName, stack, observed, ...options });
  if (plan.nodes.length === 0) return emptyReport(context, "stop", plan);
  return await executeOperations(
    plan,
    {
      stackName,
      engine,
      emit,
      clock,
      signal,
      assertHeld: () => hold.assertHeld(),
    },
    { performer: ({ performTaking }) => performTaking, command: "stop", jobs },
  );
}
