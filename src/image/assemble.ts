import { posix } from "node:path";
import { listFirst } from "../count.ts";
import { QclockError } from "../error.ts";
import { platforms } from "../os.ts";
import type { LeftScript, ScriptTime } from "../packages/installation.ts";
import { loadFamily } from "../packages/families.ts";
import type { ImagePython } from "../packages/image-python.ts";
import type { LockedImage, LockTarget } from "../packages/package.ts";
import { namesOf } from "../packages/proof/unproved.ts";
import type { AssembledImage } from "../stack/stack.ts";
import type { Digest } from "../digest.ts";
import { type ScriptToRun, scriptsToRun } from "../packages/script-run.ts";
import type { Store } from "../store/store.ts";
import { buildConfig, buildManifest, inheritSettings } from "./config.ts";
import type { BuiltImage } from "./built-image.ts";
import type { FileScan } from "./files/files.ts";
import { buildFilesLayer } from "./layers/files-layer.ts";
import {
  artifactsLayerInputs,
  filesLayerInputs,
  packagesLayerInputs,
  runLayerInputs,
  wheelsLayerInputs,
} from "./fingerprint.ts";
import { findForeignPrograms } from "./layers/foreign-programs.ts";
import type { Layer } from "./layers/layer.ts";
import {
  type LayerKey,
  type MadeLayer,
  type RecalledLayers,
  recallLayer,
  rememberLayer,
} from "./layers/layer-cache.ts";
import { buildPackagesLayer } from "./layers/packages-layer.ts";
import type { RunScripts } from "./layers/run-layer.ts";
import {
  type NoticeLevel,
  recallLeftScripts,
  refuseLeftScripts,
  rememberLeftScripts,
  reportLeftScripts,
} from "./left-scripts.ts";
import { packagesOf, rememberRanScripts } from "./ran-scripts.ts";
import { checkPrograms } from "./programs.ts";
import { checkUsers } from "./check-users.ts";
import { programOfSettings, type StartedProgram } from "./started-programs.ts";
import type { StartedUser } from "./started-users.ts";
import type { UnpackedPackages } from "./unpack/unpack-packages.ts";

export interface AssembleRequest {
  readonly image: AssembledImage;
  readonly parent: BuiltImage | undefined;
  readonly locked: LockedImage;
  readonly target: LockTarget;
  readonly scan: FileScan;
  readonly fingerprint: Digest;
  readonly stackName: string;
  /** Programs that services start in its containers. */
  readonly started: readonly StartedProgram[];
  /** Whom services run as in its containers. */
  readonly users: readonly StartedUser[];
  /**
   * The image's packages, taken apart. Called when the layer is not remembered; what it gives is
   * disposed of here. `anew` when what it gave before was damaged.
   */
  readonly unpack: (anew: boolean) => Promise<UnpackedPackages>;
  /** Runs scripts that have to be run, in images that say so. */
  readonly runScripts: RunScripts;
  /** Path of an artifact or a wheel in the store, fetched when it is not there yet. */
  readonly filePath: (digest: Digest) => Promise<string>;
  /** The Python that the image's wheels are for; called when their layer is made. */
  readonly python: () => Promise<ImagePython | undefined>;
  readonly store: Store;
  /** Absent: nothing was recalled yet. */
  readonly recalled?: RecalledLayers;
  /** Takes what nobody needs to wait for in this run; absent: it is waited for. */
  readonly afterwards?: (work: Promise<void>) => void;
  readonly onNotice: (message: string, level: NoticeLevel) => void;
  /** Called after each script of a package that was interpreted. */
  readonly onScript?: (script: ScriptTime) => void;
  readonly signal: AbortSignal;
}

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

/** Of programs that packages use without saying so; a family is loaded when it is asked. */
function packageFinder({
  os,
}: Pick<LockTarget, "os">): (program: string) => Promise<string | undefined> {
  return async (program) => (await loadFamily(os)).essentialPackageOf(program);
}

/** Look through an image for what its files need and no layer has, keep it, and tell of it. */
async function reportUnmetNeeds(
  request: AssembleRequest,
  { layers, settings }: BuiltImage,
): Promise<void> {
  const { image, parent, started, store, target, onNotice } = request;
  // Loaded here: an image with nothing to do needs none of it.
  const { findUnmetNeeds } = await import("./needs/find-unmet-needs.ts");
  const { findMissingCommands } = await import("./needs/missing-commands.ts");
  const { describeUnmetNeeds, rememberUnmetNeeds } = await import("./needs/unmet-need.ts");
  const packageOf = packageFinder(target);
  const inherited = parent?.layers.length ?? 0;
  const { path } = await (await loadFamily(target.os)).database();
  const databaseFolder = posix.dirname(path);
  const own = await findUnmetNeeds({ layers, inherited, databaseFolder, packageOf, store });
  const programs = [...programOfSettings(image.name, settings), ...started];
  const commands = await findMissingCommands({ programs, layers, packageOf });
  const needs = [...commands, ...own];
  await rememberUnmetNeeds("image", layers, { needs, store });
  for (const { text, level } of describeUnmetNeeds(needs))
    onNotice(`Image "${image.name}": ${text}`, level);
}

/** What follows a layer of packages whose scripts have to be run. */
async function runStepsOf(
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

/**
 * A layer of an image that the store remembers. Where scripts may be run, and with
 * `strict_scripts`, one of packages counts only where it is known what became of their scripts; one
 * of scripts that were run counts only when it is the one that the lock names.
 */
async function recallOwn(
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
  const { findCarried } = await import("./layers/carried-run-layer.ts");
  const origin = { type: "script", package: packagesOf(scripts) } as const;
  const layer = await findCarried(runLayer, { below: key.below, origin, store });
  if (layer === undefined) return undefined;
  await rememberRanScripts(layer.diffId, scripts, store);
  await rememberLayer(key, { layer, reads: new Map() }, store);
  return layer;
}

type RecallRequest = Pick<AssembleRequest, "image" | "locked" | "store" | "recalled">;

/** Scripts that were undone when the image's own packages layer was made. */
async function ownLeftScripts(
  { parent, store }: Pick<AssembleRequest, "parent" | "store">,
  layers: readonly Layer[],
): Promise<readonly LeftScript[]> {
  const own = layers[parent?.layers.length ?? 0];
  if (own?.kind !== "packages") return [];
  return (await recallLeftScripts(own.diffId, store)) ?? [];
}

/**
 * The image of these layers, once its programs have what they need: layers are remembered before
 * that is known.
 */
async function checked(
  request: Parameters<typeof toBuiltImage>[0] &
    Pick<AssembleRequest, "started" | "users" | "store">,
  layers: readonly Layer[],
  left?: readonly LeftScript[],
): Promise<BuiltImage> {
  const built = toBuiltImage(request, layers);
  const { image, started, target } = request;
  const { architecture } = target;
  const programs = [...programOfSettings(image.name, built.settings), ...started];
  if (image.strictScripts) {
    const own = left ?? (await ownLeftScripts(request, layers));
    refuseLeftScripts(image, own);
  }
  const packageOf = packageFinder(target);
  await checkPrograms({ image: image.name, architecture, programs, layers, packageOf });
  const { user } = image.config;
  const own = user === undefined ? [] : [{ user, owner: `image "${image.name}"` }];
  await checkUsers({ image: image.name, users: [...own, ...request.users], layers });
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

type LayerStep = Omit<LayerKey, "below"> & {
  /** Of a layer of scripts that are run. */
  readonly scripts?: readonly ScriptToRun[];
};

/**
 * The layers that an image adds to its parent's, the lowest first; none that would be empty and say
 * nothing.
 */
function stepsOf(
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

function hasPackagesLayer({ image, locked }: Pick<AssembleRequest, "image" | "locked">): boolean {
  return locked.packages.length + image.users.length + image.groups.length > 0;
}

function packagesStep({ image, target }: Pick<AssembleRequest, "image" | "target">): LayerStep {
  return { kind: "packages", inputs: (below) => packagesLayerInputs(image, target, below) };
}

async function makeLayer(
  request: AssembleRequest,
  { kind, below, scripts = [] }: LayerStep & Pick<LayerKey, "below">,
): Promise<MadeLayer> {
  const { newestBuild: epoch = 0 } = request.locked;
  switch (kind) {
    case "run": {
      // Loaded here: hardly any image runs a script.
      const [{ buildRunLayer }, { refuseOtherRunLayer }] = await Promise.all([
        import("./layers/run-layer.ts"),
        import("./layers/locked-run-layer.ts"),
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
      const { buildArtifactsLayer } = await import("./layers/artifacts-layer.ts");
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
  const { buildWheelsLayer } = await import("./layers/wheels-layer.ts");
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

function toBuiltImage(
  request: Pick<
    AssembleRequest,
    "image" | "parent" | "locked" | "target" | "fingerprint" | "stackName"
  >,
  layers: readonly Layer[],
): BuiltImage {
  const { image, parent, locked, target, fingerprint, stackName } = request;
  const own = locked.packages.filter(({ unsigned }) => unsigned === true);
  const unsigned = [...(parent?.unsigned ?? []), ...namesOf(own)].toSorted();
  const settings = inheritSettings(parent?.settings, image.config);
  const config = buildConfig({
    image,
    stackName,
    settings: { ...settings, labels: withBase(settings.labels, parent) },
    layers,
    architecture: target.architecture,
    epoch: locked.newestBuild ?? 0,
    fingerprint,
    unsigned: unsigned.join(", "),
  });
  const manifest = buildManifest(config, layers);
  return {
    image: image.name,
    reference: image.reference,
    fingerprint,
    config: config.bytes,
    configDigest: config.digest,
    manifest: manifest.bytes,
    manifestDigest: manifest.digest,
    layers,
    settings,
    unsigned,
  };
}

/** OCI's own annotations for the image that this one stands on. */
function withBase(
  declared: ReadonlyMap<string, string>,
  parent: BuiltImage | undefined,
): ReadonlyMap<string, string> {
  if (parent === undefined) return declared;
  return new Map([
    ...declared,
    ["org.opencontainers.image.base.name", parent.reference],
    ["org.opencontainers.image.base.digest", parent.manifestDigest],
  ]);
}
