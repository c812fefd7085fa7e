import { QclockError } from "../../error.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Plan, PlanNode } from "../plan.ts";
import { secretsVolumeName } from "../volumes/secret-volumes.ts";

/**
 * The part of the plan of a service that a one-off container of it needs: its image, networks,
 * volumes and secrets, and the services that it depends on, but not the service itself, which stays
 * as it is. With `withoutDependencies` other services stay as they are, too.
 *
 * Throws `usage` where something that is there would have to be made again first: that is left to
 * `up`, which says what it is about to do.
 */
export function planOneOff(
  plan: Plan,
  {
    stack,
    service: name,
    withoutDependencies,
  }: {
    readonly stack: Pick<Stack, "name" | "services">;
    readonly service: string;
    readonly withoutDependencies: boolean;
  },
): Plan {
  const containers = new Map(
    [...stack.services.values()].map((service) => [service.containerName, service.name]),
  );
  const ownSecrets = secretsVolumeName(stack.name, name);
  const isLeft = (service: string): boolean => service === name || withoutDependencies;
  const nodes = plan.nodes.filter(({ operation }) => {
    switch (operation.type) {
      case "create-container":
      case "connect-network":
      case "start-container":
      case "wait-ready":
      case "wait-completed":
        return !isLeft(operation.service);
      case "write-secrets":
        return operation.service === name || !withoutDependencies;
      case "remove-image":
        return false;
      case "stop-container":
      case "remove-container": {
        const service = containers.get(operation.name);
        if (service !== undefined && isLeft(service)) throw stale(service);
        return true;
      }
      case "remove-volume":
        // Of secrets that are written anew; with a container on it that would be removed, too.
        return operation.name === ownSecrets || !withoutDependencies;
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
