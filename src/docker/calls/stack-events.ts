import * as z from "zod/mini";
import { labels } from "../../stack/labels.ts";
import { isOurs } from "../../stack/ownership.ts";
import type { EngineClient } from "../connection/client.ts";
import type { StackEvent } from "../engine.ts";
import { parseForeign } from "../foreign.ts";
import { decodeJsonLines } from "../progress/json-lines.ts";

const eventSchema = z.object({
  Action: z._default(z.string(), ""),
  timeNano: z._default(z.number(), 0),
  Actor: z.object({
    ID: z._default(z.string(), ""),
    /** The container's labels, and facts about the event. */
    Attributes: z.nullish(z.record(z.string(), z.union([z.string(), z.number()]))),
  }),
});

/**
 * What happens to the containers of a stack's services. Those that only bear its labels are left
 * out, and so are holds, helpers and one-offs.
 */
export async function* stackEvents(
  client: EngineClient,
  stack: string,
  {
    span: { since, until },
    signal,
  }: {
    readonly span: { readonly since?: number; readonly until?: number };
    readonly signal: AbortSignal | undefined;
  },
): AsyncGenerator<StackEvent> {
  const operation = `follow the events of stack ${stack}`;
  const filters = { type: ["container"], label: [`${labels.stack}=${stack}`] };
  const call = {
    path: "/events",
    query: {
      since: since?.toFixed(9),
      until: until?.toFixed(9),
      filters: JSON.stringify(filters),
    },
    operation,
    signal,
    // Podman sends nothing, the answer's head included, before there is an event.
    firstByteMs: 0,
  };
  const { response } = await client.http.stream(call);
  try {
    for await (const line of decodeJsonLines(response)) {
      const event = stackEvent(parseForeign(eventSchema, line, operation), stack);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    throw client.http.failure(call, error);
  } finally {
    response.destroy();
  }
}

function stackEvent(
  { Action, timeNano, Actor }: z.infer<typeof eventSchema>,
  stack: string,
): StackEvent | undefined {
  const attributes = new Map(
    Object.entries(Actor.Attributes ?? {}).map(([key, value]) => [key, String(value)]),
  );
  const container = attributes.get("name") ?? "";
  const service = attributes.get(labels.service);
  if (service === undefined) return undefined;
  // An event does not say when its container was made; its name, labels and record fit together.
  if (!isOurs({ kind: "container", stack, name: container, labels: attributes })) return undefined;
  const exitCode = Number(attributes.get("exitCode"));
  return {
    atMs: timeNano / 1e6,
    action: Action,
    containerId: Actor.ID,
    container,
    service,
    image: attributes.get("image") ?? "",
    ...(attributes.has("exitCode") && Number.isInteger(exitCode) ? { exitCode } : {}),
  };
}
