import * as z from "zod/mini";
import type { EngineClient } from "../connection/client.ts";
import { inEngineWords } from "../podman/inspection.ts";

/**
 * The answer of `GET /containers/{id}/json`, in the Engine's words whichever Engine gives it;
 * undefined when there is no such container.
 */
export async function findInspection(
  client: EngineClient,
  idOrName: string,
  step: { readonly operation: string; readonly signal: AbortSignal | undefined },
): Promise<unknown> {
  const path = `/containers/${encodeURIComponent(idOrName)}/json`;
  const [answer, { isPodman }] = await Promise.all([
    client.http.find({ path, ...step }),
    client.info(step.signal),
  ]);
  if (answer === undefined || !isPodman) return answer;
  const own = await client.http.find({ path: `/libpod${path}`, ...step });
  return inEngineWords(answer, own) ?? withoutSettings(answer);
}

/**
 * Settings in words that are not understood: without them nobody takes one for another, and who
 * needs them says that they could not be read.
 */
function withoutSettings(answer: unknown): unknown {
  return { ...z.looseObject({}).parse(answer), HostConfig: undefined };
}
