import type { ContainerUsage } from "../../docker/engine.ts";
import type { Service } from "../../stack/stack.ts";
import { foundContainers, type LookContext } from "./found-containers.ts";

/** A row of `qclock stats`. */
export interface UsageRow {
  readonly service: string;
  readonly container: string;
  /** Absent: it does not run. */
  readonly usage?: ContainerUsage;
}

/** What the containers of some services, or of all, use at this moment. */
export async function measureServices(
  context: LookContext,
  services: readonly Service[],
): Promise<readonly UsageRow[]> {
  const engine = await context.engine();
  const found = await foundContainers(context, services);
  return await Promise.all(
    found.map(async ({ service: { name: service, containerName: container }, state }) => {
      const usage =
        state?.status === "running" ? await engine.usage(state.id, context.signal) : undefined;
      return { service, container, ...(usage === undefined ? {} : { usage }) };
    }),
  );
}
