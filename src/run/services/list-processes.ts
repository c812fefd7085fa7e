import type { ProcessTable } from "../../docker/engine.ts";
import type { Service } from "../../stack/stack.ts";
import { foundContainers, type LookContext } from "./found-containers.ts";

/** The processes of a service's container; of one that does not run there are none. */
export interface ServiceProcesses {
  readonly service: string;
  readonly container: string;
  readonly table: ProcessTable | undefined;
}

/** What runs in the containers of some services, or of all. */
export async function listProcesses(
  context: LookContext,
  services: readonly Service[],
): Promise<readonly ServiceProcesses[]> {
  const engine = await context.engine();
  const found = await foundContainers(context, services);
  return await Promise.all(
    found.map(async ({ service: { name: service, containerName: container }, state }) => ({
      service,
      container,
      table: state && (await engine.processTable(state.id, context.signal)),
    })),
  );
}
