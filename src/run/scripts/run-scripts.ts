import { loadBuiltImages } from "../../docker/load.ts";
import type { Engine } from "../../docker/engine.ts";
import type { HeldChains } from "../../docker/held-chains.ts";
import { QclockError } from "../../error.ts";
import type { RunScripts, ScriptRun } from "../../image/layers/run-layer.ts";
import { packagesOf } from "../../image/ran-scripts.ts";
import { MergedLayers } from "../../image/layers/merged-layers.ts";
import { platforms } from "../../os.ts";
import { loadFamily } from "../../packages/families.ts";
import { isForeign, nameOf } from "../../plan/images/platform.ts";
import type { RunContext } from "../context.ts";
import { inPhase } from "../execution/phase.ts";
import { scriptContainer } from "./script-container.ts";
import { scriptImage } from "./script-image.ts";
import { ScriptSequence } from "./script-sequence.ts";

type ScriptsContext = Pick<
  RunContext,
  "stack" | "engine" | "emit" | "clock" | "signal" | "runId" | "version"
>;

/** What was made is removed also after an interruption, with a time of its own. */
const REMOVAL_MS = 20_000;

/** What the images of a run share while scripts of some are run. */
interface Shared {
  /** Layers that the Engine is known to hold. */
  readonly heldChains: HeldChains;
  /**
   * Takes what is done when all images are loaded: while the image of a container is there, its
   * layers are.
   */
  readonly afterwards: (work: () => Promise<void>) => void;
  /** Told since when they were run, when they have ended well. */
  readonly onRan: (image: string, startedAtMs: number) => void;
}

/** How the scripts of an image are run that have to be: in a container of it, with an Engine. */
export function scriptRunner(context: ScriptsContext, shared: Shared): RunScripts {
  return async (run, take) => {
    const { stack, clock, signal } = context;
    const { image, scripts } = run;
    const engine = await context.engine();
    refuseForeign(stack, await engine.info(signal), image.name);
    refuseWithoutShell(run);
    const names = packagesOf(scripts);
    const title = `Running scripts of ${names} in a container of image "${image.name}"`;
    await inPhase(context, { phase: `scripts:${image.name}`, title }, async () => {
      const startedAtMs = clock.now();
      const rules = await (await loadFamily(stack.os)).scriptRuns();
      await using container = await createContainer(context, { ...shared, engine }, run);
      const done = await new ScriptSequence(context, {
        engine,
        id: container.id,
        rules,
        run,
      }).runAll();
      // Nothing of them may change a file while these are read.
      await engine.killContainer(container.id, "SIGKILL", signal);
      await engine.waitContainer(container.id, signal);
      const root = await engine.exportContainer(container.id, signal);
      await take({ root, leftOut: rules.leftOut, ...done });
      shared.onRan(image.name, startedAtMs);
    });
  };
}

function refuseForeign(
  stack: ScriptsContext["stack"],
  machine: Parameters<typeof isForeign>[1],
  image: string,
): void {
  if (!isForeign(stack, machine)) return;
  const { name } = platforms[stack.architecture];
  throw new QclockError(
    "engine-platform",
    `Image "${image}" for ${name} has scripts to run, and the Engine runs ${nameOf(machine)}.`,
    {
      hint: "Build it on a machine of that kind, or set `scripts: interpret` for this image.",
    },
  );
}

function refuseWithoutShell({ image, layers, scripts }: ScriptRun): void {
  const shell = new MergedLayers(layers).follow("bin/sh");
  if (shell?.type === "file" || shell?.type === "hardlink") return;
  throw new QclockError(
    "missing-interpreter",
    `Image "${image.name}" has scripts of ${packagesOf(scripts)} to run, and no /bin/sh.`,
    {
      hint: "Scripts that are run use the image's own programs: set `essential: true`, which brings what packages count on.",
    },
  );
}

interface LentContainer extends AsyncDisposable {
  readonly id: string;
}

/** A container that runs and waits; it goes with its scope, and its image at the end. */
async function createContainer(
  { stack, runId, version, signal }: ScriptsContext,
  { engine, heldChains, afterwards }: Shared & { readonly engine: Engine },
  { image, layers }: ScriptRun,
): Promise<LentContainer> {
  await using made = new AsyncDisposableStack();
  const { architecture, name: stackName } = stack;
  const about = { stackName, image: image.name, architecture, layers, tag: runId };
  const loaded = scriptImage(about);
  afterwards(() =>
    engine.removeImage(loaded.reference, AbortSignal.timeout(REMOVAL_MS)).catch(() => undefined),
  );
  const images = [loaded];
  await loadBuiltImages({ engine, images, heldChains, onOutput: () => undefined, signal });
  const name = `${stackName}-qclock-scripts-${image.name}-${runId}`;
  const request = { name, image: loaded.reference, stackName, runId, version };
  // Not cancelled: the Engine may make the container of a call that was given up, and nobody would
  // know its id.
  const id = await engine.createContainer(scriptContainer(request));
  made.defer(() =>
    engine.removeContainer(id, AbortSignal.timeout(REMOVAL_MS)).catch(() => undefined),
  );
  await engine.startContainer(id, signal);
  const owned = made.move();
  return { id, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
