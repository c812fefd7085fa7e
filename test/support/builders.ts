import type {
  DesiredImage,
  Observed,
  ObservedContainer,
  ObservedImage,
  ObservedNetwork,
  ObservedVolume,
} from "../../src/plan/observed.ts";
import type { ImageRecords } from "../../src/plan/images/built-images.ts";
import { reconcile } from "../../src/plan/reconcile.ts";
import type { ReconcileOptions } from "../../src/plan/planning.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { labels } from "../../src/stack/labels.ts";
import type {
  AssembledImage,
  DockerfileImage,
  Image,
  Network,
  Secret,
  Service,
  Stack,
  Volume,
} from "../../src/stack/stack.ts";
import type { Digest } from "../../src/digest.ts";
import { networkHash } from "../../src/plan/networks/plan-networks.ts";
import { aNetworkIn } from "./a-network.ts";
import { aService } from "./a-service.ts";
import { anImageIn } from "./an-image.ts";

/** Everything that a plan is made from, as small as a test needs it. */
export interface StackParts {
  readonly images?: readonly Image[];
  readonly services?: readonly Service[];
  readonly networks?: readonly Network[];
  readonly volumes?: readonly Volume[];
  readonly secrets?: readonly Secret[];
}

/**
 * A stack named `t`. Images and services must come in the order of their dependencies, as
 * `resolveStack` gives them.
 */
export function aStack(parts: StackParts = {}): Stack {
  const byName = <Value extends { readonly name: string }>(
    values: readonly Value[] = [],
  ): ReadonlyMap<string, Value> => new Map(values.map((value) => [value.name, value]));
  return {
    name: "t",
    manifestPath: "/project/stack.config.yaml",
    directory: "/project",
    manifestDigest: "sha256:manifest",
    os: "debian-12",
    architecture: "amd64",
    mirrors: new Map(),
    images: byName(parts.images),
    services: byName(parts.services),
    networks: byName(parts.networks),
    volumes: byName(parts.volumes),
    secrets: byName(parts.secrets),
    locations: new Map(),
  };
}

/** An image without packages, on `parent` where one is given. */
export function anImage(name: string, parts: Partial<AssembledImage> = {}): AssembledImage {
  return anImageIn("t", name, parts);
}

export function aDockerfileImage(name: string, parents: readonly string[] = []): DockerfileImage {
  return {
    type: "dockerfile",
    name,
    reference: referenceOf(name),
    context: "/project",
    dockerfile: "/project/Dockerfile",
    buildArgs: new Map(),
    parents,
    labels: new Map(),
  };
}

/** A service of the image `app` on the given networks. */
export function onNetworks(networks: readonly string[]): Pick<Service, "networks"> {
  return { networks: new Map(networks.map((name) => [name, { aliases: [] }])) };
}

export function aNetwork(name: string, parts: Partial<Network> = {}): Network {
  return aNetworkIn("t", name, parts);
}

export function aVolume(name: string): Volume {
  return { name, engineName: `t_${name}`, labels: new Map() };
}

/** The fingerprint that every image has unless a test says otherwise. */
export function fingerprintOf(image: string): Digest {
  return `sha256:${image}-1`;
}

export function desired(
  stack: Stack,
  changes: Readonly<Record<string, Partial<DesiredImage>>> = {},
): ReadonlyMap<string, DesiredImage> {
  return new Map(
    [...stack.images.values()].map(({ name, reference }) => [
      name,
      { reference, fingerprint: fingerprintOf(name), ...changes[name] },
    ]),
  );
}

/** An Engine that holds nothing, but for the parts. */
export function anObserved(
  parts: Partial<Omit<Observed, "images">> & { readonly images?: readonly ObservedImage[] } = {},
): Observed {
  const { images = [], ...rest } = parts;
  return {
    engine: {
      id: "engine",
      version: "28.5.2",
      apiVersion: "1.51",
      architecture: "amd64",
      imageStore: "graphdriver",
      hasInit: true,
      isolatesNetworks: true,
      limits: { memory: true, swap: true, cpu: true, pids: true },
    },
    images: new Map(images.map((image) => [image.reference, image])),
    containers: [],
    networks: [],
    volumes: [],
    others: [],
    usedSubnets: [],
    ...rest,
  };
}

export function anObservedImage(name: string, parts: Partial<ObservedImage> = {}): ObservedImage {
  return {
    id: `sha256:id-of-${name}`,
    reference: referenceOf(name),
    labels: new Map([[labels.stack, "t"]]),
    fingerprint: fingerprintOf(name),
    identity: `sha256:id-of-${name}`,
    ...parts,
  };
}

export function anObservedNetwork(
  network: Network,
  parts: Partial<ObservedNetwork> = {},
): ObservedNetwork {
  return {
    id: `id-of-${network.name}`,
    name: network.engineName,
    ours: true,
    key: network.name,
    configHash: networkHash(network),
    internal: network.internal,
    outbound: network.outbound,
    isolated: network.isolated,
    subnets: [],
    ...parts,
  };
}

export function anObservedVolume(
  volume: Volume,
  parts: Partial<ObservedVolume> = {},
): ObservedVolume {
  return { name: volume.engineName, ours: true, key: volume.name, labels: new Map(), ...parts };
}

/**
 * The Engine after a first `up` of the stack that went well: what a plan for the empty Engine
 * creates, running. `changes` are made to single containers, `undefined` for one that is gone.
 */
export function afterUp(
  stack: Stack,
  changes: Readonly<Record<string, Partial<ObservedContainer> | undefined>> = {},
): Observed {
  const { nodes } = planFor(stack, anObserved());
  const containers = nodes.flatMap(({ operation }): readonly ObservedContainer[] => {
    if (operation.type !== "create-container") return [];
    const { service: name, configHash } = operation;
    const service = stack.services.get(name);
    if (service === undefined || (name in changes && changes[name] === undefined)) return [];
    return [
      {
        id: `id-of-${name}`,
        name: service.containerName,
        ours: true,
        service: name,
        role: service.job ? "job" : "service",
        configHash,
        imageIdentity: `sha256:id-of-${service.image}`,
        status: service.job ? "exited" : "running",
        exitCode: 0,
        restartCount: 0,
        networks: [...service.networks.keys()].map((key) => `t_${key}`),
        ...changes[name],
      },
    ];
  });
  return anObserved({
    images: [...stack.images.keys()].map((name) => anObservedImage(name)),
    containers,
    networks: [...stack.networks.values()].map((network) => anObservedNetwork(network)),
    volumes: [...stack.volumes.values()].map((volume) => anObservedVolume(volume)),
  });
}

export interface PlanChanges {
  readonly images?: Readonly<Record<string, Partial<DesiredImage>>>;
  readonly options?: ReconcileOptions;
  /** Absent: every image that the Engine holds is one that qclock built. */
  readonly records?: ImageRecords;
  readonly changedSecrets?: ReadonlySet<string>;
  readonly writtenSecrets?: ReadonlySet<string>;
}

/** The plan for a stack and an Engine. */
export function planFor(
  stack: Stack,
  observed: Observed,
  {
    images,
    options = {},
    records = recordsOf(observed),
    changedSecrets = new Set(),
    writtenSecrets = new Set(),
  }: PlanChanges = {},
): Plan {
  return reconcile({
    stack,
    observed,
    desiredImages: desired(stack, images),
    records,
    changedSecrets,
    writtenSecrets,
    options,
  });
}

/** Records that vouch for every image that the Engine holds. */
export function recordsOf({ images }: Observed): ImageRecords {
  return new Map(
    [...images.values()].map(({ fingerprint = "", identity }) => [
      fingerprint,
      new Set([identity]),
    ]),
  );
}

function referenceOf(image: string): string {
  return `qclock.invalid/t/${image}:latest`;
}

export { aService };
