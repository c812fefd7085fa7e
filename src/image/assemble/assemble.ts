import type { LeftScript } from "../../packages/installation.ts";
import type { BuiltImage } from "../built-image.ts";
import { rememberLayer } from "../layers/layer-cache.ts";
import { reportLeftScripts } from "../left-scripts.ts";
import type { AssembleRequest } from "./request.ts";
import { stepsOf, runStepsOf, hasPackagesLayer, packagesStep } from "./layer-steps.ts";
import { recallOwn, ownLeftScripts } from "./recall-layers.ts";
import { makeLayer } from "./make-layer.ts";
import { checked } from "./check.ts";
import { reportUnmetNeeds } from "./report-unmet-needs.ts";

/**
 * Make an image: its parent's layers, one layer of packages, one of what their scripts make that
 * have to be run, one of artifacts, one of wheels, one of files, and the configuration. Layers
 * whose inputs the store remembers are taken from it, so that an edited file rewrites the thin
 * layer alone.
 *
 * Throws `package-corrupt`, `artifact-corrupt`, `wheel-corrupt`, `file-conflict`,
 * `missing-interpreter`, `missing-library`, `missing-account`, `script-undone`, `script-failed`,
 * `digest-mismatch`, `wrong-architecture`, `disk-full`, and what using an Engine throws where
 * scripts are run.
 */
export async function assembleImage(request: AssembleRequest): Promise<BuiltImage> {
  const { store, afterwards } = request;
  let layers = request.parent?.layers ?? [];
  let left: readonly LeftScript[] | undefined;
  const steps = [...stepsOf(request)];
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const key = { ...step, below: layers };
    let layer = await recallOwn(request, key);
    if (layer === undefined) {
      const made = await makeLayer(request, key);
      left = made.left ?? left;
      const remembering = rememberLayer(key, made, store);
      if (afterwards === undefined) await remembering;
      else afterwards(remembering);
      ({ layer } = made);
    }
    layers = [...layers, layer];
    steps.unshift(...(await runStepsOf(request, layer)));
  }
  left ??= await ownLeftScripts(request, layers);
  const built = await checked(request, layers, left);
  reportLeftScripts(request.image, left, request.onNotice);
  await reportUnmetNeeds(request, built);
  return built;
}

/**
 * The same from the store's notes alone, without making anything; undefined when a layer is not at
 * hand.
 */
export async function recallImage(
  request: Pick<
    AssembleRequest,
    | "image"
    | "parent"
    | "locked"
    | "target"
    | "scan"
    | "fingerprint"
    | "stackName"
    | "started"
    | "users"
    | "store"
    | "recalled"
  >,
): Promise<BuiltImage | undefined> {
  let layers = request.parent?.layers ?? [];
  const steps = [...stepsOf(request)];
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const layer = await recallOwn(request, { ...step, below: layers });
    if (layer === undefined) return undefined;
    layers = [...layers, layer];
    steps.unshift(...(await runStepsOf(request, layer)));
  }
  return checked(request, layers);
}

/** Whether the packages layer of an image over this parent has to be made. */
export async function lacksPackagesLayer(
  request: Pick<AssembleRequest, "image" | "parent" | "locked" | "target" | "store" | "recalled">,
): Promise<boolean> {
  if (!hasPackagesLayer(request)) return false;
  const key = { ...packagesStep(request), below: request.parent?.layers ?? [] };
  return (await recallOwn(request, key)) === undefined;
}
