import { labels } from "../../stack/labels.ts";
import { isOurs } from "../../stack/ownership.ts";
import type { EngineClient } from "../connection/client.ts";
import type { StackEvent } from "../engine.ts";
import { type ContainerEvent, containerEvents } from "./events.ts";

/**
 * What happens to the containers of a stack's services. Those that only bear its labels are left
 * out, and so are holds, helpers and one-offs.
 */
export async function* stackEvents(
  client: EngineClient,
  stack: string,
  {
    span,
    signal,
  }: {
    readonly span: { readonly since?: number; readonly until?: number };
    readonly signal: AbortSignal | undefined;
  },
): AsyncGenerator<StackEvent> {
  const operation = `follow the events of stack ${stack}`;
  const filters = { label: [`${labels.stack}=${stack}`] };
  for await (const each of containerEvents(client, { filters, ...span, operation, signal })) {
    const event = stackEvent(each, stack);
    if (event !== undefined) yield event;
  }
}

function stackEvent(
  { attributes, ...event }: ContainerEvent,
  stack: string,
): StackEvent | undefined {
  const container = attributes.get("name") ?? "";
  const service = attributes.get(labels.service);
  if (service === undefined) return undefined;
  // An event does not say when its container was made; its name, labels and record fit together.
  if (!isOurs({ kind: "container", stack, name: container, labels: attributes })) return undefined;
  return { ...event, container, service, image: attributes.get("image") ?? "" };
}
