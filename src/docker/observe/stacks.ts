import { labels } from "../../stack/labels.ts";
import type { EngineClient } from "../connection/client.ts";
import type { StackContainer } from "../engine.ts";
import { isOwn, type ListedContainer, listContainers, nameOf } from "./containers.ts";

/** The containers that qclock made, of all stacks; what only bears its labels is left out. */
export async function stackContainers(
  client: EngineClient,
  signal?: AbortSignal,
): Promise<readonly StackContainer[]> {
  const listed = await listContainers(client, { label: [labels.stack] }, signal);
  return listed.flatMap((container) => {
    const stack = container.Labels.get(labels.stack) ?? "";
    return isOwn(container, stack) ? [stackContainer(container, stack)] : [];
  });
}

function stackContainer(container: ListedContainer, stack: string): StackContainer {
  const role = container.Labels.get(labels.role);
  const manifest = container.Labels.get(labels.manifest);
  const os = container.Labels.get(labels.os);
  return {
    stack,
    name: nameOf(container),
    status: container.State,
    ...(role === undefined ? {} : { role }),
    ...(manifest === undefined ? {} : { manifest }),
    ...(os === undefined ? {} : { os }),
    ...(container.Created === undefined ? {} : { created: container.Created }),
  };
}
