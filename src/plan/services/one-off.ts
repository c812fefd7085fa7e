import { QclockError } from "../../error.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Plan, PlanNode } from "../plan.ts";

/**
 * The part of the plan of a service that a one-off container of it needs: its image, networks,
 * volumes and secrets, and the services that it depends on where they are planned, but not the
 * service itself, which stays as it is.
 *
 * Throws `usage` where something that is there would have to be made again first: that is left to
 * `up`, which says what it is about to do.
 */
export function planOneOff(
  plan: Plan,
  { stack, service: name }: { readonly stack: Pick<Stack, "services">; readonly service: string },
): Plan {
  const containerName = stack.services.get(name)?.containerName;
  const nodes = plan.nodes.filter(({ operation }) => {
    switch (operation.type) {
      case "create-container":
      case "connect-network":
      case "start-container":
      case "wait-ready":
      case "wait-completed":
        return operation.service !== name;
      case "remove-image":
        return false;
      case "stop-container":
      case "remove-container":
        if (operation.name === containerName) throw stale(name);
        return true;
      case "remove-network":
        throw stale(name);
      default:
        return true;
    }
  });
  return { ...plan, nodes: withoutDropped(nodes) };
}

function withoutDropped(nodes: readonly PlanNode[]): readonly PlanNode[] {
  const ids = new Set(nodes.map(({ id }) => id));
  return nodes.map((node) => ({ ...node, dependsOn: node.dependsOn.filter((id) => ids.has(id)) }));
}

function stale(service: string): QclockError {
  return new QclockError("usage", `Service "${service}" is not as the manifest declares it.`, {
    hint: `See qclock plan, and bring it up to date first: qclock up ${service}`,
  });
}
