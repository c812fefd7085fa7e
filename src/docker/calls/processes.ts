import * as z from "zod/mini";
import type { EngineClient } from "../connection/client.ts";
import type { ContainerProcess } from "../engine.ts";
import { engineStatus } from "../errors.ts";
import { parseForeign } from "../foreign.ts";
import { shortId } from "../short-id.ts";

const topSchema = z.object({ Processes: z.nullish(z.array(z.array(z.string()))) });
const execIdsSchema = z.object({ ExecIDs: z.nullish(z.array(z.string())) });
const execSchema = z.object({
  Pid: z._default(z.number(), 0),
  ProcessConfig: z.object({ privileged: z._default(z.boolean(), false) }),
});

/**
 * Options of ps(1), which the Engine runs on its machine. The name comes last, since it may hold
 * spaces.
 */
const columns = "-eo pid,ppid,uid,comm";

/**
 * The processes of a container, by `GET /containers/{id}/top`, which every access to the Engine
 * allows, be it from another machine. Undefined where the Engine cannot tell: the container does
 * not run, or its machine has no such ps.
 */
export async function containerProcesses(
  client: EngineClient,
  id: string,
  signal?: AbortSignal,
): Promise<readonly ContainerProcess[] | undefined> {
  const step = { operation: `list the processes of container ${shortId(id)}`, signal };
  const path = `/containers/${encodeURIComponent(id)}`;
  // podman runs the container's own ps for other columns than its own, of which the user's number
  // came with podman 5, and gives numbers of processes inside the container as parents.
  const { isPodman } = await client.info(signal);
  if (isPodman) return undefined;
  const top = await client.http
    .get({ path: `${path}/top`, query: { ps_args: columns }, ...step })
    .catch((error: unknown) => {
      if (engineStatus(error) === undefined) throw error;
    });
  if (top === undefined) return undefined;
  const privileged = await privilegedExecs(client, path, step);
  const rows = parseForeign(topSchema, top, step.operation).Processes ?? [];
  return rows.map(([pid, parent, uid, ...name]) => ({
    pid: Number(pid),
    parent: Number(parent),
    uid: Number(uid),
    command: name.join(" "),
    privileged: privileged.has(Number(pid)),
  }));
}

/** First processes of what runs by `docker exec --privileged`. */
async function privilegedExecs(
  { http }: EngineClient,
  path: string,
  step: { readonly operation: string; readonly signal: AbortSignal | undefined },
): Promise<ReadonlySet<number>> {
  const container = await http.find({ path: `${path}/json`, ...step });
  if (container === undefined) return new Set();
  const ids = parseForeign(execIdsSchema, container, step.operation).ExecIDs ?? [];
  const execs = await Promise.all(
    // It may have ended and been forgotten since it was listed.
    ids.map(async (id) => http.find({ path: `/exec/${encodeURIComponent(id)}/json`, ...step })),
  );
  return new Set(
    execs.flatMap((answer) => {
      if (answer === undefined) return [];
      const { Pid, ProcessConfig } = parseForeign(execSchema, answer, step.operation);
      return ProcessConfig.privileged ? [Pid] : [];
    }),
  );
}
