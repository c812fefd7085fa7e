import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import type { EngineClient } from "../connection/client.ts";
import type { ContainerRequest, ContainerState, Engine } from "../engine.ts";
import { engineStatus } from "../errors.ts";
import { podmanTmpfs } from "../podman/tmpfs.ts";
import { parseForeign } from "../foreign.ts";
import { isolationApi } from "../network-options.ts";
import { containerBody, describeRequest } from "./container-body.ts";
import { inspectImage } from "./images.ts";
import { containerSchema, containerState } from "./container-state.ts";
import { createdSchema } from "./created.ts";
import { findInspection } from "./inspection.ts";
import { explainPortInUse } from "./port-in-use.ts";
import { removeContainer } from "./remove-container.ts";
import { shortId } from "../short-id.ts";

type ContainerCalls = Pick<
  Engine,
  | "createContainer"
  | "startContainer"
  | "stopContainer"
  | "killContainer"
  | "removeContainer"
  | "inspectContainer"
  | "changedPaths"
  | "writtenBytes"
  | "waitContainer"
>;

const waitSchema = z.object({
  StatusCode: z.number(),
  Error: z.nullish(z.object({ Message: z.string() })),
});

const changesSchema = z.nullish(z.array(z.object({ Path: z.string() })));

const sizeSchema = z.object({ SizeRw: z.nullish(z.number()) });

/** The Engine's own time to kill and clean up after a grace period has ended. */
const afterGraceMs = 30_000;

/** The calls about the life of containers. */
export function containerCalls(client: EngineClient): ContainerCalls {
  const { http } = client;
  return {
    async createContainer(request, signal) {
      const { loggingDriver } = await client.info(signal);
      const operation = describeRequest(request);
      const { nameServers: _, ...asBefore } = request;
      const recorded = {
        // See `isolationApi`: an older Engine keeps the way out, and so its name servers.
        ...(client.hasApi(isolationApi) ? request : asBefore),
        tmpfs: await tmpfsOf(client, request, signal),
        labels: await client.recorded({ kind: "container", ...request, signal }),
      };
      const answer = await client.send({
        method: "POST",
        path: "/containers/create",
        query: { name: request.name },
        json: containerBody(recorded, loggingDriver),
        operation,
        signal,
      });
      return parseForeign(createdSchema, answer, operation).Id;
    },
    async startContainer(id, signal) {
      const operation = `start container ${shortId(id)}`;
      const path = `/containers/${encodeURIComponent(id)}/start`;
      const started = client.send({ method: "POST", path, operation, signal });
      await unless(304, started).catch(async (error: unknown) => {
        throw (await explainPortInUse(client, id, error)) ?? error;
      });
    },
    async stopContainer(id, gracePeriodMs, signal) {
      await unless(
        304,
        client.send({
          method: "POST",
          path: `/containers/${encodeURIComponent(id)}/stop`,
          query: { t: String(Math.ceil(gracePeriodMs / 1000)) },
          operation: `stop container ${shortId(id)}`,
          signal,
          expectedMs: gracePeriodMs,
          firstByteMs: gracePeriodMs + afterGraceMs,
        }),
      );
    },
    async killContainer(id, killSignal, signal) {
      const operation = `send ${killSignal} to container ${shortId(id)}`;
      // 409: it is not running.
      const path = `/containers/${encodeURIComponent(id)}/kill`;
      const query = { signal: killSignal };
      await unless(409, client.send({ method: "POST", path, query, operation, signal }));
    },
    async removeContainer(id, signal) {
      const operation = `remove container ${shortId(id)}`;
      const removed = removeContainer(client, id, { operation, signal });
      await unless(404, removed).catch(async (error: unknown) => {
        // With force 409 means that somebody else removes it at this moment: a run whose container
        // was stopped, or the Engine itself.
        if (engineStatus(error) !== 409 || !(await isRemovedByOthers(client, id, signal)))
          throw error;
      });
    },
    inspectContainer: (idOrName, signal) => inspectContainer(client, idOrName, signal),
    async changedPaths(id, signal) {
      const operation = `compare container ${shortId(id)} with its image`;
      const path = `/containers/${encodeURIComponent(id)}/changes`;
      const raw = await http.get({ path, operation, signal });
      return (parseForeign(changesSchema, raw, operation) ?? []).map(({ Path }) => Path);
    },
    async writtenBytes(id, signal) {
      const operation = `measure container ${shortId(id)}`;
      const path = `/containers/${encodeURIComponent(id)}/json`;
      const raw = await http.get({ path, query: { size: "true" }, operation, signal });
      return parseForeign(sizeSchema, raw, operation).SizeRw ?? undefined;
    },
    async waitContainer(id, signal) {
      const operation = `wait for container ${shortId(id)}`;
      const call = {
        method: "POST",
        path: `/containers/${encodeURIComponent(id)}/wait`,
        query: { condition: "not-running" },
        operation,
        signal,
        firstByteMs: 0,
      } as const;
      try {
        const { response } = await http.stream(call);
        const chunks: Uint8Array[] = [];
        for await (const chunk of response) chunks.push(chunk);
        return parseForeign(
          waitSchema,
          JSON.parse(Buffer.concat(chunks).toString("utf8")),
          operation,
        ).StatusCode;
      } catch (error) {
        throw http.failure(call, error);
      }
    },
  };
}

/** The paths in memory of a request, as the Engine takes them. */
async function tmpfsOf(
  client: EngineClient,
  request: ContainerRequest,
  signal: AbortSignal | undefined,
): Promise<ContainerRequest["tmpfs"]> {
  const { isPodman } = await client.info(signal);
  if (!isPodman || request.tmpfs.length === 0) return request.tmpfs;
  const image = await inspectImage(client, request.image, signal);
  return podmanTmpfs(request, request.user ?? image?.user ?? "");
}

/** How long the removal by somebody else is waited for. */
const OTHERS_MS = 10_000;

/** Wait for a removal that is under way; false when it stopped halfway or takes too long. */
async function isRemovedByOthers(
  client: EngineClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const endMs = Date.now() + OTHERS_MS;
  while (Date.now() < endMs) {
    const state = await inspectContainer(client, id, signal);
    if (state === undefined) return true;
    if (state.status !== "removing") return false;
    await sleep(20, undefined, { signal });
  }
  return false;
}

/** Look at one container by id or name. */
export async function inspectContainer(
  client: EngineClient,
  idOrName: string,
  signal?: AbortSignal,
): Promise<ContainerState | undefined> {
  const operation = `inspect container ${shortId(idOrName)}`;
  const raw = await findInspection(client, idOrName, { operation, signal });
  if (raw === undefined) return undefined;
  const { rootless } = await client.info(signal);
  return containerState(parseForeign(containerSchema, raw, operation), {
    raw,
    isRouted: !rootless,
  });
}

/** Wait for a change and take a status for success that says that there was nothing to change. */
async function unless(status: number, change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (engineStatus(error) !== status) throw error;
  }
}
