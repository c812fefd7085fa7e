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
  request: EventsRequest,
): AsyncGenerator<ContainerEvent> {
  const { isPodman } = await client.info(request.signal);
  if (isPodman && request.until !== undefined) yield* untilMoment(client, request, request.until);
  else yield* readEvents(client, request);
}

/**
 * podman 4.3 gives no event at all, 5.4 few, when it is told a last moment. So the end is watched
 * for here: by the time of each event, and by the clock where it is still to come.
 */
async function* untilMoment(
  client: EngineClient,
  { until: _, ...request }: EventsRequest,
  untilSeconds: number,
): AsyncGenerator<ContainerEvent> {
  const untilMs = untilSeconds * 1000;
  const { clockOffsetMs } = await client.info(request.signal);
  const leftMs = untilMs - (Date.now() + clockOffsetMs);
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), Math.min(Math.max(0, leftMs), LONGEST_TIMER_MS));
  const signal = AbortSignal.any([end.signal, ...(request.signal ? [request.signal] : [])]);
  try {
    const span = leftMs > 0 ? { ...request, signal } : { ...request, past: true };
    for await (const event of readEvents(client, span)) {
      if (event.atMs > untilMs) return;
      yield event;
    }
  } catch (error) {
    if (request.signal?.aborted === true || !end.signal.aborted || leftMs <= 0) throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A timer takes no more milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

async function* readEvents(
  client: EngineClient,
  { filters, since, until, past, operation, signal }: EventsRequest & { readonly past?: boolean },
): AsyncGenerator<ContainerEvent> {
  const call = {
    path: "/events",
    query: {
      since: since?.toFixed(9),
      until: until?.toFixed(9),
      // podman's own: only what has happened already.
      stream: past === true ? "false" : undefined,
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
