import { loadBuiltImages } from "../../docker/load.ts";
import type { Engine, ExecResult } from "../../docker/engine.ts";
import type { HeldChains } from "../../docker/held-chains.ts";
import { QclockError } from "../../error.ts";
import type { RanContainer, RunScripts, ScriptRun } from "../../image/layers/run-layer.ts";
import { packagesOf, type RanScript } from "../../image/ran-scripts.ts";
import { MergedLayers } from "../../image/layers/merged-layers.ts";
import { followPath } from "../../image/layers/tree.ts";
import { platforms } from "../../os.ts";
import { loadFamily } from "../../packages/families.ts";
import type { ScriptRunRules, ScriptToRun } from "../../packages/script-run.ts";
import { isForeign, nameOf } from "../../plan/images/platform.ts";
import { visible } from "../../visible.ts";
import type { RunContext } from "../context.ts";
import { clearRequests, readRequests } from "./requested-scripts.ts";
import { scriptContainer, scriptTimeoutMs } from "./script-container.ts";
import { scriptImage } from "./script-image.ts";
import { mostWrittenBytes, watchWritten } from "./written-limit.ts";

type ScriptsContext = Pick<
  RunContext,
  "stack" | "engine" | "emit" | "clock" | "signal" | "runId" | "version"
>;

/** What was made is removed also after an interruption, with a time of its own. */
const REMOVAL_MS = 20_000;

/** Scripts that ask for each other without an end are told of, and are no image. */
const MOST_REQUESTED = 200;

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
    const { stack, emit, clock, signal } = context;
    const { image, scripts } = run;
    const engine = await context.engine();
    refuseForeign(stack, await engine.info(signal), image.name);
    refuseWithoutShell(run);
    const phase = `scripts:${image.name}`;
    const names = packagesOf(scripts);
    const title = `Running scripts of ${names} in a container of image "${image.name}"`;
    emit({ type: "phase-started", phase, title });
    const startedAtMs = clock.now();
    const rules = await (await loadFamily(stack.os)).scriptRuns();
    await using container = await createContainer(context, { ...shared, engine }, run);
    const done = await new Runner(context, { engine, id: container.id, rules, run }).runAll();
    // Nothing of them may change a file while these are read.
    await engine.killContainer(container.id, "SIGKILL", signal);
    await engine.waitContainer(container.id, signal);
    const root = await engine.exportContainer(container.id, signal);
    await take({ root, leftOut: rules.leftOut, ...done });
    shared.onRan(image.name, startedAtMs);
    emit({ type: "phase-finished", phase, note: "" });
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
  const view = new MergedLayers(layers);
  const shell = view.get(followPath("bin/sh", (path) => view.get(path)));
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

class Runner {
  readonly #context: ScriptsContext;
  readonly #run: ScriptRun;
  readonly #engine: Engine;
  readonly #rules: ScriptRunRules;
  readonly #id: string;
  readonly #ran: ScriptToRun[] = [];
  /** By the absolute path the package of the script that changed it first. */
  readonly #makers = new Map<string, string>();
  readonly #tooMuch = new AbortController();

  constructor(
    context: ScriptsContext,
    container: {
      readonly engine: Engine;
      readonly id: string;
      readonly rules: ScriptRunRules;
      readonly run: ScriptRun;
    },
  ) {
    this.#context = context;
    this.#engine = container.engine;
    this.#rules = container.rules;
    this.#run = container.run;
    this.#id = container.id;
  }

  /** Each script, and then those that they ask for. Resolves with all of them. */
  async runAll(): Promise<Pick<RanContainer, "ran" | "makerOf">> {
    const { clock, signal } = this.#context;
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    const watched = { engine: this.#engine, id: this.#id, clock };
    const watching = watchWritten(watched, () => this.#tooMuch.abort(this.#wroteTooMuch()), until);
    try {
      const ran = await this.#runEach();
      const last = ran.at(-1)?.package ?? "";
      return { ran, makerOf: (path) => this.#makers.get(`/${path}`) ?? last };
    } finally {
      ended.abort();
      await watching;
    }
  }

  async #runEach(): Promise<readonly RanScript[]> {
    const { scripts } = this.#run;
    const { emit } = this.#context;
    const phase = `scripts:${this.#run.image.name}`;
    for (const [done, script] of scripts.entries()) {
      const detail = `${script.script} of ${script.package}`;
      const total = scripts.length;
      emit({ type: "phase-progress", phase, done, total, unit: "items", detail });
      await this.#runScript(script);
    }
    for (;;) {
      const requested = await this.#requested();
      if (requested.length === 0) return this.#ran;
      for (const script of requested) await this.#runScript(script);
    }
  }

  async #requested(): Promise<readonly ScriptToRun[]> {
    const { signal, stack } = this.#context;
    const { layers, epoch } = this.#run;
    const place = { id: this.#id, rules: this.#rules, signal };
    const files = await readRequests(this.#engine, place);
    const view = new MergedLayers(layers);
    const requested = this.#rules.requested(files, {
      architecture: stack.architecture,
      epoch,
      has: (path) => view.get(path) !== undefined,
    });
    if (requested.length > 0) await clearRequests(this.#engine, place);
    return requested;
  }

  async #runScript(script: ScriptToRun): Promise<void> {
    const { signal } = this.#context;
    if (this.#ran.length === MOST_REQUESTED + this.#run.scripts.length)
      throw this.#failed(script, "was asked for without an end");
    await this.#noteMaker(script);
    this.#ran.push(script);
    const { path, args, environment } = script.call;
    const command = [path, ...args];
    const options = {
      user: "0:0",
      timeoutMs: scriptTimeoutMs,
      environment: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      keeps: "end",
    } as const;
    let ended: ExecResult;
    try {
      const either = AbortSignal.any([signal, this.#tooMuch.signal]);
      ended = await this.#engine.exec(this.#id, command, options, either);
    } catch (error) {
      signal.throwIfAborted();
      this.#tooMuch.signal.throwIfAborted();
      if (!(error instanceof QclockError) || error.code !== "deadline-exceeded") throw error;
      throw this.#failed(script, `did not end within ${scriptTimeoutMs / 60_000} minutes`);
    }
    if (ended.exitCode !== 0)
      throw this.#failed(script, `ended with status ${ended.exitCode}`, ended.output);
  }

  /** What is changed when a script of another package begins was changed by the one before it. */
  async #noteMaker(next: ScriptToRun): Promise<void> {
    const before = this.#ran.at(-1)?.package;
    if (before === undefined || before === next.package) return;
    const { signal } = this.#context;
    for (const path of await this.#engine.changedPaths(this.#id, signal))
      if (!this.#makers.has(path)) this.#makers.set(path, before);
  }

  #wroteTooMuch(): unknown {
    const script = this.#ran.at(-1);
    const words = `wrote more than ${mostWrittenBytes / 1024 ** 3} GiB`;
    return script === undefined ? undefined : this.#failed(script, words);
  }

  #failed({ package: name, script }: ScriptToRun, how: string, output = ""): QclockError {
    return new QclockError(
      "script-failed",
      `The ${script} of ${name}, run for image "${this.#run.image.name}", ${how}.`,
      {
        details: lastLines(output),
        hint: "It uses the image's own programs, without a network: set `essential: true`, add the package that brings what it calls, or leave this package out.",
      },
    );
  }
}

const SHOWN_LINES = 15;
const SHOWN_LENGTH = 300;

/** A stranger's text: what steers a terminal is taken out of it. */
function lastLines(output: string): readonly string[] {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.slice(-SHOWN_LINES).map((line) => visible(line.slice(0, SHOWN_LENGTH)));
}
