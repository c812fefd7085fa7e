import type { Engine } from "../docker/engine.ts";
import type { PinnedKey } from "../packages/proof/pinned-key.ts";
import type { Lock } from "../packages/package.ts";
import type { Mirrors } from "../packages/mirror.ts";
import type { PythonIndex } from "../packages/wheels/python-index.ts";
import type { Stack } from "../stack/stack.ts";
import type { Downloader } from "../store/downloader.ts";
import type { Store } from "../store/store.ts";
import type { Emit } from "./execution/event.ts";

/** Time as the core sees it, so that tests need not wait. */
export interface Clock {
  /** Monotonic, in milliseconds. */
  now(): number;
  /** Resolves after the time, rejects with the signal's reason when it is aborted before. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** Everything that a command works with, made once in cli/context.ts. */
export interface RunContext {
  readonly stack: Stack;
  /** Connects on first use and is the same afterwards. */
  readonly engine: () => Promise<Engine>;
  readonly store: Store;
  readonly downloader: Downloader;
  readonly mirrors: () => Promise<Mirrors>;
  /** Keys to trust; absent: those that ship with qclock. */
  readonly keys?: readonly PinnedKey[];
  /** Base URL under which artifacts lie as `<host>/<path>`; absent: each comes from its own URL. */
  readonly artifactMirror?: string | undefined;
  /** The index of Python packages; asked only for what the store and the lock lack. */
  readonly pythonIndex: () => Promise<PythonIndex>;
  /** The lock file as it was found; undefined when there is none. */
  readonly lock: Lock | undefined;
  /** Write `stack.lock.yaml`, atomically. Not called in `locked` mode. */
  readonly writeLock: (lock: Lock) => Promise<void>;
  readonly lockMode: "use" | "locked" | "update";
  /** In `update`: the packages that may move; absent: all. */
  readonly move?: ReadonlySet<string>;
  /** Take packages that nothing proves, and mark them; absent: refuse them. */
  readonly allowUnsigned?: boolean;
  /** Whether the user named the platform of the images; absent: it is this machine's. */
  readonly isPlatformNamed?: true;
  readonly emit: Emit;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How many operations run at a time. */
  readonly jobs: number;
  /** How long to wait for another run that holds the stack. */
  readonly holdTimeoutMs: number;
  readonly runId: string;
  readonly version: string;
  /** Who runs this, for the hold in the Engine. */
  readonly holder: {
    readonly host: string;
    readonly pid: number;
    readonly user: string;
    readonly command: string;
  };
  /** Value of an environment variable that a secret names. */
  readonly secretVariable: (name: string) => string | undefined;
}
