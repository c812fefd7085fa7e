import { noSources } from "../../src/packages/lock/locked-files.ts";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import path from "node:path";
import { packageInputs } from "../../src/packages/lock/inputs.ts";
import { lockPackages } from "../../src/packages/lock/lock-packages.ts";
import { targetKey } from "../../src/packages/lock/lock-packages.ts";
import type { Lock } from "../../src/packages/package.ts";
import type { LoadContext, LoadOptions } from "../../src/run/bundle/load.ts";
import { prepareBundle, type SaveOptions } from "../../src/run/bundle/save.ts";
import type { RunContext } from "../../src/run/context.ts";
import type { RunEventBody } from "../../src/run/execution/event.ts";
import type { Stack } from "../../src/stack/stack.ts";
import type { Store } from "../../src/store/store.ts";
import { aDownloader, aLockRequest } from "./lock-request.ts";
import type { FakeMirror } from "./fake-mirror.ts";

/** A machine that saves bundles: a store, a mirror and a stack with its lock. */
export interface Saver {
  readonly store: Store;
  readonly mirror: FakeMirror;
  readonly stack: Stack;
  readonly offline?: boolean;
  /** Absent: made from the mirror. */
  readonly lock?: Lock;
  readonly options?: Partial<SaveOptions>;
  readonly allowUnsigned?: boolean;
  readonly onEvent?: (event: RunEventBody) => void;
}

/** The bytes of the bundle that a machine saves. */
export async function savedBundle(saver: Saver): Promise<Buffer> {
  const { mirror, store, stack } = saver;
  const lock = saver.lock ?? (await lockPackages(aLockRequest({ mirror, store, stack }))).lock;
  const mirrors = (): Promise<FakeMirror["mirrors"]> => Promise.resolve(mirror.mirrors);
  const { downloader } = aDownloader(store, { offline: saver.offline === true });
  const context: RunContext = {
    ...aLoadContext({ store }),
    stack,
    downloader,
    mirrors,
    pythonIndex: noSources.pythonIndex,
    lock,
    keys: mirror.keys,
    ...(saver.allowUnsigned === true ? { allowUnsigned: true } : {}),
    lockMode: "locked",
    writeLock: async () => Promise.reject(new Error("this test writes no lock")),
    jobs: 2,
    secretVariable: () => undefined,
    emit: saver.onEvent ?? (() => undefined),
  };
  const { content } = await prepareBundle(context, {
    images: false,
    manifest: false,
    allTargets: false,
    mirrorsOf: mirrors,
    ...saver.options,
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of content()) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

/** The lock here as a test sees it. */
export interface LockHere {
  current: Lock | undefined;
  readonly copies: Lock[];
}

/** What loading works with, the lock being a value of the test's. */
export function aLoadContext(parts: {
  readonly store: Store;
  readonly lock?: LockHere;
  readonly directory?: string;
  readonly signal?: AbortSignal;
}): LoadContext {
  const here = parts.lock ?? { current: undefined, copies: [] };
  return {
    store: parts.store,
    directory: parts.directory ?? "/nowhere",
    lockFile: async () => ({
      name: "stack.lock.yaml",
      read: async () => here.current,
      write: async (lock) => {
        here.current = lock;
      },
      keepCopy: async () => {
        if (here.current !== undefined) here.copies.push(here.current);
        return "stack.lock.yaml.bak";
      },
    }),
    engine: async () => Promise.reject(new Error("this test has no Engine")),
    emit: () => undefined,
    clock: { now: () => performance.now(), sleep: async () => undefined },
    signal: parts.signal ?? new AbortController().signal,
    runId: "test",
    version: "0.0.0-test",
    holdTimeoutMs: 0,
    holder: { host: "test", pid: process.pid, user: "tester", command: "bundle" },
  };
}

/** Options of loading what a mirror's key signed. */
export function loadOptions(
  mirror: Pick<FakeMirror, "keys">,
  parts: Partial<LoadOptions> = {},
): LoadOptions {
  return {
    name: "b.bundle",
    images: false,
    manifest: false,
    force: false,
    allowUnsigned: false,
    keys: mirror.keys,
    now: new Date(),
    ...parts,
  };
}

/** Bytes in pieces, as they come from a disk. */
export async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 60_000)
    yield bytes.subarray(start, start + 60_000);
}

/** A lock for a stack without packages. */
export function emptyLock(stack: Stack): Lock {
  const { os, architecture } = stack;
  const inputs = packageInputs(stack);
  const target = { os, architecture, inputs, repositories: [], images: new Map() };
  return { version: 2, targets: new Map([[targetKey(stack), target]]) };
}

/**
 * Digests of the blobs in a store. Throws when one is not what its name says, or something
 * unfinished lies about.
 */
export async function blobsOf(store: Store): Promise<readonly string[]> {
  // A store makes its folders when it has something to put into them.
  await mkdir(path.join(store.directory, "tmp"), { recursive: true });
  const unfinished = await readdir(path.join(store.directory, "tmp"));
  if (unfinished.length > 0) throw new Error(`unfinished: ${unfinished.join(", ")}`);
  const entries = await readdir(store.directory, { recursive: true, withFileTypes: true });
  const blobs = entries.filter(
    (entry) => entry.isFile() && entry.parentPath.includes("/blobs/sha256/"),
  );
  for (const { parentPath, name } of blobs) {
    const content = await readFile(path.join(parentPath, name));
    const digest = createHash("sha256").update(content).digest("hex");
    if (digest !== name) throw new Error(`${name} is ${digest}`);
  }
  return blobs.map(({ name }) => `sha256:${name}`).toSorted();
}
