import * as z from "zod/mini";
import type { EngineClient } from "../connection/client.ts";
import { parseForeign } from "../foreign.ts";
import { decodeJsonLines } from "../progress/json-lines.ts";

/** The last moment that a date can tell, in nanoseconds since 1970. */
const LAST_NS = 8.64e21;

const eventSchema = z.object({
  Action: z._default(z.string(), ""),
  timeNano: z._default(z.number().check(z.minimum(0), z.maximum(LAST_NS)), 0),
  Actor: z.nullish(
    z.object({
      ID: z._default(z.string(), ""),
      /** The container's labels, and facts about the event. */
      Attributes: z.nullish(z.record(z.string(), z.union([z.string(), z.number()]))),
    }),
  ),
});

/** Something that happened to a container. */
export interface ContainerEvent {
  readonly action: string;
  /** Milliseconds since 1970, on the Engine's clock. */
  readonly atMs: number;
  readonly containerId: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Of a program that ended. */
  readonly exitCode?: number;
}

/** Which events are meant. Moments are seconds since 1970. */
export interface EventsRequest {
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * What happens to containers: what the Engine still remembers since a moment first, then as it
 * comes. Ends when the Engine does.
 */
export async function* containerEvents(
  client: EngineClient,
  { filters, since, until, operation, signal }: EventsRequest,
): AsyncGenerator<ContainerEvent> {
  const call = {
    path: "/events",
    query: {
      since: since?.toFixed(9),
      until: until?.toFixed(9),
      filters: JSON.stringify({ type: ["container"], ...filters }),
    },
    operation,
    signal,
    // Podman sends nothing, the answer's head included, before there is an event.
    firstByteMs: 0,
  };
  const { response } = await client.http.stream(call);
  try {
    for await (const line of decodeJsonLines(response))
      yield containerEvent(parseForeign(eventSchema, line, operation));
  } catch (error) {
    throw client.http.failure(call, error);
  } finally {
    response.destroy();
  }
}

function containerEvent({ Action, timeNano, Actor }: z.infer<typeof eventSchema>): ContainerEvent {
  const attributes = new Map(
    Object.entries(Actor?.Attributes ?? {}).map(([key, value]) => [key, String(value)]),
  );
  const exitCode = Number(attributes.get("exitCode"));
  return {
    action: Action,
    atMs: timeNano / 1e6,
    containerId: Actor?.ID ?? "",
    attributes,
    ...(Number.isInteger(exitCode) ? { exitCode } : {}),
  };
}
