import type { EngineClient } from "../connection/client.ts";

/**
 * Remove a container, running or not. Its anonymous volumes go with it; a named one never does.
 * Throws what the Engine refuses with, also where there is none.
 */
export async function removeContainer(
  client: EngineClient,
  id: string,
  { operation, signal }: { readonly operation: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  await client.send({
    method: "DELETE",
    path: `/containers/${encodeURIComponent(id)}`,
    query: { v: "true", force: "true" },
    operation,
    signal,
  });
}
