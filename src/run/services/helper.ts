import type { ContainerRequest, Engine } from "../../docker/engine.ts";
import { engineStatus } from "../../docker/errors.ts";
import { createEmptyImage, emptyImageReference } from "../../image/empty-image.ts";
import { packImageArchive } from "../../image/image-layout.ts";
import { labels } from "../../stack/labels.ts";

/** What helper containers need to know of the run. */
export interface HelperContext {
  readonly engine: Engine;
  readonly stackName: string;
  readonly runId: string;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** What containers that are never started have in common: nothing that running would need. */
export const neverStarted = {
  environment: new Map<string, string>(),
  ports: [],
  mounts: [],
  tmpfs: [],
  readOnlyRoot: true,
  dropCapabilities: ["ALL"],
  addCapabilities: [],
  noNewPrivileges: true,
  init: false,
  restart: { type: "no" },
} as const;

/** Where a helper has its volume. */
export const helperMount = "/volume";

const TRIES = 6;

/**
 * Make a container from the empty image, which is loaded when it is not there. The end of a reset
 * of another stack takes that image away, at any moment between two calls: then it is loaded again.
 */
export async function createFromEmptyImage(
  engine: Engine,
  request: Omit<ContainerRequest, "image">,
  signal: AbortSignal,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      // It is there but for the first time on an Engine, so that nobody looks for it beforehand.
      if (attempt > 1) await loadEmptyImage(engine, signal);
      return await engine.createContainer({ ...request, image: emptyImageReference }, signal);
    } catch (error) {
      if (engineStatus(error) !== 404 || attempt === TRIES) throw error;
    }
  }
}

async function loadEmptyImage(engine: Engine, signal: AbortSignal): Promise<void> {
  const { architecture } = await engine.info(signal);
  const image = createEmptyImage(
    architecture === "aarch64" || architecture === "arm64" ? "arm64" : "amd64",
  );
  if ((await engine.inspectImage(image.reference, signal)) !== undefined) return;
  const { content } = packImageArchive([image], { omitLayers: new Set() });
  await engine.loadImages(content, () => undefined, signal);
  // Its id is the digest of the configuration, or of the manifest on the containerd store.
  const byConfig = await engine.inspectImage(image.configDigest, signal);
  await engine.tagImage(
    byConfig === undefined ? image.manifestDigest : image.configDigest,
    image.reference,
    signal,
  );
}

/** Take the empty image away, unless another stack's hold or helper stands on it at this moment. */
export async function removeEmptyImage(engine: Engine, signal: AbortSignal): Promise<void> {
  try {
    await engine.removeImage(emptyImageReference, signal);
  } catch (error) {
    if (engineStatus(error) !== 409) throw error;
  }
}

/**
 * Lend a never-started container with a volume mounted, through which archives go in and come out:
 * the one way into a volume that works with local and remote Engines and runs nothing. Removed
 * afterwards.
 */
export async function withHelper<Result>(
  context: HelperContext,
  volume: string,
  use: (containerId: string) => Promise<Result>,
): Promise<Result> {
  const { engine, stackName, runId, version, signal } = context;
  const id = await createFromEmptyImage(
    engine,
    {
      name: `${stackName}-qclock-helper-${runId}-${helperNumber()}`,
      labels: new Map([
        [labels.stack, stackName],
        [labels.role, "helper"],
        [labels.run, runId],
        [labels.version, version],
      ]),
      ...neverStarted,
      mounts: [
        { type: "volume", source: volume, target: helperMount, readOnly: false, noCopy: true },
      ],
      readOnlyRoot: false,
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
