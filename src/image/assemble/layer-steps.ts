import { type ScriptToRun, scriptsToRun } from "../../packages/script-run.ts";
import {
  artifactsLayerInputs,
  filesLayerInputs,
  packagesLayerInputs,
  runLayerInputs,
  wheelsLayerInputs,
} from "../fingerprint.ts";
import type { Layer } from "../layers/layer.ts";
import type { LayerKey } from "../layers/layer-cache.ts";
import { recallLeftScripts } from "../left-scripts.ts";
import type { AssembleRequest } from "./request.ts";

/** A layer that an image adds, and all that it is made from. */
export type LayerStep = Omit<LayerKey, "below"> & {
  /** Of a layer of scripts that are run. */
  readonly scripts?: readonly ScriptToRun[];
};

/**
 * The layers that an image adds to its parent's, the lowest first; none that would be empty and say
 * nothing.
 */
export function stepsOf(
  request: Pick<AssembleRequest, "image" | "locked" | "target" | "scan">,
): readonly LayerStep[] {
  const { image, locked, scan } = request;
  const { newestBuild: epoch = 0 } = locked;
  const steps: LayerStep[] = [];
  if (hasPackagesLayer(request)) steps.push(packagesStep(request));
  if (image.artifacts.length > 0) {
    const inputs: LayerKey["inputs"] = (below) => artifactsLayerInputs({ image, epoch, below });
    steps.push({ kind: "artifacts", inputs });
  }
  const wheels = locked.wheels?.files ?? [];
  if (wheels.length > 0) {
    const inputs: LayerKey["inputs"] = (below) => wheelsLayerInputs({ wheels, epoch, below });
    steps.push({ kind: "wheels", inputs });
  }
  if (scan.files.length + image.directories.length + image.numericUsers.length > 0) {
    const inputs: LayerKey["inputs"] = (below) => filesLayerInputs({ image, scan, epoch, below });
    steps.push({ kind: "files", inputs });
  }
  return steps;
}

/** Whether an image adds a layer of packages. */
export function hasPackagesLayer({
  image,
  locked,
}: Pick<AssembleRequest, "image" | "locked">): boolean {
  return locked.packages.length + image.users.length + image.groups.length > 0;
}

/** The layer of packages that an image adds. */
export function packagesStep({
  image,
  target,
}: Pick<AssembleRequest, "image" | "target">): LayerStep {
  return { kind: "packages", inputs: (below) => packagesLayerInputs(image, target, below) };
}

/** What follows a layer of packages whose scripts have to be run. */
export async function runStepsOf(
  { image, locked, store }: Pick<AssembleRequest, "image" | "locked" | "store">,
  layer: Layer,
): Promise<readonly LayerStep[]> {
  if (image.scripts !== "run" || layer.kind !== "packages") return [];
  const scripts = scriptsToRun((await recallLeftScripts(layer.diffId, store)) ?? []);
  if (scripts.length === 0) return [];
  const { newestBuild: epoch = 0 } = locked;
  const inputs: LayerKey["inputs"] = (below) => runLayerInputs({ image, scripts, epoch, below });
  return [{ kind: "run", inputs, scripts }];
}
