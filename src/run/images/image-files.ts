import { randomBytes } from "node:crypto";
import { readFirst } from "../../archive/read-members.ts";
import type { Engine } from "../../docker/engine.ts";
import { engineStatus } from "../../docker/errors.ts";
import { labels } from "../../stack/labels.ts";
import { neverStarted } from "../services/helper.ts";

/** The text of small files of an image, by path; those that it lacks are left out. */
export async function readImageFiles(
  engine: Engine,
  reference: string,
  request: {
    readonly stackName: string;
    readonly paths: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<ReadonlyMap<string, string>> {
  const { stackName, paths, signal } = request;
  const id = await engine.createContainer(
    {
      name: `qclock-read-${randomBytes(6).toString("hex")}`,
      image: reference,
      // It never runs, but an image without a command cannot become a container.
      command: ["/qclock-never-started"],
      labels: new Map([
        [labels.stack, stackName],
        [labels.role, "helper"],
      ]),
      ...neverStarted,
    },
    signal,
  );
  try {
    const found = new Map<string, string>();
    for (const path of paths) {
      const text = await readFile(engine, { id, path, signal });
      if (text !== undefined) found.set(path, text);
    }
    return found;
  } finally {
    await engine.removeContainer(id, AbortSignal.timeout(5000)).catch(() => undefined);
  }
}

/** Files of accounts are short, and an image is somebody else's: no more of one is read. */
const maximumBytes = 16 * 1024 * 1024;

async function readFile(
  engine: Engine,
  {
    id,
    path,
    signal,
  }: { readonly id: string; readonly path: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  try {
    const content = await readFirst(await engine.getArchive(id, path, signal), maximumBytes);
    return content.toString("utf8");
  } catch (error) {
    if (engineStatus(error) === 404) return undefined;
    throw error;
  }
}
