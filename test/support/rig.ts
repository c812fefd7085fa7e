import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFailed } from "vitest";
import { observeStack, removeStack, type StackObjects } from "./engine-api.ts";
import { freePort } from "./free-port.ts";

const root = path.resolve(import.meta.dirname, "../..");
const artifacts = path.join(root, "artifacts", "e2e");

/** Locks of the fixtures, by name. */
const locks = new Map<string, Promise<string | undefined>>();

interface RigParts {
  readonly directory: string;
  readonly stack: string;
  readonly port: number;
  readonly store: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How a command ended, and everything that it wrote. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  /** Resolves when its output, of either kind, contains the text; rejects when it ends before. */
  saw(text: string | RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface RigOptions {
  /** A store of its own; without one the user's. */
  readonly store?: string;
  /** For every command. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** Words before the command, as of a program that enters a namespace. */
  readonly launcher?: readonly string[];
  readonly input?: string | Uint8Array;
  /**
   * Leave standard input open behind the input, as a program does that has not finished writing.
   */
  readonly keepInputOpen?: boolean;
  /** Close the reading end of standard output before anything is written, as `| head -0` would. */
  readonly stopReading?: boolean;
}

/**
 * A project folder of its own with a stack and a port of its own, in which the built command line
 * is run as a user would. `await using` it: whatever the test left in the Engine is removed, and
 * when the test failed a transcript is kept under artifacts/e2e.
 */
export class Rig implements AsyncDisposable {
  readonly directory: string;
  readonly stack: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly #transcript: string[] = [];
  readonly #running = new Set<ChildProcess>();

  private constructor(parts: RigParts) {
    this.directory = parts.directory;
    this.stack = parts.stack;
    this.port = parts.port;
    this.environment = scrubbedEnvironment(parts);
  }

  /**
   * A copy of a folder of test/fixtures/e2e. It comes with a lock, made once for each file of
   * tests, so that not each test reads the mirror's indexes; with a store of its own it comes
   * without one.
   */
  static async create(fixture: string, options: RigOptions = {}): Promise<Rig> {
    const rig = await Rig.#copy(fixture, options.store ?? sharedStore(), options.environment);
    if (options.store === undefined) await rig.#addLock(fixture);
    const name = expect.getState().currentTestName ?? rig.stack;
    try {
      onTestFailed(() => rig.#keepTranscript(name));
    } catch {
      // Made in a hook, outside of any test: then there is no test to wait for.
    }
    return rig;
  }

  static async #copy(
    fixture: string,
    store: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Rig> {
    const directory = await mkdtemp(path.join(tmpdir(), "qclock-e2e-"));
    const source = path.join(root, "test", "fixtures", "e2e", fixture);
    // As they are written: otherwise a link would lead to this checkout.
    await cp(source, directory, { recursive: true, verbatimSymlinks: true });
    return new Rig({
      directory,
      stack: `t-${randomBytes(4).toString("hex")}`,
      port: await freePort(),
      store,
      environment,
    });
  }

  static async #makeLock(fixture: string): Promise<string | undefined> {
    await using rig = await Rig.#copy(fixture, sharedStore());
    if (!existsSync(path.join(rig.directory, "stack.config.yaml"))) return undefined;
    const { exitCode, stderr } = await rig.qclock(["lock"]);
    if (exitCode !== 0) throw new Error(`The lock of ${fixture} cannot be made:\n${stderr}`);
    return readFile(path.join(rig.directory, "stack.lock.yaml"), "utf8");
  }

  async #addLock(fixture: string): Promise<void> {
    const making = locks.get(fixture) ?? Rig.#makeLock(fixture);
    locks.set(fixture, making);
    const lock = await making;
    if (lock !== undefined) await this.write("stack.lock.yaml", lock);
  }

  /** The project's own stack, QClock. */
  static async createFromProject(options: RigOptions = {}): Promise<Rig> {
    // Debian 12 is the system that the lock is for, and whose mirror answers wherever tests run.
    const environment = { QCLOCK_OS: "debian-12", ...options.environment };
    const names = ["stack.config.yaml", "stack.lock.yaml", "images"];
    return Rig.#createFromFolder(root, names, { ...options, environment });
  }

  /** A stack of the folder `stacks`, with all that its users copy. */
  static async createFromStack(name: string, options: RigOptions = {}): Promise<Rig> {
    const folder = path.join(root, "stacks", name);
    return Rig.#createFromFolder(folder, await readdir(folder), options);
  }

  static async #createFromFolder(
    folder: string,
    names: readonly string[],
    options: RigOptions,
  ): Promise<Rig> {
    const rig = await Rig.create("empty", options);
    for (const name of names) {
      await cp(path.join(folder, name), path.join(rig.directory, name), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
    return rig;
  }

  /** Run qclock to its end. */
  async qclock(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** Start qclock. */
  start(args: readonly string[], options: RunOptions = {}): Running {
    const startedAt = performance.now();
    const program = [...(options.launcher ?? []), process.execPath];
    const [first = "", ...words] = [...program, path.join(root, "bin", "qclock.js"), ...args];
    const child = spawn(first, words, {
      cwd: options.workingDirectory ?? this.directory,
      env: { ...this.environment, ...options.environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#running.add(child);
    let stdout = "";
    let stderr = "";
    if (options.stopReading === true) child.stdout.destroy();
    child.stdin.on("error", () => undefined);
    if (options.keepInputOpen === true) child.stdin.write(options.input ?? "");
    else child.stdin.end(options.input);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      this.#running.delete(child);
      const ended = { exitCode, signal, stdout, stderr, durationMs: performance.now() - startedAt };
      this.#transcript.push(transcriptOf(args, ended));
      resolve(ended);
    });
    return {
      pid: child.pid ?? 0,
      ended: promise,
      kill: (signal) => void child.kill(signal),
      saw: async (text) => {
        for (;;) {
          const output = stdout + stderr;
          if (typeof text === "string" ? output.includes(text) : text.test(output)) return;
          if (child.exitCode !== null || child.signalCode !== null) {
            throw new Error(`${args.join(" ")} ended without ${String(text)}:\n${output}`);
          }
          await new Promise((wake) => setTimeout(wake, 10));
        }
      },
    };
  }

  /** What the Engine itself says of the stack. */
  async observe(): Promise<StackObjects> {
    return observeStack(this.stack);
  }

  /** Ids of the services' containers, by service. */
  async containerIds(): Promise<Readonly<Record<string, string>>> {
    const { containers } = await this.observe();
    return Object.fromEntries(containers.map(({ service, name, id }) => [service ?? name, id]));
  }

  /** Change a file of the project. */
  async edit(file: string, change: (text: string) => string): Promise<void> {
    const target = path.join(this.directory, file);
    await writeFile(target, change(await readFile(target, "utf8")));
  }

  async write(file: string, text: string): Promise<void> {
    const target = path.join(this.directory, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) child.kill("SIGKILL");
    await removeStack(this.stack);
    await rm(this.directory, { recursive: true, force: true });
  }

  async #keepTranscript(name: string): Promise<void> {
    await mkdir(artifacts, { recursive: true });
    const file = `${name.replaceAll(/[^a-zA-Z0-9]+/g, "-").slice(0, 100)}.txt`;
    await writeFile(path.join(artifacts, file), this.#transcript.join("\n"));
  }
}

/** The user's store: downloads are shared between tests and runs, which is what it is for. */
export function sharedStore(): string {
  return process.env["QCLOCK_TEST_STORE"] ?? path.join(homedir(), ".cache", "qclock");
}

/** Nothing of the developer's own settings, of CI, or of the terminal may decide a test. */
function scrubbedEnvironment(parts: RigParts): Record<string, string> {
  const kept = ["PATH", "DOCKER_HOST", "LANG", "QCLOCK_MIRROR_DEBIAN_12"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(kept),
    HOME: path.join(parts.directory, ".home"),
    TERM: "dumb",
    QCLOCK_STACK: parts.stack,
    QCLOCK_PORT: String(parts.port),
    QCLOCK_STORE: parts.store,
    ...parts.environment,
  };
}

function transcriptOf(
  args: readonly string[],
  { exitCode, signal, stdout, stderr, durationMs }: Ended,
): string {
  return [
    `$ qclock ${args.join(" ")}`,
    `--- stdout\n${stdout}--- stderr\n${stderr}--- ${signal ?? `exit ${exitCode}`} after ${Math.round(durationMs)} ms\n`,
  ].join("\n");
}
