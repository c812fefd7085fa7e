import type { Engine } from "../../src/docker/engine.ts";
import { EngineResponseError } from "../../src/docker/errors.ts";
import { HeldChains } from "../../src/docker/held-chains.ts";
import { QclockError } from "../../src/error.ts";
import type { DesiredImage } from "../../src/plan/observed.ts";
import type { RunEventBody } from "../../src/run/execution/event.ts";
import type { PreparedImages } from "../../src/run/images/prepare-images.ts";
import { recordImage } from "../../src/run/images/records.ts";
import type { MakingContext } from "../../src/run/operations/operation-context.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { aDigest } from "./a-lock.ts";
import { fakeClock, type FakeClock } from "./fake-clock.ts";
import { aDownloader } from "./lock-request.ts";
import { memoryEngine, type MemoryEngine } from "./memory-engine.ts";
import { temporaryStore } from "./temporary-store.ts";

/** What single operations of a plan are carried out with: an Engine in memory, and no time. */
export interface OperationRig extends AsyncDisposable {
  readonly engine: MemoryEngine;
  readonly clock: FakeClock;
  readonly events: RunEventBody[];
  /** The context of an operation, on another Engine where one is given. */
  context(changes?: Partial<MakingContext>): MakingContext;
  /** Wait for what operations left for afterwards. */
  finish(): Promise<unknown>;
  /** Give the Engine an image of the stack that a run of qclock made; resolves with its id. */
  addImage(name: string, image?: { readonly user?: string }): Promise<string>;
}

/** Begin with a stack whose images each have a fingerprint. */
export async function operationRig(
  stack: Stack,
  { offline = false }: { readonly offline?: boolean } = {},
): Promise<OperationRig> {
  const temporary = await temporaryStore();
  const { store } = temporary;
  const engine = memoryEngine();
  const clock = fakeClock();
  const events: RunEventBody[] = [];
  const { os, architecture } = stack;
  const desired = new Map<string, DesiredImage>(
    [...stack.images.values()].map(({ name, reference }) => [
      name,
      { reference, fingerprint: aDigest(name) },
    ]),
  );
  const prepared: PreparedImages = {
    lock: { version: 2, targets: new Map() },
    target: { os, architecture, inputs: aDigest(""), repositories: [], images: new Map() },
    scans: new Map(),
    inputs: new Map(),
    desired,
  };
  const { signal } = new AbortController();
  const run = {
    store,
    downloader: aDownloader(store, { offline }).downloader,
    runId: "run-1",
    version: "0.0.0-test",
    secretVariable: () => undefined,
    signal,
  };
  const works: Promise<void>[] = [];
  return {
    engine,
    clock,
    events,
    finish: () => Promise.all(works),
    context: (changes = {}) => ({
      run,
      stack,
      stackName: stack.name,
      engine,
      prepared,
      builtImages: {
        heldChains: new HeldChains(),
        get: async () => Promise.reject(new Error("this test makes no image")),
      },
      emit: (event) => void events.push(event),
      clock,
      signal,
      assertHeld: async () => undefined,
      started: new Set<string>(),
      afterwards: (work) => void works.push(work()),
      ...changes,
    }),
    async addImage(name, image = { user: "10001:10001" }) {
      const id = engine.images.add(stack.images.get(name)?.reference ?? name, image);
      await recordImage(store, aDigest(name), [id]);
      return id;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(works);
      await temporary[Symbol.asyncDispose]();
    },
  };
}

/** A call that the Engine refuses with a status. */
export function refusing(status: number, message = "refused"): () => Promise<never> {
  return async () =>
    Promise.reject(
      new QclockError("engine-failed", `Could not do it: ${message}`, {
        cause: new EngineResponseError(status, message),
      }),
    );
}

/** An Engine that answers some calls in another way. */
export function instead(engine: MemoryEngine, calls: Partial<Engine>): Engine {
  return { ...engine, ...calls };
}
