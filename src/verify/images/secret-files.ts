import type { Engine } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import type { Service } from "../../stack/stack.ts";
import { readTar } from "../../archive/read-members.ts";
import type { SecretFile } from "../subject.ts";

/** A secret is short; what is longer is read in part, which is enough to recognise it. */
const keptBytes = 4096;

/**
 * Owner, mode and size of a service's secret files as they are in its container, and their values:
 * to look for them where they must not be. The values go to no report; the caller makes them known
 * to the redactor.
 */
export async function readSecretFiles(
  engine: Engine,
  container: {
    readonly service: Service;
    readonly containerId: string;
    readonly signal: AbortSignal;
  },
): Promise<{
  readonly files: readonly SecretFile[] | undefined;
  readonly values: readonly string[];
}> {
  const files: SecretFile[] = [];
  const values: string[] = [];
  for (const { secret, target } of container.service.secrets) {
    try {
      const archive = await engine.getArchive(container.containerId, target, container.signal);
      for await (const member of readTar(archive, () => keptBytes)) {
        const { uid, gid, mode, size, content } = member;
        files.push({ secret, target, found: { uid, gid, mode, sizeBytes: size } });
        values.push(Buffer.from(content).toString("utf8").trim());
      }
    } catch (error) {
      container.signal.throwIfAborted();
      if (!(error instanceof QclockError)) throw error;
      files.push({ secret, target, found: undefined });
    }
  }
  return { files, values: values.filter((value) => value !== "") };
}
