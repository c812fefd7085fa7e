import type { LeftScript } from "../../packages/installation.ts";
import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import type { Layer } from "../layers/layer.ts";
import { type LayerKey, recallLayer, rememberLayer } from "../layers/layer-cache.ts";
import { recallLeftScripts } from "../left-scripts.ts";
import { packagesOf, rememberRanScripts } from "../ran-scripts.ts";
import type { AssembleRequest } from "./request.ts";
import type { LayerStep } from "./layer-steps.ts";

type RecallRequest = Pick<AssembleRequest, "image" | "locked" | "store" | "recalled">;

/**
 * A layer of an image that the store remembers. Where scripts may be run, and with
 * `strict_scripts`, one of packages counts only where it is known what became of their scripts; one
 * of scripts that were run counts only when it is the one that the lock names.
 */
export async function recallOwn(
  { image, locked, store, recalled }: RecallRequest,
  key: LayerStep & LayerKey,
): Promise<Layer | undefined> {
  const layer = await recallLayer(key, store, recalled);
  if (key.kind === "run" && locked.runLayer !== undefined && layer?.diffId !== locked.runLayer)
    return await takeCarried(locked.runLayer, key, store);
  const mustKnow = image.strictScripts || image.scripts === "run";
  if (layer?.kind !== "packages" || !mustKnow) return layer;
  return (await recallLeftScripts(layer.diffId, store)) === undefined ? undefined : layer;
}

/** A layer that a bundle has brought, once it is the one that the lock names. */
async function takeCarried(
  runLayer: Digest,
  { scripts = [], ...key }: LayerStep & LayerKey,
  store: Store,
): Promise<Layer | undefined> {
  const { findCarried } = await import("../layers/carried-run-layer.ts");
  const origin = { type: "script", package: packagesOf(scripts) } as const;
  const layer = await findCarried(runLayer, { below: key.below, origin, store });
  if (layer === undefined) return undefined;
  await rememberRanScripts(layer.diffId, scripts, store);
  await rememberLayer(key, { layer, reads: new Map() }, store);
  return layer;
}

/** Scripts that were undone when the image's own packages layer was made. */
export async function ownLeftScripts(
  { parent, store }: Pick<AssembleRequest, "parent" | "store">,
  layers: readonly Layer[],
): Promise<readonly LeftScript[]> {
  const own = layers[parent?.layers.length ?? 0];
  if (own?.kind !== "packages") return [];
  return (await recallLeftScripts(own.diffId, store)) ?? [];
}
