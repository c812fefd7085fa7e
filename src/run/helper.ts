import type { Engine } from "../docker/engine.ts";
import { engineStatus } from "../docker/errors.ts";
import { createEmptyImage } from "../image/empty-image.ts";
import { packImageArchive } from "../image/image-layout.ts";
import { labels } from "../stack/labels.ts";

/** What helper containers need to know of the run. */
export interface HelperContext {
  readonly engine: Engine;
  readonly stackName: string;
  readonly runId: string;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** Id of the empty image in the Engine, loaded when it is not there. */
export async function ensureEmptyImage(engine: Engine, signal: AbortSignal): Promise<string> {
  const { architecture } = await engine.info(signal);
  const image = createEmptyImage(
    architecture === "aarch64" || architecture === "arm64" ? "arm64" : "amd64",
  );
  const present = await engine.inspectImage(image.reference, signal);
  if (present !== undefined) return image.reference;
  const { content } = packImageArchive([image], { omitLayers: new Set() });
  await engine.loadImages(content, () => undefined, signal);
  // Its id is the digest of the configuration, or of the manifest on the containerd store.
  const id = await firstExisting(engine, [image.configDigest, image.manifestDigest], signal);
  await engine.tagImage(id, image.reference, signal);
  return image.reference;
}

/** Take the empty image away, unless another stack's lock or helper stands on it at this moment. */
export async function removeEmptyImage(engine: Engine, signal: AbortSignal): Promise<void> {
  try {
    await engine.removeImage(createEmptyImage("amd64").reference, signal);
  } catch (error) {
    if (engineStatus(error) !== 409) throw error;
  }
}

async function firstExisting(
  engine: Engine,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  for (const id of ids) if ((await engine.inspectImage(id, signal)) !== undefined) return id;
  throw new Error("the empty image was loaded, but the Engine does not have it");
}

/**
 * Lend a never-started container with a volume mounted, through which archives go in and come out: the
 * one way into a volume that works with local and remote Engines and runs nothing. Removed afterwards.
 */
export async function withHelper<Result>(
  context: HelperContext,
  volume: string,
  use: (containerId: string) => Promise<Result>,
): Promise<Result> {
  const { engine, stackName, runId, version, signal } = context;
  const image = await ensureEmptyImage(engine, signal);
  const id = await engine.createContainer(
    {
      name: `${stackName}-qclock-helper-${runId}-${helperNumber()}`,
      image,
      environment: new Map(),
      labels: new Map([
        [labels.stack, stackName],
        [labels.role, "helper"],
        [labels.run, runId],
        [labels.version, version],
      ]),
      ports: [],
      mounts: [
        { type: "volume", source: volume, target: "/volume", readOnly: false, noCopy: true },
      ],
      tmpfs: [],
      readOnlyRoot: false,
      dropCapabilities: ["ALL"],
      addCapabilities: [],
      noNewPrivileges: true,
      init: false,
      restart: { type: "no" },
    },
    signal,
  );
  try {
    return await use(id);
  } finally {
    // Also after an interruption: what was lent is given back.
    await engine.removeContainer(id, AbortSignal.timeout(5000)).catch(() => undefined);
  }
}

let helpers = 0;

/** Several helpers of one run live at a time, and names are unique. */
function helperNumber(): number {
  return ++helpers;
}
