import type { EngineClient } from "../connection/client.ts";
import type { ContainerEnd } from "../engine.ts";
import { shortId } from "../short-id.ts";
import { containerEvents } from "./events.ts";

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
  const filters = { container: [id], event: ["die"] };
  for await (const event of containerEvents(client, { filters, since, operation, signal })) {
    const { exitCode, atMs } = event;
    if (exitCode !== undefined) yield { exitCode, atMs };
  }
}
