import { createHash } from "node:crypto";
import { readTar } from "../../src/archive/read-members.ts";
import { containerBody } from "../../src/docker/calls/container-body.ts";
import type { ContainerState, Engine, EngineInfo } from "../../src/docker/engine.ts";
import { EngineResponseError, engineFailure } from "../../src/docker/errors.ts";
import { labels } from "../../src/stack/labels.ts";
import type { MemoryContainer, MemoryEngine, VolumeFile } from "./memory-engine.ts";
import { tarOf, type TarItem } from "./tar.ts";

/** What verify sees beside what a run has made. */
export interface Scene {
  readonly info?: Partial<EngineInfo>;
  /** Changes to `HostConfig` in the inspection of a service's container. */
  readonly hostConfig?: (service: string) => object;
  /** Changes to what is told of a service's container. */
  readonly state?: (service: string) => Partial<ContainerState>;
  /** Files of a service's container by their absolute path. */
  readonly files?: (service: string) => Readonly<Record<string, Partial<TarItem>>>;
  /** Changes to `Config` in the inspection of every image. */
  readonly imageConfig?: object;
  /** Files that every image holds beside those of its layers. */
  readonly imageFiles?: readonly TarItem[];
  readonly processes?: Engine["processes"];
}

/**
 * An Engine in memory that can be looked into as verify does: it tells the settings of its
 * containers, gives the files of its images back, and the secrets with their owners.
 */
export function inspectedEngine(engine: MemoryEngine, scene: Scene = {}): Engine {
  const layers = new Map<string, Buffer>();
  const container = (id: string): MemoryContainer | undefined =>
    [...engine.containers.values()].find((one) => one.id === id || one.request.name === id);
  const serviceOf = (id: string): string => container(id)?.request.labels.get(labels.service) ?? "";
  return {
    ...engine,
    info: async () => ({ ...(await engine.info()), ...scene.info }),
    async loadImages(archive, ...rest) {
      const parts = await Array.fromAsync(archive);
      for await (const { content } of readTar(each(parts), () => Infinity)) {
        const bytes = Buffer.from(content);
        layers.set(`sha256:${createHash("sha256").update(bytes).digest("hex")}`, bytes);
      }
      await engine.loadImages(each(parts), ...rest);
    },
    inspectImage: async (reference) => {
      const found = await engine.inspectImage(reference);
      if (found === undefined) return undefined;
      const own = rawConfigOf(found.raw) ?? {};
      return { ...found, raw: { Config: { ...own, ...scene.imageConfig } } };
    },
    imageHistory: async () => [{ createdBy: "qclock: files", sizeBytes: 1 }],
    exportImage: async (reference) => {
      const { diffIds = [] } = (await engine.inspectImage(reference)) ?? {};
      const tars = diffIds.map((diffId) => layers.get(diffId) ?? Buffer.alloc(0));
      const more = tarOf(scene.imageFiles ?? []);
      return each([...tars.map(withoutEnd), more]);
    },
    inspectContainer: async (id) => {
      const state = await engine.inspectContainer(id);
      const made = container(id);
      if (state === undefined || made === undefined) return state;
      const service = serviceOf(id);
      const raw = rawOf(made, scene.hostConfig?.(service) ?? {});
      return { ...state, raw, ...scene.state?.(service) };
    },
    processes: async (id, signal) => scene.processes?.(id, signal),
    async getArchive(id, path) {
      const own =
        scene.files?.(serviceOf(id))[path] ?? itemOf(secretAt(engine, container(id), path));
      if (own === undefined)
        throw engineFailure(
          { operation: "get archive", url: "memory:" },
          new EngineResponseError(404, `no ${path}`),
        );
      return each([tarOf([{ path: path.split("/").at(-1) ?? "", ...own }])]);
    },
  };
}

function rawConfigOf(raw: unknown): object | undefined {
  return typeof raw === "object" &&
    raw !== null &&
    "config" in raw &&
    typeof raw.config === "object"
    ? (raw.config ?? undefined)
    : undefined;
}

/** `GET /containers/{id}/json` as the Engine would answer it after that creation. */
function rawOf({ request, networks }: MemoryContainer, changes: object): object {
  const { HostConfig, Env, User = "" } = containerBody(request, "json-file");
  return {
    Config: { User, Env },
    HostConfig: { ...Object(HostConfig), ...changes },
    Mounts: request.mounts.map(({ type, source, target, readOnly }) => ({
      Type: type,
      ...(type === "volume" ? { Name: source } : {}),
      Source: source,
      Destination: target,
      RW: !readOnly,
    })),
    NetworkSettings: {
      Networks: Object.fromEntries([...networks].map((name) => [name, { Gateway: "10.213.0.1" }])),
    },
  };
}

function secretAt(
  engine: MemoryEngine,
  container: MemoryContainer | undefined,
  path: string,
): VolumeFile | undefined {
  for (const { source, target } of container?.request.mounts ?? []) {
    if (!path.startsWith(`${target}/`)) continue;
    return engine.volumes.get(source)?.files.get(path.slice(target.length + 1));
  }
  return undefined;
}

function itemOf(file: VolumeFile | undefined): Partial<TarItem> | undefined {
  if (file === undefined) return undefined;
  const { content, mode, uid, gid } = file;
  return { content, mode, uid, gid };
}

/** A tar without the two empty blocks at its end. */
function withoutEnd(tar: Buffer): Buffer {
  let end = tar.length;
  while (end >= 512 && tar.subarray(end - 512, end).every((byte) => byte === 0)) end -= 512;
  return tar.subarray(0, end);
}

async function* each(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
}
