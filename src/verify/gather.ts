import type { ContainerState, Engine, EngineInfo } from "../docker/engine.ts";
import type { RunContext } from "../run/context.ts";
import type { Image, Service, Stack } from "../stack/stack.ts";
import { type Expectation, gatherImage, type Surroundings } from "./gather-image.ts";
import { gatherService } from "./gather-service.ts";
import type { ImageFiles } from "./image-files.ts";
import { failed, type Look, type Looker } from "./look.ts";
import { namesHost, readHostGateways } from "./host-gateway.ts";
import { gatewaysOf } from "./host-services.ts";
import { createProcessReader } from "./processes.ts";
import { findProgram } from "./program.ts";
import type { ConnectTool, RunningService } from "./reachability.ts";
import { readSecretFiles } from "./secret-files.ts";
import type { ImageSubject, ServiceSubject } from "./subject.ts";
import type { HelperImage } from "./try-connections.ts";

/** What was found of one thing. Without a subject it is missing, or `failure` says why it could not be looked at. */
export interface Found<Subject> {
  readonly name: string;
  readonly subject: Subject | undefined;
  readonly failure: string | undefined;
}

/** What was found, and what is missing altogether. */
export interface Gathered {
  readonly engine: Look<EngineInfo>;
  readonly images: readonly Found<ImageSubject>[];
  readonly services: readonly Found<ServiceSubject>[];
  readonly running: ReadonlyMap<string, RunningService>;
  /** An image of the stack that can open connections; undefined when none can. */
  readonly helper: HelperImage | undefined;
  /** Real values of the stack's secrets that could be read; never printed. */
  readonly secretValues: readonly string[];
}

/** What is known when the Engine could not be asked: nothing, and why. */
export function nothingGathered(stack: Stack, failure: string): Gathered {
  const unseen = ({ name }: { readonly name: string }): Found<never> => ({
    name,
    subject: undefined,
    failure,
  });
  return {
    engine: failed(failure),
    images: [...stack.images.values()].map(unseen),
    services: [...stack.services.values()].map(unseen),
    running: new Map(),
    helper: undefined,
    secretValues: [],
  };
}

type SeenImage = Found<ImageSubject> & { readonly files: Look<ImageFiles> | undefined };

type States = ReadonlyMap<string, Look<ContainerState | undefined>>;
type HostGateways = ReadonlyMap<string, Look<readonly string[]>>;
type Secrets = ReadonlyMap<string, Look<Awaited<ReturnType<typeof readSecretFiles>>>>;

/** Ask the Engine for everything that the checks judge, with bounds in number and time. Never rejects for what it cannot see. */
export async function gather(
  { stack, store }: Pick<RunContext, "stack" | "store">,
  about: {
    readonly engine: Engine;
    readonly look: Looker;
    readonly expectation: Look<Expectation>;
    readonly onProgress: (done: number, total: number) => void;
  },
): Promise<Gathered> {
  const { engine, look, expectation } = about;
  const services = [...stack.services.values()];
  const images = [...stack.images.values()];
  let done = 0;
  const counted = async <Value>(work: Promise<Value>): Promise<Value> => {
    const value = await work;
    about.onProgress((done += 1), services.length + images.length);
    return value;
  };
  const [info, states, details] = await Promise.all([
    look("the Engine", (signal) => engine.info(signal)),
    lookAtEach(services, ({ name, containerName }) =>
      look(`the container of service ${name}`, (signal) =>
        engine.inspectContainer(containerName, signal),
      ),
    ),
    lookAtEach(images, ({ name, reference }) =>
      look(`image ${name}`, (signal) => engine.inspectImage(reference, signal)),
    ),
  ]);
  const [secrets, hostGateways] = await Promise.all([
    gatherSecrets(engine, { services, states, look }),
    gatherHostGateways(engine, { services, states, look }),
  ]);
  const values = [...secrets.values()].flatMap(({ value }) => value?.values ?? []);
  const secretValues = [...new Set(values)];
  const processesOf = createProcessReader();
  const seen = { look, expectation, details, secretValues, processesOf };
  const world: Surroundings = { stack, engine, store, ...seen };
  const [seenImages, seenServices] = await Promise.all([
    Promise.all(images.map((image) => counted(seeImage(image, world)))),
    Promise.all(
      services.map((service) => counted(seeService(service, { states, secrets, info, world }))),
    ),
  ]);
  const byName = new Map(seenImages.map((image) => [image.name, image]));
  return {
    engine: info,
    images: seenImages,
    services: seenServices,
    running: runningServices(stack, {
      states,
      hostGateways,
      images: byName,
      isolated: expectation.value?.isolatedNetworks ?? new Set(),
    }),
    helper: helperAmong(seenImages),
    secretValues,
  };
}

async function lookAtEach<Thing extends { readonly name: string }, Value>(
  things: readonly Thing[],
  look: (thing: Thing) => Promise<Look<Value>>,
): Promise<ReadonlyMap<string, Look<Value>>> {
  return new Map(
    await Promise.all(things.map(async (thing) => [thing.name, await look(thing)] as const)),
  );
}

async function gatherSecrets(
  engine: Engine,
  about: {
    readonly services: readonly Service[];
    readonly states: States;
    readonly look: Looker;
  },
): Promise<Secrets> {
  const made = about.services.flatMap((service) => {
    const state = about.states.get(service.name)?.value;
    return state === undefined ? [] : [{ name: service.name, service, containerId: state.id }];
  });
  return lookAtEach(made, ({ service, containerId }) =>
    about.look(`the secrets of service ${service.name}`, (signal) =>
      readSecretFiles(engine, { service, containerId, signal }),
    ),
  );
}

async function gatherHostGateways(
  engine: Engine,
  about: {
    readonly services: readonly Service[];
    readonly states: States;
    readonly look: Looker;
  },
): Promise<HostGateways> {
  const running = about.services.flatMap((service) => {
    const state = about.states.get(service.name)?.value;
    const isKnown = state?.status === "running" && namesHost(service);
    return isKnown ? [{ name: service.name, service, containerId: state.id }] : [];
  });
  return lookAtEach(running, ({ service, containerId }) =>
    about.look(`the hosts file of service ${service.name}`, (signal) =>
      readHostGateways(engine, { service, containerId, signal }),
    ),
  );
}

async function seeImage(image: Image, world: Surroundings): Promise<SeenImage> {
  const { name } = image;
  const details = world.details.get(name);
  if (details?.value === undefined)
    return { name, subject: undefined, files: undefined, failure: details?.failure };
  return { name, failure: undefined, ...(await gatherImage(image, details.value, world)) };
}

async function seeService(
  service: Service,
  sight: {
    readonly states: States;
    readonly secrets: Secrets;
    readonly info: Look<EngineInfo>;
    readonly world: Surroundings;
  },
): Promise<Found<ServiceSubject>> {
  const { name } = service;
  const state = sight.states.get(name);
  if (state?.value === undefined) return { name, subject: undefined, failure: state?.failure };
  const secrets = sight.secrets.get(name);
  const seen = { service, state: state.value, info: sight.info, secrets };
  return { name, subject: await gatherService(seen, sight.world), failure: undefined };
}

function runningServices(
  stack: Stack,
  {
    states,
    hostGateways,
    images,
    isolated,
  }: {
    readonly states: States;
    readonly hostGateways: HostGateways;
    readonly images: ReadonlyMap<string, SeenImage>;
    readonly isolated: ReadonlySet<string>;
  },
): ReadonlyMap<string, RunningService> {
  const running = new Map<string, RunningService>();
  for (const service of stack.services.values()) {
    const state = states.get(service.name)?.value;
    if (state?.status !== "running") continue;
    const image = images.get(service.image);
    running.set(service.name, {
      service,
      containerId: state.id,
      addresses: [...state.addresses.values()],
      gateways: [
        ...new Set([
          ...gatewaysOf(state.raw, isolated),
          ...(hostGateways.get(service.name)?.value ?? []),
        ]),
      ],
      ports: portsOf(service, image?.subject?.details.exposedPorts ?? []),
      tool: image === undefined ? undefined : toolOf(image),
    });
  }
  return running;
}

function helperAmong(images: readonly SeenImage[]): HelperImage | undefined {
  for (const image of images) {
    const tool = toolOf(image);
    if (image.subject !== undefined && tool !== undefined)
      return { reference: image.subject.image.reference, tool };
  }
  return undefined;
}

function toolOf({ subject, files }: SeenImage): ConnectTool | undefined {
  if (subject === undefined || files?.value === undefined) return undefined;
  for (const type of ["bash", "busybox"] as const) {
    const found = findProgram(files.value, type, subject.details.environment);
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
