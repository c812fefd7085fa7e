import { randomBytes } from "node:crypto";
import { labels } from "../../stack/labels.ts";
import type { EngineClient } from "../connection/client.ts";
import { limitSilence } from "../connection/silence.ts";
import { parseForeign } from "../foreign.ts";
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
  { operation, signal }: { readonly operation: string; readonly signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array> {
  const call = {
    path: `/containers/${id}/export`,
    operation,
    signal,
    firstByteMs: client.http.deadlines.stallLimitMs,
  };
  try {
    const { response } = await client.http.stream(call);
    yield* limitSilence(response, client.http.deadlines.answerMs, operation);
  } catch (error) {
    throw client.http.failure(call, error);
  } finally {
    await removeHelper(client, id);
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
