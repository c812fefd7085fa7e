import { observeRequest } from "../plan/observe-request.ts";
import { planTeardown } from "../plan/teardown.ts";
import type { RunContext } from "./context.ts";
import type { RunReport } from "./execution/event.ts";
import { takeLock } from "./hold/hold.ts";
import { emptyReport, executeOperations } from "./execution/run-plan.ts";

/** Stop and remove containers and networks, dependents first. Volumes, secrets and images stay. */
export async function down(
  context: RunContext,
  options: { readonly services?: readonly string[] },
): Promise<RunReport> {
  const { stack, signal } = context;
  const engine = await context.engine();
  await using lock = await takeLock({
    ...context,
    stackName: stack.name,
    mayGoWithout: true,
  });
  const plan = planTeardown({
    stackName: stack.name,
    stack,
    observed: await engine.observe(observeRequest(stack), signal),
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
      stackName: stack.name,
      engine,
      emit: context.emit,
      clock: context.clock,
      signal,
      assertLocked: () => lock.assertHeld(),
    },
    { performer: ({ performTaking }) => performTaking, command: "down", jobs: context.jobs },
  );
}
