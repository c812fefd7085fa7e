import * as z from "zod/mini";
import type { EngineClient } from "../connection/client.ts";
import { limitSilence } from "../connection/silence.ts";
import type { Engine, PathStat } from "../engine.ts";
import { engineStatus } from "../errors.ts";
import { parseForeign } from "../foreign.ts";
import { shortId } from "../short-id.ts";

type ArchiveCalls = Pick<Engine, "putArchive" | "getArchive" | "statPath">;

const statSchema = z.object({ mode: z.number(), linkTarget: z.nullish(z.string()) });

/** Bits of a mode as Go has them. Source: io/fs, `FileMode`. */
const goModes = { directory: 2 ** 31, symlink: 2 ** 27, other: [2 ** 26, 2 ** 25, 2 ** 24] };

/** The calls that carry files into and out of containers. */
export function archiveCalls(client: EngineClient): ArchiveCalls {
  const { http } = client;
  return {
    async putArchive(id, path, archive, signal) {
      await http.send({
        method: "PUT",
        path: `/containers/${encodeURIComponent(id)}/archive`,
        // A file may not take a folder's place, nor the other way about.
        query: { path, noOverwriteDirNonDir: "true" },
        body: archive,
        // Only when all of a stream is sent the Engine answers.
        ...(archive instanceof Uint8Array ? {} : { firstByteMs: 0 }),
        headers: { "Content-Type": "application/x-tar" },
        operation: `write files into container ${shortId(id)}`,
        signal,
      });
    },
    async statPath(id, path, signal) {
      const operation = `look at ${path} of container ${shortId(id)}`;
      const call = {
        method: "HEAD",
        path: `/containers/${encodeURIComponent(id)}/archive`,
        query: { path },
        operation,
        signal,
      } as const;
      try {
        const { response } = await http.stream(call);
        response.resume();
        const header = response.headers["x-docker-container-path-stat"];
        return pathStat(typeof header === "string" ? header : "", operation);
      } catch (error) {
        if (engineStatus(error) === 404) return undefined;
        throw error;
      }
    },
    async getArchive(id, path, signal) {
      const operation = `read ${path} of container ${shortId(id)}`;
      const call = {
        path: `/containers/${encodeURIComponent(id)}/archive`,
        query: { path },
        operation,
        signal,
      };
      const { response } = await http.stream(call);
      return inWords(limitSilence(response, http.deadlines.answerMs, operation), (error) =>
        http.failure(call, error),
      );
    },
  };
}

/** The header is JSON in base64. */
function pathStat(header: string, operation: string): PathStat {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(header, "base64").toString("utf8"));
  } catch {
    value = undefined;
  }
  const { mode, linkTarget } = parseForeign(statSchema, value, operation);
  // Numbers beyond 31 bits: no bit operators.
  const has = (bit: number): boolean => Math.floor(mode / bit) % 2 === 1;
  if (has(goModes.symlink)) return { type: "symlink", linkTarget: linkTarget ?? "" };
  if (has(goModes.directory)) return { type: "directory" };
  return { type: goModes.other.some(has) ? "other" : "file" };
}

/** A stream whose errors are failures in words. */
async function* inWords(
  input: AsyncIterable<Uint8Array>,
  failure: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* input;
  } catch (error) {
    throw failure(error);
  }
}
