import { listFirst } from "../../count.ts";
import { QclockError } from "../../error.ts";
import { platforms } from "../../os.ts";
import { buildFilesLayer } from "../layers/files-layer.ts";
import { findForeignPrograms } from "../layers/foreign-programs.ts";
import type { Layer } from "../layers/layer.ts";
import type { LayerKey, MadeLayer } from "../layers/layer-cache.ts";
import { buildPackagesLayer } from "../layers/packages-layer.ts";
import { rememberLeftScripts } from "../left-scripts.ts";
import { rememberRanScripts } from "../ran-scripts.ts";
import type { AssembleRequest } from "./request.ts";
import type { LayerStep } from "./layer-steps.ts";

/** Makes a layer of an image over those below it. */
export async function makeLayer(
  request: AssembleRequest,
  { kind, below, scripts = [] }: LayerStep & Pick<LayerKey, "below">,
): Promise<MadeLayer> {
  const { newestBuild: epoch = 0 } = request.locked;
  switch (kind) {
    case "run": {
      // Loaded here: hardly any image runs a script.
      const [{ buildRunLayer }, { refuseOtherRunLayer }] = await Promise.all([
        import("../layers/run-layer.ts"),
        import("../layers/locked-run-layer.ts"),
      ]);
      const run = { image: request.image, layers: below, scripts, epoch };
      const { layer, ran } = await buildRunLayer(run, request);
      const { image, store } = request;
      const { runLayer: expected } = request.locked;
      if (expected !== undefined)
        await refuseOtherRunLayer(image.name, { locked: expected, made: layer, store });
      await rememberRanScripts(layer.diffId, ran, store);
      return { layer, reads: new Map() };
    }
    case "packages":
      return makePackagesLayer(request, below);
    case "artifacts": {
      // Loaded here: most images have no artifact.
      const { buildArtifactsLayer } = await import("../layers/artifacts-layer.ts");
      const layer = await buildArtifactsLayer({ ...request, below, epoch });
      return ofProject(request, { layer, reads: new Map() });
    }
    case "wheels":
      return ofProject(request, {
        layer: await makeWheelsLayer(request, below),
        reads: new Map(),
      });
    case "files":
      return ofProject(request, await buildFilesLayer({ ...request, below, epoch }));
  }
}

async function makeWheelsLayer(request: AssembleRequest, below: readonly Layer[]): Promise<Layer> {
  const { newestBuild: epoch = 0, wheels } = request.locked;
  const image = request.image.name;
  const python = await request.python();
  // Locking refuses wheels without a Python: somebody edited the lock.
  if (python === undefined) {
    throw new QclockError("requirements-unmet", `No package brings a Python to image "${image}".`, {
      hint: "Run `qclock lock`.",
    });
  }
  // Loaded here: most images have no wheel.
  const { buildWheelsLayer } = await import("../layers/wheels-layer.ts");
  return await buildWheelsLayer({
    ...request,
    image,
    wheels: wheels?.files ?? [],
    python,
    below,
    epoch,
  });
}

/** How many programs of other machines a notice names. */
const SHOWN_FOREIGN = 5;

/**
 * A layer of what the user brings: it may hold programs for another machine than the image's. Only
 * those that the image is known to start are refused, later.
 */
async function ofProject(
  { image, target, onNotice }: Pick<AssembleRequest, "image" | "target" | "onNotice">,
  made: MadeLayer,
): Promise<MadeLayer> {
  const foreign = await findForeignPrograms(made.layer, target.architecture);
  if (foreign.length > 0) {
    const shown = listFirst(foreign, SHOWN_FOREIGN);
    const { name } = platforms[target.architecture];
    onNotice(`Image "${image.name}" is for ${name}, which cannot run ${shown}.`, "warning");
  }
  return made;
}

/** Once more where the store's copy of an unpacked file is not what it was: disks forget. */
async function makePackagesLayer(
  request: AssembleRequest,
  below: readonly Layer[],
): Promise<MadeLayer> {
  const make = async (anew: boolean): Promise<MadeLayer> => {
    await using unpacked = await request.unpack(anew);
    const { newestBuild: epoch = 0 } = request.locked;
    const made = await buildPackagesLayer({ ...request, parentLayers: below, unpacked, epoch });
    await rememberLeftScripts(made.layer.diffId, made.left, request.store);
    return made;
  };
  try {
    return await make(false);
  } catch (error) {
    if (!(error instanceof QclockError) || error.code !== "store-damaged") throw error;
    return await make(true);
  }
}
