import { randomBytes } from "node:crypto";
import { labels } from "../../stack/labels.ts";
import type { EngineClient } from "../connection/client.ts";
import { limitSilence } from "../connection/silence.ts";
import { parseForeign } from "../foreign.ts";
import { shortId } from "../short-id.ts";
import { createdSchema } from "./created.ts";
import { removeContainer } from "./remove-container.ts";

/**
 * Every file of an image as one tar stream. The Engine exports containers only, so one is made that
 * is never started, and removed when the stream ends or its reader stops; a crash in between leaves
 * a container labelled as a helper.
 */
export async function exportImage(
  client: EngineClient,
  reference: string,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const operation = `export image ${reference}`;
  const name = `qclock-export-${randomBytes(6).toString("hex")}`;
  const own = new Map([[labels.role, "helper"]]);
  const recorded = await client.recorded({ kind: "container", name, labels: own, signal });
  const answer = await client.send({
    method: "POST",
    path: "/containers/create",
    query: { name },
    json: {
      Image: reference,
      // An image without a command cannot become a container; this one never runs.
      Cmd: ["/"],
      Labels: Object.fromEntries(recorded),
      HostConfig: { NetworkMode: "none" },
    },
    operation,
    signal,
  });
  const { Id: id } = parseForeign(createdSchema, answer, operation);
  return readAndRemove(client, id, { operation, signal });
}

async function* readAndRemove(
  client: EngineClient,
  id: string,
  call: Pick<ExportCall, "operation" | "signal">,
): AsyncGenerator<Uint8Array> {
  try {
    yield* readContainer(client, { path: `/containers/${id}/export`, ...call });
  } finally {
    await removeHelper(client, id);
  }
}

/** Every file of a container as one tar stream. */
export function exportContainer(
  client: EngineClient,
  id: string,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const path = `/containers/${encodeURIComponent(id)}/export`;
  const operation = `export container ${shortId(id)}`;
  return Promise.resolve(readContainer(client, { path, operation, signal }));
}

interface ExportCall {
  readonly path: string;
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
}

async function* readContainer(
  client: EngineClient,
  request: ExportCall,
): AsyncGenerator<Uint8Array> {
  const { http } = client;
  const call = { ...request, firstByteMs: http.deadlines.stallLimitMs };
  try {
    const { response } = await http.stream(call);
    yield* limitSilence(response, http.deadlines.answerMs, request.operation);
  } catch (error) {
    throw http.failure(call, error);
  }
}

/**
 * Without the caller's signal: what was made is removed also when the caller gave up. Its failure
 * must not stand in place of the export's own; what is left bears the label of a helper.
 */
async function removeHelper(client: EngineClient, id: string): Promise<void> {
  const signal = AbortSignal.timeout(REMOVAL_MS);
  const operation = "remove a helper container";
  await removeContainer(client, id, { operation, signal }).catch(() => undefined);
}

const REMOVAL_MS = 10_000;
