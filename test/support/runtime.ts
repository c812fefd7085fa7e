import { randomBytes } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { reset } from "../../src/data/reset.ts";
import type { Engine } from "../../src/docker/engine.ts";
import { packageInputs } from "../../src/packages/lock/inputs.ts";
import type { RunContext } from "../../src/run/context.ts";
import type { RunEventBody } from "../../src/run/execution/event.ts";
import type { Image, Network, Secret, Service, Stack, Volume } from "../../src/stack/stack.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { aService } from "./a-service.ts";
import { anImageIn } from "./an-image.ts";
import { connectTestEngine } from "./engines.ts";
import { hostPrograms } from "./small-image.ts";
import { temporaryFolder } from "./temporary-store.ts";

/** A user that nothing on this machine has. */
export const testUser = "10001:10001";

export interface TestStackParts {
  readonly services: readonly Service[];
  readonly networks?: readonly Network[];
  readonly volumes?: readonly Volume[];
  readonly secrets?: readonly Secret[];
  readonly images?: readonly Image[];
}

/**
 * A stack of its own on the real Engine. Everything that bears its label is removed at the end of
 * its scope.
 */
export interface TestStack extends AsyncDisposable {
  readonly name: string;
  readonly engine: Engine;
  readonly events: readonly RunEventBody[];
  stack(parts: TestStackParts): Stack;
  /** What a command works with: the real Engine and store, no package, no mirror. */
  context(stack: Stack, changes?: Partial<RunContext>): RunContext;
  /** Put a file of text into the image `tools`, by its path without a leading slash. */
  writeTool(file: string, text: string): Promise<void>;
  /** Everything in the Engine that bears the stack's label. */
  labelled(): Promise<readonly string[]>;
  containerIds(): Promise<Readonly<Record<string, string>>>;
}

/**
 * Begin a stack; its image `tools` has a shell, some programs and perl, taken from this machine.
 */
export async function createTestStack(
  options: {
    readonly name?: string;
    readonly directory?: string;
    /** Another one than the machine's; it is closed with the stack. */
    readonly engine?: Engine;
  } = {},
): Promise<TestStack> {
  const folder = options.directory === undefined ? await temporaryFolder() : undefined;
  const directory = options.directory ?? folder?.path ?? "";
  const name = options.name ?? `t-${randomBytes(4).toString("hex")}`;
  const engine = options.engine ?? (await connectTestEngine(undefined));
  const root = path.join(directory, "tools");
  if (options.directory === undefined) await writeTools(root);
  const store = await openStore(path.join(directory, "store"));
  const events: RunEventBody[] = [];

  const context = (stack: Stack, changes: Partial<RunContext> = {}): RunContext => ({
    stack,
    engine: async () => engine,
    store,
    downloader: {
      store,
      requestCount: 0,
      offline: false,
      discard: async () => undefined,
      holds: async () => false,
      keep: async () => Promise.reject(new Error("this test keeps nothing")),
      bytes: async () => Promise.reject(new Error("this test asks no mirror")),
      page: async () => Promise.reject(new Error("this test asks no index")),
      authorize: () => undefined,
      toStore: async () => Promise.reject(new Error("this test fetches nothing")),
    },
    mirrors: async () => Promise.reject(new Error("this test has no mirror")),
    pythonIndex: async () => Promise.reject(new Error("this test has no index")),
    lock: lockWithoutPackages(stack),
    writeLock: async () => undefined,
    lockMode: "locked",
    emit: (event) => void events.push(event),
    clock: {
      now: () => performance.now(),
      sleep: (durationMs, signal) => sleep(durationMs, signal),
    },
    signal: new AbortController().signal,
    jobs: 4,
    holdTimeoutMs: 0,
    runId: randomBytes(4).toString("hex"),
    version: "0.0.0-test",
    holder: { host: hostname(), pid: process.pid, user: "tester", command: "up" },
    secretVariable: () => undefined,
    ...changes,
  });
  const labelled = async (): Promise<readonly string[]> => {
    const nothing = { imageReferences: [], containerNames: [], networkNames: [], volumeNames: [] };
    const observed = await engine.observe({ stack: name, ...nothing });
    return [
      ...observed.containers.map((container) => `container ${container.name}`),
      ...observed.networks.map((network) => `network ${network.name}`),
      ...observed.volumes.map((volume) => `volume ${volume.name}`),
      ...[...observed.images.keys()].map((reference) => `image ${reference}`),
    ];
  };
  return {
    name,
    engine,
    events,
    stack: (parts) => aRuntimeStack(name, directory, parts),
    context,
    async writeTool(file, text) {
      const target = path.join(root, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
    },
    labelled,
    async containerIds() {
      const request = {
        stack: name,
        imageReferences: [],
        containerNames: [],
        networkNames: [],
        volumeNames: [],
      };
      const { containers } = await engine.observe(request);
      return Object.fromEntries(
        containers.map((container) => [container.service ?? container.name, container.id]),
      );
    },
    async [Symbol.asyncDispose]() {
      await resetStack(context(aRuntimeStack(name, directory, { services: [] })));
      await engine[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    },
  };
}

/**
 * Remove everything of a stack by its labels alone, as `qclock reset --purge-volumes --images
 * --yes` does.
 */
export async function resetStack(context: RunContext): Promise<void> {
  const { stack, ...rest } = context;
  await reset(
    {
      ...rest,
      stackName: stack.name,
      stack: undefined,
      signal: new AbortController().signal,
      holdTimeoutMs: 10_000,
    },
    {
      removeImages: true,
      purgeVolumes: true,
      confirmed: true,
      confirm: async () => false,
    },
  );
}

/**
 * A service that does nothing but be there, and ends when asked to; `script` for something else.
 */
export function aShellService(
  stackName: string,
  name: string,
  parts: Partial<Service> & { readonly script?: string } = {},
): Service {
  const { script = "trap 'exit 0' TERM; while :; do sleep 0.05; done", ...rest } = parts;
  return aService({
    name,
    image: "tools",
    containerName: `${stackName}-${name}-1`,
    user: testUser,
    command: ["/bin/sh", "-c", script],
    stopGracePeriodMs: 2000,
    ...rest,
  });
}

/**
 * A web server in perl, with nothing but the built-in calls: answers every request with 200 and
 * `ok`.
 */
export function webServer(port: number): readonly string[] {
  const program = [
    "$SIG{TERM} = sub { exit 0 };",
    "socket(S, 2, 1, 6) or die; setsockopt(S, 1, 2, pack('l', 1));",
    `bind(S, pack('S n N x8', 2, ${port}, 0)) or die "cannot bind: $!"; listen(S, 64) or die;`,
    'while (accept(C, S)) { sysread(C, $r, 65536); syswrite(C, "HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"); close(C); }',
  ];
  return ["/usr/bin/perl", "-e", program.join(" ")];
}

function aRuntimeStack(name: string, directory: string, parts: TestStackParts): Stack {
  const byName = <Value extends { readonly name: string }>(
    values: readonly Value[] = [],
  ): ReadonlyMap<string, Value> => new Map(values.map((value) => [value.name, value]));
  const tools = anImageIn(name, "tools", {
    files: [{ source: path.join(directory, "tools"), target: "/", uid: 0, gid: 0 }],
    directories: [{ path: "/data", mode: 0o750, uid: 10_001, gid: 10_001 }],
    config: {
      user: testUser,
      environment: new Map(),
      exposedPorts: [],
      labels: new Map([["dev.qclock.test", "1"]]),
    },
  });
  return {
    name,
    manifestPath: path.join(directory, "stack.config.yaml"),
    directory,
    manifestDigest: "sha256:test",
    os: "debian-12",
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    mirrors: new Map(),
    images: byName([tools, ...(parts.images ?? [])]),
    services: byName(parts.services),
    networks: byName(parts.networks),
    volumes: byName(parts.volumes),
    secrets: byName(parts.secrets),
    locations: new Map(),
  };
}

/** A lock that fits the stack, so that nothing is asked of any mirror. */
function lockWithoutPackages(stack: Stack): RunContext["lock"] {
  const { os, architecture } = stack;
  const target = {
    os,
    architecture,
    inputs: packageInputs(stack),
    repositories: [],
    images: new Map(),
  };
  return { version: 2, targets: new Map([[`${os}/${architecture}`, target]]) };
}

async function writeTools(root: string): Promise<void> {
  for (const [file, content] of hostPrograms([
    "/bin/sh",
    "/bin/sleep",
    "/bin/cat",
    "/bin/ls",
    "/usr/bin/id",
    "/usr/bin/stat",
    "/usr/bin/env",
    "/bin/touch",
    "/usr/bin/perl",
  ])) {
    const target = path.join(root, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, 0o755);
  }
}

async function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, durationMs);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
