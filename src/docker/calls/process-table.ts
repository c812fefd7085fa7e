import * as z from "zod/mini";
import type { EngineClient } from "../connection/client.ts";
import type { ProcessTable } from "../engine.ts";
import { engineStatus } from "../errors.ts";
import { parseForeign } from "../foreign.ts";
import { shortId } from "../short-id.ts";

const topSchema = z.object({
  Titles: z._default(z.array(z.string()), []),
  Processes: z.nullish(z.array(z.array(z.string()))),
});

/**
 * What podman shows of itself, in words of its own: for `ps -ef` it would run the container's ps,
 * which few images have. Source: podman-top(1).
 */
const podmanColumns = "user,pid,ppid,pcpu,etime,tty,time,args";

/**
 * The processes of a container as its Engine shows them to people: `ps -ef` on the Engine's
 * machine. Undefined where the Engine refuses: the container does not run any more, or is gone.
 */
export async function processTable(
  client: EngineClient,
  id: string,
  signal?: AbortSignal,
): Promise<ProcessTable | undefined> {
  const operation = `list the processes of container ${shortId(id)}`;
  const path = `/containers/${encodeURIComponent(id)}/top`;
  try {
    const { isPodman } = await client.info(signal);
    const query = isPodman ? { ps_args: podmanColumns } : {};
    const answer = await client.http.get({ path, query, operation, signal });
    const { Titles, Processes } = parseForeign(topSchema, answer, operation);
    return { titles: Titles, rows: Processes ?? [] };
  } catch (error) {
    const status = engineStatus(error);
    if (status === 404 || status === 409) return undefined;
    throw error;
  }
}
