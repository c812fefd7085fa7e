import { readTar } from "../../archive/read-members.ts";
import { tarHeader } from "../../archive/tar-header.ts";
import type { Engine } from "../../docker/engine.ts";
import { engineStatus } from "../../docker/errors.ts";
import type { ScriptRunRules } from "../../packages/script-run.ts";

/** A list of triggers is short, and comes from a stranger's script: no more of one is read. */
const LARGEST_FILE = 1024 * 1024;
/** Of all lists together. */
const LARGEST_FOLDER = 16 * LARGEST_FILE;

/** The texts of the files by which scripts of a container have asked for others. */
export async function readRequests(
  engine: Pick<Engine, "getArchive">,
  { id, rules, signal }: Place,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  let read = 0;
  try {
    const archive = await engine.getArchive(id, rules.requestFolder, signal);
    for await (const { path, type, content } of readTar(archive, () => LARGEST_FILE)) {
      const name = path.slice(path.indexOf("/") + 1);
      if (type === "file") files.set(name, Buffer.from(content).toString("utf8"));
      read += content.length;
      if (read > LARGEST_FOLDER) break;
    }
  } catch (error) {
    // Without the folder nobody can have asked.
    if (engineStatus(error) !== 404) throw error;
  }
  return files;
}

/** What was asked for is going to be done. */
export async function clearRequests(
  engine: Pick<Engine, "putArchive">,
  { id, rules, signal }: Place,
): Promise<void> {
  const header = tarHeader(rules.requestFile, 0);
  const archive = Buffer.concat([header, Buffer.alloc(1024)]);
  await engine.putArchive(id, rules.requestFolder, archive, signal);
}

interface Place {
  /** Of the container. */
  readonly id: string;
  readonly rules: ScriptRunRules;
  readonly signal: AbortSignal;
}
