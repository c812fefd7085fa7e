import type { EngineClient } from "../connection/client.ts";
import { limitSilence } from "../connection/silence.ts";
import type { Engine } from "../engine.ts";
import { shortId } from "../short-id.ts";

type ArchiveCalls = Pick<Engine, "putArchive" | "getArchive">;

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
        headers: { "Content-Type": "application/x-tar" },
        operation: `write files into container ${shortId(id)}`,
        signal,
      });
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
