import type { Engine, ExecResult } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import { MergedLayers } from "../../image/layers/merged-layers.ts";
import type { RanContainer, ScriptRun } from "../../image/layers/run-layer.ts";
import type { RanScript } from "../../image/ran-scripts.ts";
import type { ScriptRunRules, ScriptToRun } from "../../packages/script-run.ts";
import { visible } from "../../visible.ts";
import type { RunContext } from "../context.ts";
import { clearRequests, readRequests } from "./requested-scripts.ts";
import { scriptTimeoutMs } from "./script-container.ts";
import { mostWrittenBytes, watchWritten } from "./written-limit.ts";

type SequenceContext = Pick<RunContext, "stack" | "emit" | "clock" | "signal">;

/** Scripts that ask for each other without an end are told of, and are no image. */
const MOST_REQUESTED = 200;

/** The scripts of one image, run one after the other in a container that waits. */
export class ScriptSequence {
  readonly #context: SequenceContext;
  readonly #run: ScriptRun;
  readonly #engine: Engine;
  readonly #rules: ScriptRunRules;
  readonly #id: string;
  readonly #ran: ScriptToRun[] = [];
  /** By the absolute path the package of the script that changed it first. */
  readonly #makers = new Map<string, string>();
  readonly #tooMuch = new AbortController();

  constructor(
    context: SequenceContext,
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
