import { nearest } from "../../nearest.ts";
import path from "node:path";
import type { Diagnostic } from "../../diagnostic.ts";
import type { Engine } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import { ok, type Result } from "../../result.ts";
import type { PinnedKey } from "../../packages/proof/pinned-key.ts";
import type { RunContext } from "../../run/context.ts";
import { inPhase } from "../../run/execution/phase.ts";
import type { Service, Stack } from "../../stack/stack.ts";
import { type Architecture, architectureOfPlatform, type OsName, platformNames } from "../../os.ts";
import { exitCodes } from "../process/exit-code.ts";
import { readLock, writeLock } from "./lock-file.ts";
import { displayPath, findManifest, lockPathOf } from "./manifest-file.ts";
import type { Session } from "./session.ts";
import { repositoriesAnswer, sayAssumption, systemOf, wantedOs } from "../settings/os-choice.ts";
import { loadStack } from "./stack-file.ts";
import { version } from "../process/version.ts";

export interface StackOptions {
  /** `unread` for commands that look at no image: reading a long lock takes longer than they do. */
  readonly lockMode?: RunContext["lockMode"] | "unread";
  /** Take packages that nothing proves. */
  readonly allowUnsigned?: boolean | undefined;
  /** Services that the command line names: their profiles are active. */
  readonly services?: readonly string[];
  /**
   * What the command does with containers, see `loadStack`; by default those that look at images
   * make them.
   */
  readonly containers?: "made" | "found";
  /**
   * Take the OS that the stack runs on where nobody names one: for commands that compare the stack
   * with what is in the Engine, or make it anew. The others need not ask the Engine.
   */
  readonly followsRunning?: boolean;
  /**
   * Send no request for `--os auto`: it means the first of the manifest's list then, and that is
   * said.
   */
  readonly asksNobody?: boolean;
  /**
   * Called when the stack is known and the lock is not read yet, for what the Engine takes its time
   * for. Its failures are for later to tell.
   */
  readonly ahead?: (context: AheadContext) => void;
}

/** What is known when `ahead` is called. */
type AheadContext = Pick<RunContext, "stack" | "engine" | "clock" | "signal">;

/** A run context, and the Engine's connection to close when it is no longer needed. */
interface OpenContext extends AsyncDisposable {
  readonly context: RunContext;
}

/**
 * Load the stack and carry an action out on it. A manifest or lock with problems shows all of them
 * and ends with 2.
 */
export async function withStack(
  session: Session,
  use: (context: RunContext) => Promise<number>,
  options: StackOptions = {},
): Promise<number> {
  const open = (): ReturnType<typeof openContext> => openContext(session, options);
  const isLong = options.lockMode !== undefined;
  // Said first of all: what takes a while has to show at once that it has begun.
  const phase = { phase: "load", title: "Reading the manifest and the lock" };
  const opened = await (isLong ? inPhase(session, phase, open) : open());
  if (!opened.ok) {
    await session.reportDiagnostics(opened.error);
    return exitCodes.invalid;
  }
  await using stack = opened.value;
  return await use(stack.context);
}

/** The service of that name. Throws `service-not-found` with what was probably meant. */
export function findService(stack: Stack, name: string): Service {
  const service = stack.services.get(name);
  if (service !== undefined) return service;
  const names = [...stack.services.keys()];
  const near = nearest(name, names);
  throw new QclockError("service-not-found", `The stack has no service "${name}".`, {
    hint: near === undefined ? `It has ${names.join(", ") || "none"}.` : `Did you mean "${near}"?`,
  });
}

/** The Engine that the settings name, connected on first use and the same afterwards. */
export function engineOf(
  session: Session,
): { readonly engine: () => Promise<Engine> } & AsyncDisposable {
  let connected: Promise<Engine> | undefined;
  const connect = async (): Promise<Engine> => {
    const { connectEngine } = await import("../../docker/connect.ts");
    const { host, settings, signal, emit } = session;
    const engine = await connectEngine({
      host: settings.host,
      contextName: settings.context,
      environment: host.environment,
      homeDirectory: host.homeDirectory,
      signal,
      // A call that is tried again or hangs is what the user waits for: worth a line on every
      // display.
      onNotice: (message) => emit({ type: "notice", level: "warning", message }),
    });
    const { url, origin } = engine.endpoint;
    if (origin !== "usual socket")
      emit({ type: "notice", level: "info", message: `Using the Engine at ${url} (${origin}).` });
    return session.debug === undefined ? engine : session.debug.watch(engine);
  };
  return {
    engine: () => (connected ??= connect()),
    async [Symbol.asyncDispose]() {
      // A connection that failed has nothing to close, and its failure was reported where it was
      // needed.
      const engine = await connected?.catch(() => undefined);
      await engine?.[Symbol.asyncDispose]();
    },
  };
}

async function openContext(
  session: Session,
  options: StackOptions,
): Promise<Result<OpenContext, readonly Diagnostic[]>> {
  const { settings, host, emit, clock, signal } = session;
  const files = await findManifest({
    named: settings.file,
    workingDirectory: host.workingDirectory,
  });
  const { openStore } = await import("../../store/disk-store.ts");
  const { createDownloader } = await import("../../store/downloader.ts");
  await learnProxySecrets(session);
  const store = await openStore(storeDirectory(session));
  const downloader = createDownloader({
    store,
    offline: settings.offline,
    environment: host.environment,
    onRetry: (message) => emit({ type: "notice", level: "info", message }),
    sleep: (durationMs, abort) => clock.sleep(durationMs, abort),
  });
  const mirrorsOf = (
    os: OsName,
    manifestMirror: string | undefined,
  ): ReturnType<RunContext["mirrors"]> => resolveMirrorsOf(session, os, manifestMirror);
  await using scope = new AsyncDisposableStack();
  const connection = scope.use(engineOf(session));
  const loaded = await loadStack({
    session,
    files,
    architecture: imageArchitecture(session),
    containers: options.containers ?? (options.lockMode === undefined ? "found" : "made"),
    ...(options.services === undefined ? {} : { services: options.services }),
    store,
    ...(options.followsRunning === true
      ? { runsOn: (name) => runningSystem(connection.engine, { name, signal }) }
      : {}),
    ...(options.asksNobody === true
      ? {}
      : {
          answers: async (os, manifestMirror) =>
            repositoriesAnswer({
              os,
              downloader,
              signal,
              mirrors: () => mirrorsOf(os, manifestMirror),
            }),
        }),
  });
  if (!loaded.ok) return loaded;
  const { stack, environment } = loaded.value;
  if (options.asksNobody === true && wantedOs(settings.os, environment) === "auto")
    sayAssumption(emit, stack.os);
  await learnSecrets(session, stack, environment);

  options.ahead?.({ stack, engine: connection.engine, clock, signal });
  const lockPath = lockPathOf(files.path);
  const lockMode = options.lockMode ?? "unread";
  const lock =
    lockMode === "unread"
      ? ok(undefined)
      : await readLock(lockPath, displayPath(lockPath, host.workingDirectory), store);
  if (!lock.ok) return lock;

  const keys = await packageKeysOf(stack);
  let mirrors: ReturnType<RunContext["mirrors"]> | undefined;
  let pythonIndex: ReturnType<RunContext["pythonIndex"]> | undefined;
  const context: RunContext = {
    stack,
    engine: connection.engine,
    store,
    downloader,
    ...(keys === undefined ? {} : { keys }),
    mirrors: () => (mirrors ??= mirrorsOf(stack.os, stack.mirrors.get(stack.os))),
    artifactMirror: await artifactMirrorOf(session),
    pythonIndex: () => (pythonIndex ??= pythonIndexOf(session, { stack, downloader })),
    lock: lock.value,
    writeLock: (value) => writeLock(lockPath, value),
    lockMode: lockMode === "unread" ? "use" : lockMode,
    ...(settings.platform === undefined ? {} : { isPlatformNamed: true }),
    ...(options.allowUnsigned === true ? { allowUnsigned: true } : {}),
    emit,
    clock,
    signal,
    jobs: settings.jobs,
    holdTimeoutMs: settings.lockTimeout,
    runId: session.runId,
    version,
    holder: {
      host: host.hostName,
      pid: host.pid,
      user: host.userName,
      command: session.command,
    },
    secretVariable: (name) => environment.get(name),
  };
  const owned = scope.move();
  return ok({ context, [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

/** An Engine that cannot be asked says nothing here: the command's own calls tell why. */
async function runningSystem(
  connect: () => Promise<Engine>,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  try {
    const engine = await connect();
    return systemOf(await engine.stackContainers(signal), name);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Loaded only where the manifest names files of keys, as few do. */
async function packageKeysOf(stack: Stack): Promise<readonly PinnedKey[] | undefined> {
  if (stack.keyFiles === undefined) return undefined;
  const { readPackageKeys } = await import("./package-keys.ts");
  return await readPackageKeys(stack, stack.keyFiles);
}

/** Most machines have no proxy, and start without what reads its variables. */
async function learnProxySecrets({ host, redactor }: Session): Promise<void> {
  if (![...host.environment.keys()].some((name) => /_proxy$/i.test(name))) return;
  const { proxySecrets } = await import("../../store/proxy.ts");
  for (const secret of proxySecrets(host.environment)) redactor.add(secret);
}

/** What images are made for: the platform that `--platform` names, else this machine. */
export function imageArchitecture({ settings }: Pick<Session, "settings">): Architecture {
  const { platform } = settings;
  const named = platform === undefined ? undefined : architectureOfPlatform(platform);
  return named ?? hostArchitecture();
}

function hostArchitecture(): Architecture {
  switch (process.arch) {
    case "x64":
      return "amd64";
    case "arm64":
      return "arm64";
    default:
      throw new QclockError(
        "usage",
        `qclock does not know how to make images for ${process.arch}.`,
        { hint: `Name another platform with --platform: ${platformNames.join(", ")}.` },
      );
  }
}

/** The user's store: `--store`, else the cache folder of the XDG convention. */
export function storeDirectory({ settings, host }: Pick<Session, "settings" | "host">): string {
  if (settings.store !== undefined) return path.resolve(host.workingDirectory, settings.store);
  const cache = host.environment.get("XDG_CACHE_HOME");
  const base =
    cache !== undefined && path.isAbsolute(cache) ? cache : path.join(host.homeDirectory, ".cache");
  return path.join(base, "qclock");
}

/** The mirrors of an OS: the environment's, the manifest's, or the usual ones of its family. */
export async function resolveMirrorsOf(
  { host }: Session,
  os: OsName,
  manifestMirror: string | undefined,
): ReturnType<RunContext["mirrors"]> {
  const { mirrorVariable } = await import("../../packages/mirror.ts");
  const { resolveMirrors } = await import("../../packages/resolve-mirrors.ts");
  const { loadFamily } = await import("../../packages/families.ts");
  const variable = host.environment.get(mirrorVariable(os));
  return resolveMirrors({
    os,
    manifestMirror,
    environmentMirror: variable === "" ? undefined : variable,
    family: await loadFamily(os),
  });
}

/** The index of Python packages. What its URL holds of credentials is shown nowhere. */
async function pythonIndexOf(
  { host, redactor, signal }: Session,
  { stack, downloader }: Pick<RunContext, "stack" | "downloader">,
): ReturnType<RunContext["pythonIndex"]> {
  const { findIndex } = await import("../../packages/wheels/find-index.ts");
  const { SimpleIndex } = await import("../../packages/wheels/python-index.ts");
  const { environment, homeDirectory } = host;
  const places = async (): ReturnType<typeof findIndex> => {
    const manifestIndex = stack.pythonIndex;
    const found = await findIndex({ environment, homeDirectory, manifestIndex });
    for (const credentials of found.credentials.values()) {
      redactor.add(credentials.slice(credentials.indexOf(":") + 1));
    }
    return found;
  };
  return new SimpleIndex({ downloader, places, signal });
}

/** Loaded only where the variable is set, as on few machines. */
async function artifactMirrorOf({ host }: Session): Promise<string | undefined> {
  const value = host.environment.get("QCLOCK_ARTIFACT_MIRROR");
  if (value === undefined || value === "") return undefined;
  const { parseArtifactMirror } = await import("../../packages/artifacts.ts");
  return parseArtifactMirror(value);
}

/**
 * Make the secrets whose source lies here known to the redactor. Those that qclock generates never
 * leave their volume.
 */
async function learnSecrets(
  { redactor }: Session,
  stack: Stack,
  environment: ReadonlyMap<string, string>,
): Promise<void> {
  for (const { source } of stack.secrets.values()) {
    if (source.type === "environment") redactor.add(environment.get(source.variable) ?? "");
    // A file that is missing is an error only for a command that needs it.
    if (source.type !== "file") continue;
    const { readWhole } = await import("../../project/open.ts");
    const content = await readWhole(source.path).catch(() => undefined);
    redactor.add((content ?? Buffer.alloc(0)).toString("utf8").trimEnd());
  }
}
