import * as z from "zod/mini";
import type { EngineClient } from "../connection/client.ts";
import type { ContainerEnd } from "../engine.ts";
import { parseForeign } from "../foreign.ts";
import { decodeJsonLines } from "../progress/json-lines.ts";
import { shortId } from "../short-id.ts";

const eventSchema = z.object({
  timeNano: z._default(z.number(), 0),
  Actor: z.nullish(
    z.object({ Attributes: z.nullish(z.record(z.string(), z.union([z.string(), z.number()]))) }),
  ),
});

/**
 * Each end of a container's program since a moment, those that the Engine still remembers first,
 * then as they come. An inspection shows the last end only until the container is started again;
 * the events have every one. Ends when the Engine does.
 */
export async function* containerEnds(
  client: EngineClient,
  id: string,
  { since, signal }: { readonly since: number; readonly signal: AbortSignal | undefined },
): AsyncGenerator<ContainerEnd> {
  const operation = `follow the events of container ${shortId(id)}`;
  const filters = { type: ["container"], container: [id], event: ["die"] };
  const call = {
    path: "/events",
    query: { since: since.toFixed(9), filters: JSON.stringify(filters) },
    operation,
    signal,
    // Podman sends nothing, the answer's head included, before there is an event.
    firstByteMs: 0,
  };
  const { response } = await client.http.stream(call);
  try {
    for await (const line of decodeJsonLines(response)) {
      const { timeNano, Actor } = parseForeign(eventSchema, line, operation);
      const code = Number(Actor?.Attributes?.["exitCode"]);
      if (Number.isInteger(code)) yield { exitCode: code, atMs: timeNano / 1e6 };
    }
  } catch (error) {
    throw client.http.failure(call, error);
  } finally {
    response.destroy();
  }
}
