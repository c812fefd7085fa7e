import type { Observed, ObservedImage } from "../plan/observed.ts";
import type { EngineClient } from "./connection/client.ts";
import type { ObserveRequest } from "./engine.ts";
import { observeContainers } from "./observe/containers.ts";
import { readHostRoutes } from "./observe/host-routes.ts";
import { observeImages } from "./observe/images.ts";
import type { Look } from "./observe/look.ts";
import { observeNetworks } from "./observe/networks.ts";
import { observeVolumes } from "./observe/volumes.ts";
import { isolationApi } from "./network-options.ts";

/**
 * One snapshot: what is the stack's, what bears its label or its names, and who uses it. All lists
 * are asked for at once; only what they do not say (exit codes, restarts) costs an inspection, of
 * the stack's own containers alone.
 */
export async function observe(
  client: EngineClient,
  request: ObserveRequest,
  signal?: AbortSignal,
): Promise<Observed> {
  const look: Look = { client, request, signal };
  const forBuild = request.purpose === "build";
  const [info, images, { containers, others }, { networks, subnets }, volumes, routes] =
    await Promise.all([
      client.info(signal),
      request.purpose === "down" ? new Map<string, ObservedImage>() : observeImages(look),
      observeContainers(look),
      forBuild ? { networks: [], subnets: [] } : observeNetworks(look),
      forBuild ? [] : observeVolumes(look),
      client.endpoint.local && !forBuild ? readHostRoutes() : [],
    ]);
  const { id, version, apiVersion, architecture, imageStore, hasInit } = info;
  const limits = {
    memory: info.memoryLimit,
    swap: info.swapLimit,
    cpu: info.cpuLimit,
    pids: info.pidsLimit,
  };
  return {
    engine: {
      id,
      version,
      apiVersion,
      architecture,
      imageStore,
      hasInit,
      isolatesNetworks: client.hasApi(isolationApi),
      limits,
    },
    images,
    containers,
    networks,
    volumes,
    others,
    usedSubnets: [...new Set([...subnets, ...routes])].toSorted(),
  };
}
