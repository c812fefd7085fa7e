import type { ContainerState, Engine, EngineInfo, ImageDetails } from "../docker/engine.ts";
import type { RunContext } from "../run/context.ts";
import { about } from "../stack/services/probe-kinds.ts";
import { loadFamily } from "../packages/families.ts";
import type { Image, Service, Stack } from "../stack/stack.ts";
import { connectTool } from "./network/connect-tool.ts";
import { expectationOf } from "./expectation.ts";
import { gatherImage, type Surroundings } from "./images/gather-image.ts";
import { gatherService } from "./services/gather-service.ts";
import { namesHost, readHostGateways } from "./network/host-gateway.ts";
import { gatewaysOf } from "./network/host-services.ts";
import { failed, type Look, type Looker } from "./services/look.ts";
import { createProcessReader } from "./services/processes.ts";
import type { RunningService } from "./network/reachability.ts";
import { readSecretFiles } from "./images/secret-files.ts";
import type { ImageSubject, ServiceSubject, Strangers } from "./subject.ts";

/**
 * What was found of one thing. Without a subject it is missing, or `failure` says why it could not
 * be looked at.
 */
export interface Found<Subject> {
  readonly name: string;
  readonly subject: Subject | undefined;
  readonly failure: string | undefined;
}

/** Called after each thing that was looked at. */
export type OnProgress = (done: number, total: number) => void;

/**
 * What the checks look at. Each part is looked at when it is first asked for and then kept, so that
 * a few checks do not pay for all: nothing reads an image back where no check of images is wanted.
 * No look rejects.
 */
export interface Sight {
  /**
   * Undefined when it could not be asked; then nothing else can be seen either, and `failure` says
   * why.
   */
  readonly engine: Engine | undefined;
  readonly info: () => Promise<Look<EngineInfo>>;
  readonly images: (onProgress?: OnProgress) => Promise<readonly Found<ImageSubject>[]>;
  readonly services: (onProgress?: OnProgress) => Promise<readonly Found<ServiceSubject>[]>;
  /** The services that run, and how each can try connections. */
  readonly running: () => Promise<ReadonlyMap<string, RunningService>>;
  /** Undefined where the Engine did not tell who is on its networks. */
  readonly strangers: () => Promise<readonly Strangers[] | undefined>;
  /** Real values of the stack's secrets that could be read; never printed. */
  readonly secretValues: () => Promise<readonly string[]>;
}

/** What is seen where the Engine could not be asked: nothing, and why. */
export function seeNothing({ stack }: Pick<RunContext, "stack">, failure: string): Sight {
  const unseen = ({ name }: { readonly name: string }): Found<never> => ({
    name,
    subject: undefined,
    failure,
  });
  return {
    engine: undefined,
    info: async () => failed(failure),
    images: async () => [...stack.images.values()].map(unseen),
    services: async () => [...stack.services.values()].map(unseen),
    running: async () => new Map(),
    strangers: async () => undefined,
    secretValues: async () => [],
  };
}

/**
 * What is seen of a stack through an Engine, each look with the looker's bounds in number and time.
 */
export function seeThrough(
  context: RunContext,
  {
    stack,
    engine,
    look,
  }: { readonly stack: Stack; readonly engine: Engine; readonly look: Looker },
): Sight {
  const { store } = context;
  const services = [...stack.services.values()];
  const images = [...stack.images.values()];
  const info = once(() => look("the Engine", (signal) => engine.info(signal)));
  const expectation = once(() => expectationOf(context, look));
  const states = once(() =>
    lookAtEach(services, ({ name, containerName }) =>
      look(`the container of service ${name}`, (signal) =>
        engine.inspectContainer(containerName, signal),
      ),
    ),
  );
  const details = once(() =>
    lookAtEach(images, ({ name, reference }) =>
      look(`image ${name}`, (signal) => engine.inspectImage(reference, signal)),
    ),
  );
  /** Asks something of each container that is there. */
  const inContainers = async <Value>(
    ask: (service: Service, state: ContainerState) => Promise<Look<Value>> | undefined,
  ): Promise<ReadonlyMap<string, Look<Value>>> => {
    const known = await states();
    const asked = services.flatMap((service) => {
      const state = known.get(service.name)?.value;
      const answer = state === undefined ? undefined : ask(service, state);
      return answer === undefined ? [] : [answer.then((value) => [service.name, value] as const)];
    });
    return new Map(await Promise.all(asked));
  };
  const inRunning = <Value>(
    what: string,
    ask: (service: Service, containerId: string, signal: AbortSignal) => Promise<Value> | undefined,
  ): Promise<ReadonlyMap<string, Look<Value | undefined>>> =>
    inContainers((service, { id, status }) =>
      status === "running"
        ? look(`${what} of service ${service.name}`, async (signal) => ask(service, id, signal))
        : undefined,
    );
  const secrets = once(() =>
    inContainers((service, { id: containerId }) =>
      look(`the secrets of service ${service.name}`, (signal) =>
        readSecretFiles(engine, { service, containerId, signal }),
      ),
    ),
  );
  const secretValues = once(async () => {
    const values = [...(await secrets()).values()].flatMap(({ value }) => value?.values ?? []);
    return [...new Set(values)];
  });
  const surroundings = once(async (): Promise<Surroundings> => {
    const [expected, imageDetails, values, family] = await Promise.all([
      expectation(),
      details(),
      secretValues(),
      loadFamily(stack.os),
    ]);
    const database = await family.database();
    const processesOf = createProcessReader();
    const what = { expectation: expected, details: imageDetails, secretValues: values };
    return { stack, engine, store, database, look, processesOf, ...what };
  });
  const seeImage = async (image: Image): Promise<Found<ImageSubject>> => {
    const world = await surroundings();
    const { name } = image;
    const found = world.details.get(name);
    if (found?.value === undefined) return { name, subject: undefined, failure: found?.failure };
    return { name, failure: undefined, subject: await gatherImage(image, found.value, world) };
  };
  const seeService = async (service: Service): Promise<Found<ServiceSubject>> => {
    const { name } = service;
    const state = (await states()).get(name);
    if (state?.value === undefined) return { name, subject: undefined, failure: state?.failure };
    const sighted = {
      service,
      state: state.value,
      info: await info(),
      secrets: (await secrets()).get(name),
    };
    return {
      name,
      subject: await gatherService(sighted, await surroundings()),
      failure: undefined,
    };
  };
  return {
    engine,
    info,
    images: once((onProgress) => counted(images.map(seeImage), onProgress)),
    services: once((onProgress) => counted(services.map(seeService), onProgress)),
    running: once(async () => {
      const [known, imageDetails, expected] = await Promise.all([
        states(),
        details(),
        expectation(),
      ]);
      const [gateways, tools] = await Promise.all([
        inRunning("the hosts file", (service, containerId, signal) =>
          namesHost(service)
            ? readHostGateways(engine, { service, containerId, signal })
            : undefined,
        ),
        inRunning("the tools", (service, containerId, signal) => {
          const environment = imageDetails.get(service.image)?.value?.environment ?? [];
          return connectTool(engine, { containerId, environment, signal });
        }),
      ]);
      const isolated = expected.value?.isolatedNetworks ?? new Set();
      return new Map(
        services.flatMap((service): [string, RunningService][] => {
          const { name } = service;
          const state = known.get(name)?.value;
          if (state?.status !== "running") return [];
          const hosts = gateways.get(name)?.value ?? [];
          return [
            [
              name,
              {
                service,
                containerId: state.id,
                addresses: [...state.addresses.values()],
                gateways: [...new Set([...gatewaysOf(state.raw, isolated), ...hosts])],
                ports: portsOf(service, imageDetails.get(service.image)?.value),
                tool: tools.get(name)?.value,
              },
            ],
          ];
        }),
      );
    }),
    strangers: async () => (await expectation()).value?.strangers,
    secretValues,
  };
}

/** The same work for everybody who asks; what the first one hands over counts. */
function once<Arguments extends readonly unknown[], Value>(
  work: (...given: Arguments) => Promise<Value>,
): (...given: Arguments) => Promise<Value> {
  let started: Promise<Value> | undefined;
  return (...given) => (started ??= work(...given));
}

async function counted<Value>(
  works: readonly Promise<Value>[],
  onProgress: OnProgress = () => undefined,
): Promise<readonly Value[]> {
  let done = 0;
  return Promise.all(
    works.map(async (work) => {
      const value = await work;
      onProgress((done += 1), works.length);
      return value;
    }),
  );
}

async function lookAtEach<Thing extends { readonly name: string }, Value>(
  things: readonly Thing[],
  look: (thing: Thing) => Promise<Look<Value>>,
): Promise<ReadonlyMap<string, Look<Value>>> {
  return new Map(
    await Promise.all(things.map(async (thing) => [thing.name, await look(thing)] as const)),
  );
}

/**
 * Ports on which something of the service may listen; any one will do where none is known, since a
 * refusal is an answer.
 */
function portsOf(service: Service, image: ImageDetails | undefined): readonly number[] {
  const probed = service.probes.flatMap(
    ({ check }) => about(check, (kind, own) => kind.port(own)) ?? [],
  );
  const published = service.ports
    .filter(({ protocol }) => protocol === "tcp")
    .map(({ containerPort }) => containerPort);
  const declared = (image?.exposedPorts ?? [])
    .filter((port) => port.endsWith("/tcp"))
    .map((port) => Number.parseInt(port, 10));
  const ports = [...new Set([...probed, ...published, ...declared])];
  return ports.length > 0 ? ports : [80];
}
