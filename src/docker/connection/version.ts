import * as z from "zod/mini";
import { QclockError } from "../../error.ts";
import { parseForeign } from "../foreign.ts";
import { compareApiVersions } from "./client.ts";
import type { EngineHttp } from "./engine-http.ts";

/** Engine 20.10, of Debian 12: the oldest whose answers are tested. */
const oldestApi = "1.41";

/**
 * Engine 28.5: the newest whose answers are tested. A newer Engine is spoken to in this version, as
 * long as it allows it.
 */
const newestApi = "1.51";

const versionSchema = z.object({
  Version: z._default(z.string(), ""),
  ApiVersion: z.string(),
  MinAPIVersion: z.optional(z.string()),
});

export interface Negotiation {
  readonly url: string;
  /** How long the Engine may take to answer at all. */
  readonly connectMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * See that an Engine answers, and choose the version of every further call: the newest that both
 * sides know. Calls without a version would mean something else on each Engine.
 */
export async function negotiateVersion(
  http: EngineHttp,
  { url, connectMs, signal }: Negotiation,
): Promise<string> {
  const { response } = await http.stream({
    path: "/_ping",
    operation: "reach the Engine",
    code: "engine-unreachable",
    firstByteMs: connectMs,
    signal,
  });
  response.resume();
  const offered = response.headers["api-version"];
  if (typeof offered !== "string" || !/^\d+\.\d+$/u.test(offered)) {
    throw new QclockError("engine-unreachable", `What answers at ${url} is not an Engine.`, {
      hint: "Check the address; an Engine answers /_ping with its API version.",
    });
  }
  if (compareApiVersions(offered, oldestApi) < 0) throw tooOld(url, offered);
  if (compareApiVersions(offered, newestApi) <= 0) return offered;
  // Only an Engine newer than all that is known may have dropped what is known.
  const operation = "ask the Engine for its version";
  const { MinAPIVersion = "0.0", Version } = parseForeign(
    versionSchema,
    await http.get({ path: "/version", operation, signal }),
    operation,
  );
  if (compareApiVersions(MinAPIVersion, newestApi) > 0) throw tooNew(url, Version, MinAPIVersion);
  return newestApi;
}

function tooOld(url: string, offered: string): QclockError {
  return new QclockError(
    "engine-too-old",
    `The Engine at ${url} speaks API ${offered}; qclock needs ${oldestApi} or newer (Engine 20.10).`,
    {
      hint: "Upgrade the Engine.",
    },
  );
}

function tooNew(url: string, version: string, minimum: string): QclockError {
  return new QclockError(
    "engine-too-old",
    `The Engine ${version} at ${url} asks for API ${minimum} or newer; this qclock knows none newer than ${newestApi}.`,
    {
      hint: "Upgrade qclock, or lower the Engine's minimum API version.",
    },
  );
}
