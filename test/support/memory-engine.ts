import { once } from "node:events";
import { readTar } from "../../src/archive/read-members.ts";
import { tarHeader } from "../../src/archive/tar-header.ts";
import { tarPadding } from "../../src/archive/tar.ts";
import type {
  ContainerRequest,
  ContainerState,
  Engine,
  ExecResult,
  NetworkRequest,
} from "../../src/docker/engine.ts";
import { EngineResponseError, engineFailure } from "../../src/docker/errors.ts";
import type { Observed } from "../../src/plan/observed.ts";
import { labels } from "../../src/stack/labels.ts";
import { isOurs, type OwnedKind, recordOf } from "../../src/stack/ownership.ts";
import { anEngineInfo } from "./a-subject.ts";
import { MemoryImages } from "./memory-images.ts";

/** What a container does once it is started; nothing said: it runs until it is stopped. */
export interface Program {
  /** It ends at once with this. */
  readonly endsWith?: number;
  /** What it answers to `exec`. */
  readonly exec?: (command: readonly string[]) => ExecResult;
  /** What ps(1) calls it. */
  readonly processName?: string;
  /** What it writes. */
  readonly log?: readonly string[];
}

/** A file in a volume. */
export interface VolumeFile {
  readonly content: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface MemoryEngine extends Engine {
  /** Calls that change something, in order: `create container t-app-1`. */
  readonly calls: readonly string[];
  readonly images: MemoryImages;
  readonly containers: ReadonlyMap<string, MemoryContainer>;
  readonly networks: ReadonlyMap<string, NetworkRequest>;
  readonly volumes: ReadonlyMap<string, MemoryVolume>;
  /** Let the next call whose words match fail with a status, as the Engine refuses it. */
  refuse(call: RegExp, status: number, message: string): void;
}

export interface MemoryContainer {
  readonly id: string;
  readonly request: ContainerRequest;
  readonly networks: Set<string>;
  readonly imageId: string;
  status: ContainerState["status"];
  exitCode: number;
}

export interface MemoryVolume {
  readonly labels: ReadonlyMap<string, string>;
  readonly files: Map<string, VolumeFile>;
}

/**
 * An Engine that holds what it is told in memory and answers as a real one: names are given once,
 * what is in use is not removed, labels get their record. For tests of what a run makes of a plan,
 * without a socket and within milliseconds.
 */
export function memoryEngine(programOf: (service: string) => Program = () => ({})): MemoryEngine {
  const calls: string[] = [];
  const images = new MemoryImages();
  const containers = new Map<string, MemoryContainer>();
  const networks = new Map<string, NetworkRequest>();
  const volumes = new Map<string, MemoryVolume>();
  const refusals: { readonly call: RegExp; readonly error: Error }[] = [];
  let made = 0;

  const call = async (words: string): Promise<void> => {
    await Promise.resolve();
    const at = refusals.findIndex((refusal) => refusal.call.test(words));
    const [refusal] = at < 0 ? [] : refusals.splice(at, 1);
    if (refusal !== undefined) throw refusal.error;
    calls.push(words);
  };
  const containerOf = (idOrName: string): MemoryContainer | undefined =>
    [...containers.values()].find(
      ({ id, request }) => id === idOrName || request.name === idOrName || id.startsWith(idOrName),
    );
  const container = (idOrName: string, operation: string): MemoryContainer => {
    const found = containerOf(idOrName);
    if (found === undefined) throw refused(operation, 404, `No such container: ${idOrName}`);
    return found;
  };
  const program = ({ request }: MemoryContainer): Program =>
    programOf(request.labels.get(labels.service) ?? "");
  const volumeAt = (id: string, path: string): { files: MemoryVolume["files"]; prefix: string } => {
    const { request } = container(id, "find volume");
    const mount = request.mounts.find(
      ({ target }) => `${path}/`.startsWith(`${target}/`) || path === "/",
    );
    const volume = volumes.get(mount?.source ?? "");
    if (mount === undefined || volume === undefined) throw refused("archive", 404, `no ${path}`);
    return { files: volume.files, prefix: mount.target.slice(1) };
  };

  const contentInVolume = (id: string, path: string): string | undefined => {
    const { files, prefix } = volumeAt(id, path);
    return files.get(path.slice(prefix.length + 2))?.content;
  };

  return {
    calls,
    images,
    containers,
    networks,
    volumes,
    refuse: (words, status, message) =>
      void refusals.push({ call: words, error: refused(String(words), status, message) }),
    endpoint: { url: "memory:", origin: "test", local: false },
    info: async () => anEngineInfo,
    observe: async ({ stack, imageReferences, containerNames, networkNames, volumeNames }) =>
      observed(stack, {
        images: new Set([
          ...imageReferences,
          ...images.references().filter((name) => name.startsWith(`qclock.invalid/${stack}/`)),
        ]),
        containers: new Set(containerNames),
        networks: new Set(networkNames),
        volumes: new Set(volumeNames),
      }),
    stackContainers: async () =>
      [...containers.values()].flatMap(({ request: { name, labels: found }, status }) => {
        const stack = found.get(labels.stack) ?? "";
        if (!isOurs({ kind: "container", stack, name, labels: found })) return [];
        const told = pick(found, { role: labels.role, manifest: labels.manifest, os: labels.os });
        return [{ stack, name, status, ...told }];
      }),
    listImageReferences: async (pattern) => {
      const [prefix = "", suffix = ""] = pattern.split("*");
      return images.references().filter((name) => name.startsWith(prefix) && name.endsWith(suffix));
    },
    inspectImage: async (reference) => images.find(reference),
    imageHistory: async () => [],
    async loadImages(archive) {
      await call("load images");
      await images.load(archive);
    },
    async tagImage(id, reference) {
      await call(`tag ${reference}`);
      if (!images.tag(id, reference)) throw refused("tag", 404, `No such image: ${id}`);
    },
    async removeImage(reference) {
      await call(`remove image ${reference}`);
      const found = images.find(reference);
      if (found === undefined) throw refused("remove image", 404, "No such image");
      const isUsed = [...containers.values()].some(({ imageId }) => imageId === found.id);
      if (isUsed && found.references.length < 2)
        throw refused("remove image", 409, "the image is in use");
      images.remove(reference);
    },
    buildImage: async () => unexpected("build an image"),
    pullImage: async () => unexpected("pull an image"),
    registryDigest: async () => unexpected("ask a registry"),
    exportImage: async () => unexpected("export an image"),
    changedPaths: async () => unexpected("ask what a container changed"),
    writtenBytes: async () => undefined,
    exportContainer: async () => unexpected("export a container"),
    async createNetwork(request) {
      await call(`create network ${request.name}`);
      if (networks.has(request.name)) throw refused("create network", 409, "the name is taken");
      const others = [...networks.values()].map(({ subnet }) => subnet);
      if (others.includes(request.subnet)) throw refused("create network", 403, "Pool overlaps");
      networks.set(request.name, { ...request, labels: recorded("network", request) });
      return request.name;
    },
    async connectNetwork(network, id) {
      await call(`connect ${container(id, "connect").request.name} to ${network}`);
      container(id, "connect").networks.add(network);
    },
    async removeNetwork(id) {
      await call(`remove network ${id}`);
      const isUsed = [...containers.values()].some((one) => one.networks.has(id));
      if (isUsed) throw refused("remove network", 403, "has active endpoints");
      networks.delete(id);
    },
    async createVolume(name, wanted) {
      await call(`create volume ${name}`);
      const present = volumes.get(name) ?? {
        labels: recorded("volume", { name, labels: wanted }),
        files: new Map<string, VolumeFile>(),
      };
      volumes.set(name, present);
      return present.labels;
    },
    async removeVolume(name) {
      await call(`remove volume ${name}`);
      const isUsed = [...containers.values()].some(({ request }) =>
        request.mounts.some(({ source }) => source === name),
      );
      if (isUsed) throw refused("remove volume", 409, "the volume is in use");
      volumes.delete(name);
    },
    async createContainer(request) {
      if (images.find(request.image) === undefined)
        throw refused("create container", 404, `No such image: ${request.image}`);
      if (containerOf(request.name) !== undefined)
        throw refused("create container", 409, "the name is taken");
      await call(`create container ${request.name}`);
      const id = String(++made).padStart(64, "c");
      containers.set(id, {
        id,
        request: { ...request, labels: recorded("container", request) },
        networks: new Set(request.network === undefined ? [] : [request.network.name]),
        // The image that it stands on stays this one, whatever becomes of the name.
        imageId: images.find(request.image)?.id ?? "",
        status: "created",
        exitCode: 0,
      });
      return id;
    },
    async startContainer(id) {
      const found = container(id, "start");
      await call(`start ${found.request.name}`);
      const { endsWith } = program(found);
      Object.assign(found, {
        status: endsWith === undefined ? "running" : "exited",
        exitCode: endsWith ?? 0,
      });
    },
    async stopContainer(id) {
      const found = container(id, "stop");
      await call(`stop ${found.request.name}`);
      Object.assign(found, { status: "exited", exitCode: 0 });
    },
    async killContainer(id, signal) {
      const found = container(id, "kill");
      await call(`kill ${found.request.name} ${signal}`);
      Object.assign(found, { status: "exited", exitCode: 137 });
    },
    async removeContainer(id) {
      const found = containerOf(id);
      if (found === undefined) return;
      await call(`remove container ${found.request.name}`);
      containers.delete(found.id);
    },
    inspectContainer: async (id) => {
      const found = containerOf(id);
      return found === undefined ? undefined : stateOf(found);
    },
    waitContainer: async (id, signal) => {
      const { status, exitCode } = container(id, "wait");
      if (status === "exited") return exitCode;
      return await aborted(signal);
    },
    async *containerEnds(id, _since, signal) {
      const { status, exitCode } = container(id, "events");
      if (status === "exited") yield { exitCode, atMs: Date.now() };
      await aborted(signal);
    },
    processes: async () => undefined,
    async *stackEvents() {},
    usage: async (id) =>
      container(id, "stats").status === "running" ? { processes: 1 } : undefined,
    processTable: async (id) =>
      container(id, "top").status === "running"
        ? {
            titles: ["PID", "CMD"],
            rows: [["1", program(container(id, "top")).processName ?? "init"]],
          }
        : undefined,
    async *logs(id) {
      for (const text of program(container(id, "logs")).log ?? []) yield { stream: "stdout", text };
    },
    exec: async (id, command) =>
      program(container(id, "exec")).exec?.(command) ?? { exitCode: 0, output: "" },
    execInteractive: async () => unexpected("exec at a terminal"),
    async runInteractive(id) {
      const found = container(id, "run");
      await call(`run ${found.request.name}`);
      const exitCode = program(found).endsWith ?? 0;
      Object.assign(found, { status: "exited", exitCode });
      return exitCode;
    },
    async putArchive(id, path, archive) {
      await call(`put archive ${container(id, "put").request.name}`);
      const { files, prefix } = volumeAt(id, path);
      for await (const { path: name, type, content, mode, uid, gid } of readTar(
        archive instanceof Uint8Array ? chunks(archive) : archive,
        () => Infinity,
      )) {
        if (type !== "file") continue;
        const text = Buffer.from(content).toString("utf8");
        files.set(name.slice(prefix.length + 1), { content: text, mode, uid, gid });
      }
    },
    statPath: async () => unexpected("look at a path"),
    async getArchive(id, path) {
      const inImage = images.fileOf(container(id, "get archive").request.image, path.slice(1));
      const found = inImage ?? contentInVolume(id, path);
      if (found === undefined) throw refused("get archive", 404, `no ${path}`);
      const bytes = Buffer.from(found);
      const header = tarHeader(path.split("/").at(-1) ?? "", bytes.length);
      const padding = Buffer.alloc(tarPadding(bytes.length) + 1024);
      return chunks(Buffer.concat([header, bytes, padding]));
    },
    async [Symbol.asyncDispose]() {},
  };

  function stateOf({
    id,
    request,
    status,
    exitCode,
    networks: joined,
    imageId,
  }: MemoryContainer): ContainerState {
    return {
      id,
      name: request.name,
      status,
      exitCode,
      oomKilled: false,
      error: "",
      restartCount: 0,
      createdAt: new Date().toISOString(),
      startedAt: status === "created" ? "0001-01-01T00:00:00Z" : new Date().toISOString(),
      pid: status === "running" ? 1 : 0,
      imageId,
      labels: request.labels,
      isRouted: true,
      addresses: new Map([...joined].map((name) => [name, "10.213.0.2"])),
      publishedPorts: request.ports.map((port) => ({ ...port, hostPort: port.hostPort || 40_000 })),
      raw: {},
    };
  }

  function observed(
    stack: string,
    names: Readonly<Record<"images" | "containers" | "networks" | "volumes", ReadonlySet<string>>>,
  ): Observed {
    const ours = (kind: OwnedKind, name: string, found: ReadonlyMap<string, string>): boolean =>
      isOurs({ kind, stack, name, labels: found });
    const isWanted = (kind: OwnedKind, name: string, found: ReadonlyMap<string, string>): boolean =>
      names[`${kind}s`].has(name) || found.get(labels.stack) === stack;
    const own = [...containers.values()].filter(({ request }) =>
      isWanted("container", request.name, request.labels),
    );
    return {
      engine: {
        ...anEngineInfo,
        isolatesNetworks: true,
        limits: { memory: true, swap: true, cpu: true, pids: true },
      },
      images: new Map(
        [...names.images].flatMap((reference) => {
          const found = images.find(reference);
          if (found === undefined) return [];
          const fingerprint = found.labels.get(labels.fingerprint);
          const { id, identity, labels: onImage } = found;
          return [
            [
              reference,
              {
                id,
                identity,
                reference,
                labels: onImage,
                ...(fingerprint === undefined ? {} : { fingerprint }),
              },
            ],
          ];
        }),
      ),
      containers: own.map(({ id, request, imageId, status, exitCode, networks: joined }) => ({
        id,
        name: request.name,
        ours: ours("container", request.name, request.labels),
        ...pick(request.labels, {
          service: labels.service,
          role: labels.role,
          configHash: labels.configHash,
          imageIdentity: labels.imageIdentity,
        }),
        imageId,
        status,
        exitCode,
        networks: [...joined],
      })),
      networks: [...networks.values()]
        .filter(({ name, labels: found }) => isWanted("network", name, found))
        .map(({ name, labels: found, internal, isolated, outbound, subnet }) => ({
          id: name,
          name,
          ours: ours("network", name, found),
          ...pick(found, { key: labels.network, configHash: labels.configHash }),
          internal,
          isolated,
          outbound,
          subnets: [subnet],
        })),
      volumes: [...volumes]
        .filter(([name, { labels: found }]) => isWanted("volume", name, found))
        .map(([name, { labels: found }]) => {
          const secrets = found.get(labels.secrets);
          return {
            name,
            ours: ours("volume", name, found),
            ...pick(found, { key: labels.volume, configHash: labels.configHash }),
            labels: found,
            ...(secrets === undefined ? {} : { secrets: secrets.split(",") }),
          };
        }),
      others: [...containers.values()]
        .filter((one) => !own.includes(one))
        .map((one) => ({
          name: one.request.name,
          networks: [...one.networks],
          volumes: one.request.mounts.map(({ source }) => source),
          imageId: one.imageId,
        })),
      usedSubnets: [...networks.values()].map(({ subnet }) => subnet),
    };
  }
}

function recorded(
  kind: OwnedKind,
  object: { readonly name: string; readonly labels: ReadonlyMap<string, string> },
): ReadonlyMap<string, string> {
  const record = recordOf({ kind, ...object }, Date.now());
  return new Map([...object.labels, [labels.record, record]]);
}

/** The labels that are there, under other names. */
function pick<Name extends string>(
  found: ReadonlyMap<string, string>,
  keys: Readonly<Record<Name, string>>,
): { readonly [Key in Name]?: string } {
  const pairs = Object.entries<string>(keys).flatMap(([name, key]) => {
    const value = found.get(key);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(pairs);
}

function refused(operation: string, status: number, message: string): Error {
  return engineFailure({ operation, url: "memory:" }, new EngineResponseError(status, message));
}

function unexpected(what: string): never {
  throw new Error(`this test does not ${what}`);
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function aborted(signal: AbortSignal | undefined): Promise<never> {
  if (signal === undefined) return unexpected("wait for ever");
  signal.throwIfAborted();
  await once(signal, "abort");
  throw signal.reason;
}
