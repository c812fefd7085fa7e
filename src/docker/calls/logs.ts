import { QclockError } from "../../error.ts";
import type { EngineClient } from "../connection/client.ts";
import { limitSilence } from "../connection/silence.ts";
import type { LogLine, LogOptions } from "../engine.ts";
import { parseForeign } from "../foreign.ts";
import { containerSchema } from "./container-state.ts";
import { demultiplex, rawFrames } from "./log-frames.ts";
import { splitLines } from "./log-lines.ts";
import { shortId } from "../short-id.ts";

/**
 * Lines of a container's output, oldest first; with `follow`, until it stops or the reader does.
 */
export async function* logs(
  client: EngineClient,
  id: string,
  { options, signal }: { readonly options: LogOptions; readonly signal: AbortSignal | undefined },
): AsyncGenerator<LogLine> {
  const operation = `read the output of container ${shortId(id)}`;
  const path = `/containers/${encodeURIComponent(id)}`;
  const inspected = await client.http.find({ path: `${path}/json`, operation, signal });
  if (inspected === undefined)
    throw new QclockError("engine-failed", `Could not ${operation}: it does not exist.`);
  // Engines before API 1.42 do not say in the answer whether its frames are multiplexed.
  const terminal = parseForeign(containerSchema, inspected, operation).Config.Tty;
  const timestamps = options.timestamps ?? false;
  const query = {
    stdout: "1",
    stderr: "1",
    follow: options.follow ? "1" : "0",
    tail: options.tail === undefined ? "all" : String(options.tail),
    since: options.since === undefined ? undefined : options.since.toFixed(9),
    timestamps: timestamps ? "1" : "0",
  };
  const call = {
    path: `${path}/logs`,
    query,
    operation,
    signal,
    ...(options.follow ? { firstByteMs: 0 } : {}),
  };
  const { response } = await client.http.stream(call);
  // Who follows waits for as long as the container is silent.
  const bytes = options.follow
    ? response
    : limitSilence(response, client.http.deadlines.answerMs, operation);
  try {
    yield* splitLines(terminal ? rawFrames(bytes) : demultiplex(bytes), timestamps);
  } catch (error) {
    throw client.http.failure(call, error);
  } finally {
    // A reader that stops early leaves the Engine sending otherwise.
    response.destroy();
  }
}
