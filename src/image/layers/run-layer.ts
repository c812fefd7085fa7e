import { shown } from "../../archive/name.ts";
import { QclockError } from "../../error.ts";
import type { ScriptToRun } from "../../packages/script-run.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import { toStoreError } from "../../store/store-error.ts";
import { packagesOf, type RanScript } from "../ran-scripts.ts";
import type { Layer } from "./layer.ts";
import { writeLayer } from "./layer-tar.ts";
import { MergedLayers } from "./merged-layers.ts";
import type { Origin } from "./origin.ts";
import { differenceFrom } from "./run-difference.ts";
import { resolvePath } from "./tree.ts";

/** Scripts that have to be run, and the image that they are run in. */
export interface ScriptRun {
  readonly image: AssembledImage;
  /** What the image is made of so far. */
  readonly layers: readonly Layer[];
  /** In the order in which they are run. */
  readonly scripts: readonly ScriptToRun[];
  /** The time of what is made, in seconds since 1970. */
  readonly epoch: number;
}

/** A container in which scripts were run, while it is there. */
export interface RanContainer {
  /** A tar of all its files. */
  readonly root: AsyncIterable<Uint8Array>;
  /** Paths of which the container says nothing; see `ScriptRunRules`. */
  readonly leftOut: readonly string[];
  /** What was run, scripts that others asked for included. */
  readonly ran: readonly RanScript[];
  /** The package whose script first changed a path without a leading slash. */
  readonly makerOf: (path: string) => string;
}

/**
 * Runs scripts in a container of the image, has its files taken, and removes it. Throws
 * `script-failed`, and what using an Engine throws.
 */
export type RunScripts = (
  run: ScriptRun,
  take: (container: RanContainer) => Promise<void>,
) => Promise<void>;

/**
 * The layer of what scripts make that are run: all in which a container differs from the image
 * after they have ended.
 *
 * Throws what running them throws, `script-failed` also for what no layer can hold, and
 * `disk-full`.
 */
export async function buildRunLayer(
  run: ScriptRun,
  context: {
    readonly runScripts: RunScripts;
    readonly store: Store;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly layer: Layer; readonly ran: readonly RanScript[] }> {
  const { image, layers, epoch } = run;
  const { runScripts, store, signal } = context;
  const view = new MergedLayers(layers);
  const setuid = new Set(image.setuid.map((at) => resolvePath(at, (path) => view.get(path))));
  await using temporary = await store.createTemporary();
  let made: Awaited<ReturnType<typeof buildRunLayer>> | undefined;
  await runScripts(run, async ({ root, leftOut, ran, makerOf }) => {
    const packages = packagesOf(ran);
    const originOf = (path: string): Origin => ({ type: "script", package: makerOf(path) });
    const container = { root, leftOut, setuid, originOf, signal };
    const entries = await differenceFrom(layers, { ...container, spool: temporary.path }).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        throw refusalBy(toStoreError(error, store.directory), packages, image.name);
      },
    );
    const layer = await writeLayer({ entries, kind: "run", epoch, store, signal });
    made = { layer, ran };
  });
  if (made === undefined) throw new Error("nobody looked at what the scripts made");
  return made;
}

function refusalBy(error: unknown, packages: string, image: string): unknown {
  if (error instanceof QclockError || !(error instanceof Error)) return error;
  return new QclockError(
    "script-failed",
    `What the scripts of ${packages} made in image "${image}" cannot be a layer: ${shown(error.message)}.`,
    {
      cause: error,
      hint: "Leave the package out, or set `scripts: interpret` and bring what its script makes with the image's files.",
    },
  );
}
