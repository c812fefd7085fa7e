import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import type { Engine } from "../docker/engine.ts";
import { createStyle } from "../reporters/format/style.ts";
import { eventDocument } from "../reporters/json.ts";
import { createPlainReporter } from "../reporters/plain.ts";
import type { Redactor } from "../reporters/redact.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { QclockError } from "../error.ts";

/** The full log of a run, for the line "full log: …" below a failure. */
export interface RunLog {
  readonly reporter: Reporter;
  /** Its path once anything was written. */
  readonly file: () => string | undefined;
}

const keptLogs = 30;

/**
 * A file with every line of a run, the output of each step included. Made only when a run has
 * something to do. Written synchronously: it matters most when the process dies.
 */
export function createRunLog(options: {
  readonly directory: string;
  readonly name: string;
}): RunLog {
  const file = path.join(options.directory, `${options.name}.log`);
  let descriptor: number | undefined;
  let wasOpened = false;
  /** What was said before it was known that there is something to do; undefined from then on. */
  let early: string[] | undefined = [];
  const write = (text: string): void => {
    early?.push(text);
    if (descriptor === undefined) return;
    try {
      writeSync(descriptor, text);
    } catch {
      // A full disk costs the rest of the log and not the run.
      close();
    }
  };
  const close = (): void => {
    if (descriptor !== undefined) closeQuietly(descriptor);
    descriptor = undefined;
  };
  const plain = createPlainReporter({
    output: { write },
    style: createStyle({ color: false }),
    verbose: true,
    logFile: () => undefined,
  });
  return {
    reporter: {
      handle(event) {
        if (event.type === "run-started" && event.plan.nodes.length > 0 && early !== undefined) {
          descriptor = openLog(file);
          wasOpened = descriptor !== undefined;
          const said = early.join("");
          early = undefined;
          write(said);
        }
        plain.handle(event);
      },
      async [Symbol.asyncDispose]() {
        close();
      },
    },
    file: () => (wasOpened ? file : undefined),
  };
}

/** Some file systems tell of a full disk only now. */
function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // What it holds is what there is.
  }
}

/** A read-only home (CI, a hardened account) must not fail a run: then there is no log. */
function openLog(file: string): number | undefined {
  const directory = path.dirname(file);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const old = readdirSync(directory)
      .filter((name) => name.endsWith(".log"))
      .toSorted()
      .slice(0, -keptLogs);
    for (const name of old) rmSync(path.join(directory, name), { force: true });
    return openSync(file, "w", 0o600);
  } catch {
    return undefined;
  }
}

/**
 * What `--debug FILE` writes: one JSON object a line, for each event and each request to the
 * Engine.
 */
export interface DebugLog extends Disposable {
  readonly reporter: Reporter;
  /** The same engine, with each call recorded. */
  watch(engine: Engine): Engine;
}

/** Open the debug file; it may hold what a bug report needs, so only its owner may read it. */
export function openDebugLog(
  file: string,
  redactor: Redactor,
  { now, onBroken }: { readonly now: () => number; readonly onBroken: (message: string) => void },
): DebugLog {
  let descriptor: number;
  let isEnded = false;
  try {
    descriptor = openSync(file, "w", 0o600);
  } catch (error) {
    throw new QclockError("usage", `The debug file ${file} cannot be written.`, { cause: error });
  }
  const write = (entry: object): void => {
    if (isEnded) return;
    try {
      writeSync(descriptor, `${redactor.redact(JSON.stringify(entry))}\n`);
    } catch (error) {
      isEnded = true;
      const reason = error instanceof Error ? error.message : String(error);
      onBroken(`The debug file ${file} cannot be written any more: ${reason}.`);
    }
  };
  return {
    reporter: {
      handle: (event) => write(eventDocument(event)),
      async [Symbol.asyncDispose]() {},
    },
    watch: (engine) => watchEngine(engine, { write, now }),
    [Symbol.dispose]() {
      // Calls that are still under way end later, when another file may have the same descriptor.
      isEnded = true;
      closeQuietly(descriptor);
    },
  };
}

/**
 * Wraps an engine so that each call is recorded with its arguments, duration and outcome. Behaviour
 * is unchanged.
 */
function watchEngine(
  engine: Engine,
  log: { readonly write: (entry: object) => void; readonly now: () => number },
): Engine {
  return new Proxy(engine, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function" || typeof key === "symbol") {
        return typeof member === "function" ? member.bind(target) : member;
      }
      return (...args: unknown[]): unknown => {
        const atMs = log.now();
        const result: unknown = Reflect.apply(member, target, args);
        const record = (outcome: object): void =>
          log.write({
            schema: "qclock/engine-call/v1",
            call: key,
            atMs,
            durationMs: log.now() - atMs,
            args: args.map(plainArgument),
            ...outcome,
          });
        if (result instanceof Promise) {
          result.then(
            () => record({ status: "succeeded" }),
            (error: unknown) => record({ status: "failed", error: String(error) }),
          );
        } else record({ status: "streaming" });
        return result;
      };
    },
  });
}

/**
 * An argument as JSON. Bytes, streams and signals go by their kind alone and variables by their
 * names: what they hold may be secret. Done before `JSON.stringify`, which would ask a Buffer for
 * its bytes first.
 */
function plainArgument(value: unknown): unknown {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, each]) => [key, plainArgument(each)]));
  }
  if (Array.isArray(value)) return value.map(plainArgument);
  if (typeof value === "function") return "function";
  if (typeof value !== "object" || value === null) return value;
  if (Symbol.asyncIterator in value) return "stream";
  if (Object.getPrototypeOf(value) !== Object.prototype) return value.constructor.name;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === "environment" && each instanceof Map ? [...each.keys()] : plainArgument(each),
    ]),
  );
}
