import { observeRequest } from "../plan/observe-request.ts";
import { planTeardown } from "../plan/taking/teardown.ts";
import type { RunReport } from "./execution/event.ts";
import { takeHold } from "./hold/hold.ts";
import { emptyReport, executeOperations } from "./run-plan.ts";
import { refuseUnknownServices } from "./services/known-services.ts";
import type { StopContext } from "./stop.ts";

/**
 * Stop and remove containers and networks, dependents first. Volumes, secrets and images stay.
 * Labels are enough, so that the stack may be missing.
 */
export async function down(
  context: StopContext,
  options: { readonly services?: readonly string[] },
): Promise<RunReport> {
  const { stackName, stack, signal } = context;
  if (stack !== undefined) refuseUnknownServices(stack, options.services);
  const engine = await context.engine();
  await using hold = await takeHold({ ...context, mayGoWithout: true });
  const nothing = { imageReferences: [], containerNames: [], networkNames: [], volumeNames: [] };
  const names = stack === undefined ? { stack: stackName, ...nothing } : observeRequest(stack);
  const plan = planTeardown({
    stackName,
    stack,
    observed: await engine.observe({ ...names, purpose: "down" }, signal),
    options: {
      ...(options.services === undefined ? {} : { services: options.services }),
      removeVolumes: false,
      removeImages: false,
      cause: "asked for",
    },
  });
  if (plan.nodes.length === 0) return emptyReport(context, "down", plan);
  return await executeOperations(
    plan,
    {
      stackName,
      engine,
      emit: context.emit,
      clock: context.clock,
      signal,
      assertHeld: () => hold.assertHeld(),
    },
    { performer: ({ performTaking }) => performTaking, command: "down", jobs: context.jobs },
  );
}
