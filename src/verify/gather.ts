import * as z from "zod";
import type { ContainerState, Engine, EngineInfo, ImageDetails } from "../docker/engine.ts";
import type { DesiredImage } from "../plan/observed.ts";
import type { LockedPackage, LockTarget } from "../packages/package.ts";
import type { RunContext } from "../run/context.ts";
import type { Image, Service, Stack } from "../stack/stack.ts";
import { findProgram } from "./program.ts";
import { readInspection } from "./inspection.ts";
import { readImageFiles } from "./read-image-files.ts";
import { readProcesses } from "./processes.ts";
import type { ConnectTool, RunningService } from "./reachability.ts";
import type { HelperImage } from "./try-connections.ts";
import { readSecretFiles } from "./secret-files.ts";
import type { ImageSubject, ServiceSubject } from "./subject.ts";

/** What is known before looking: what each image must be, and what a plan would do. */
export interface Expectation {
  readonly desired: ReadonlyMap<string, DesiredImage>;
  readonly target: LockTarget;
  /** For each service the operations that a plan holds for it, with their causes. */
  readonly drift: ReadonlyMap<string, readonly string[]>;
}

/** What was found, and what is missing altogether. */
export interface Gathered {
  readonly engine: EngineInfo;
  readonly images: readonly { readonly name: string; readonly subject: ImageSubject | undefined }[];
  readonly services: readonly {
    readonly service: Service;
    readonly subject: ServiceSubject | undefined;
  }[];
  readonly running: ReadonlyMap<string, RunningService>;
  /** An image of the stack that can open connections; undefined when none can. */
  readonly helper: HelperImage | undefined;
}

/** Parts of an image's configuration that only checks want. */
const imageConfigSchema = z.object({
  Config: z
    .object({
      WorkingDir: z.string().nullish(),
      Volumes: z.record(z.string(), z.unknown()).nullish(),
      Healthcheck: z.object({ Test: z.array(z.string()).nullish() }).nullish(),
    })
    .nullish(),
});

/** Log lines that are searched for secrets. */
const logTailLines = 500;

/** Ask the Engine for everything that the checks judge. */
export async function gather(
  context: RunContext,
  expectation: Expectation,
  onProgress: (done: number, total: number) => void,
): Promise<Gathered> {
  const { stack, signal } = context;
  const engine = await context.engine();
  const info = await engine.info(signal);
  const states = new Map(
    await Promise.all(
      [...stack.services.values()].map(
        async ({ name, containerName }) =>
          [name, await engine.inspectContainer(containerName, signal)] as const,
      ),
    ),
  );
  const secrets = await gatherSecrets(engine, stack, states, signal);
  const secretValues = [...new Set([...secrets.values()].flatMap(({ values }) => values))];

  const details = new Map<string, ImageDetails | undefined>();
  for (const { name, reference } of stack.images.values())
    details.set(name, await engine.inspectImage(reference, signal));
  let done = 0;
  const images: Gathered["images"] = await Promise.all(
    [...stack.images.values()].map(async (image) => {
      const found = details.get(image.name);
      const subject =
        found === undefined
          ? undefined
          : await gatherImage(image, found, {
              context,
              engine,
              expectation,
              details,
              secretValues,
            });
      onProgress((done += 1), stack.images.size);
      return { name: image.name, subject };
    }),
  );
  const filesOf = new Map(images.map(({ name, subject }) => [name, subject]));
  const services = await Promise.all(
    [...stack.services.values()].map(async (service) => {
      const state = states.get(service.name);
      if (state === undefined) return { service, subject: undefined };
      const found = secrets.get(service.name);
      const subject: ServiceSubject = {
        service,
        inspection: readInspection(state),
        engine: info,
        currentImageId: details.get(service.image)?.id,
        imageUser: details.get(service.image)?.user ?? "",
        drift: expectation.drift.get(service.name) ?? [],
        internalNetworks: internalNetworks(stack),
        processes: engine.endpoint.local
          ? await readProcesses({ id: state.id, pid: state.status === "running" ? state.pid : 0 })
          : undefined,
        secretFiles: found?.files,
        logTail: await logTail(engine, state.id, signal),
        secretValues,
      };
      return { service, subject };
    }),
  );
  return {
    engine: info,
    images,
    services,
    running: runningServices(stack, states, filesOf),
    helper: helperAmong(images),
  };
}

async function gatherImage(
  image: Image,
  details: ImageDetails,
  world: {
    readonly context: RunContext;
    readonly engine: Engine;
    readonly expectation: Expectation;
    readonly details: ReadonlyMap<string, ImageDetails | undefined>;
    readonly secretValues: readonly string[];
  },
): Promise<ImageSubject> {
  const { context, engine, expectation, secretValues } = world;
  const { stack, store, signal } = context;
  const chain = ancestry(stack, image);
  const parent =
    image.type === "assembled"
      ? image.parent
      : image.type === "dockerfile"
        ? image.parents.at(-1)
        : undefined;
  const { Config } = imageConfigSchema.parse(details.raw);
  return {
    image,
    details,
    history: await engine.imageHistory(image.reference, signal),
    config: {
      workingDirectory: Config?.WorkingDir ?? "",
      volumes: Object.keys(Config?.Volumes ?? {}),
      hasHealthcheck: (Config?.Healthcheck?.Test ?? []).some((word) => word !== "NONE"),
    },
    parent:
      parent === undefined
        ? undefined
        : { name: parent, diffIds: world.details.get(parent)?.diffIds },
    files: await readImageFiles(
      { reference: image.reference, identity: details.identity },
      { engine, store, signal },
    ),
    locked: lockedPackages(chain, expectation.target),
    fingerprint: expectation.desired.get(image.name)?.fingerprint,
    setuid: chain.flatMap((each) => (each.type === "assembled" ? each.setuid : [])),
    services: [...stack.services.values()].filter((service) => service.image === image.name),
    secretValues,
  };
}

/** The image and its parents in the stack, the root first. */
function ancestry(stack: Stack, image: Image): readonly Image[] {
  const parent =
    image.type === "assembled" && image.parent !== undefined
      ? stack.images.get(image.parent)
      : undefined;
  return parent === undefined ? [image] : [...ancestry(stack, parent), image];
}

function lockedPackages(
  chain: readonly Image[],
  target: LockTarget,
): readonly LockedPackage[] | undefined {
  if (chain.some(({ type }) => type !== "assembled")) return undefined;
  return chain.flatMap(({ name }) => target.images.get(name)?.packages ?? []);
}

function internalNetworks(stack: Stack): ReadonlySet<string> {
  return new Set(
    [...stack.networks.values()]
      .filter(({ internal }) => internal)
      .map(({ engineName }) => engineName),
  );
}

async function gatherSecrets(
  engine: Engine,
  stack: Stack,
  states: ReadonlyMap<string, ContainerState | undefined>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Awaited<ReturnType<typeof readSecretFiles>>>> {
  const found = await Promise.all(
    [...stack.services.values()].map(async (service) => {
      const state = states.get(service.name);
      return state === undefined
        ? undefined
        : ([
            service.name,
            await readSecretFiles(engine, { service, containerId: state.id, signal }),
          ] as const);
    }),
  );
  return new Map(found.filter((each) => each !== undefined));
}

async function logTail(
  engine: Engine,
  id: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { text } of engine.logs(id, { follow: false, tail: logTailLines }, signal))
    lines.push(text);
  return lines;
}

function runningServices(
  stack: Stack,
  states: ReadonlyMap<string, ContainerState | undefined>,
  images: ReadonlyMap<string, ImageSubject | undefined>,
): ReadonlyMap<string, RunningService> {
  const running = new Map<string, RunningService>();
  for (const service of stack.services.values()) {
    const state = states.get(service.name);
    if (state?.status !== "running") continue;
    const image = images.get(service.image);
    running.set(service.name, {
      service,
      containerId: state.id,
      addresses: [...state.addresses.values()],
      ports: portsOf(service, image?.details.exposedPorts ?? []),
      tool: image === undefined ? undefined : toolOf(image),
    });
  }
  return running;
}

function helperAmong(images: Gathered["images"]): HelperImage | undefined {
  for (const { subject } of images) {
    const tool = subject === undefined ? undefined : toolOf(subject);
    if (subject !== undefined && tool !== undefined)
      return { reference: subject.image.reference, tool };
  }
  return undefined;
}

function toolOf({ files, details }: ImageSubject): ConnectTool | undefined {
  for (const type of ["bash", "busybox"] as const) {
    const found = findProgram(files, type, details.environment);
    if (found !== undefined) return { type, path: `/${found.path}` };
  }
  return undefined;
}

/** Ports on which something of the service may listen; any one will do where none is known, since a refusal is an answer. */
function portsOf(service: Service, exposed: readonly string[]): readonly number[] {
  const probed = service.probes.flatMap(({ check }) =>
    check.type === "tcp_socket" || check.type === "http_get" ? [check.port] : [],
  );
  const published = service.ports
    .filter(({ protocol }) => protocol === "tcp")
    .map(({ containerPort }) => containerPort);
  const declared = exposed
    .filter((port) => port.endsWith("/tcp"))
    .map((port) => Number.parseInt(port, 10));
  const ports = [...new Set([...probed, ...published, ...declared])];
  return ports.length > 0 ? ports : [80];
}
