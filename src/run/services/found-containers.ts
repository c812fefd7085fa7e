import type { ContainerState } from "../../docker/engine.ts";
import type { Service } from "../../stack/stack.ts";
import type { RunContext } from "../context.ts";
import { presentStack } from "./present-stack.ts";

/** What looking at containers of services needs. */
export type LookContext = Pick<RunContext, "stack" | "engine" | "signal">;

/** A service and its container as the Engine tells it; undefined where it has none. */
export interface FoundContainer {
  readonly service: Service;
  readonly state: ContainerState | undefined;
}

/**
 * The containers of some services, or of all that are active or have one, in the manifest's order
 * of dependencies.
 */
export async function foundContainers(
  { stack, engine: connect, signal }: LookContext,
  named: readonly Service[],
): Promise<readonly FoundContainer[]> {
  const engine = await connect();
  const services =
    named.length > 0 ? named : [...(await presentStack(stack, engine, signal)).services.values()];
  return await Promise.all(
    services.map(async (service) => ({
      service,
      state: await engine.inspectContainer(service.containerName, signal),
    })),
  );
}
