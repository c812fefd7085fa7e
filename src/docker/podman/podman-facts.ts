import { access } from "node:fs/promises";
import * as z from "zod/mini";
import type { EngineHttp } from "../connection/engine-http.ts";
import { parseForeign } from "../foreign.ts";

/** What podman tells of itself in its own API alone. */
export interface PodmanFacts {
  /** Where containers' output goes unless asked otherwise, as the Engine's API calls it. */
  readonly loggingDriver: string;
  readonly hasInit: boolean;
  readonly memoryLimit: boolean;
  readonly pidsLimit: boolean;
  readonly cpuLimit: boolean;
}

const infoSchema = z.object({
  host: z.object({
    logDriver: z._default(z.string(), ""),
    cgroupControllers: z.nullish(z.array(z.string())),
  }),
});

/**
 * Where podman looks for the program that it makes PID 1, unless it is configured otherwise.
 * Source: containers-common, `init_path` and `helper_binaries_dir`.
 */
const initPrograms = [
  "/usr/libexec/podman/catatonit",
  "/usr/local/libexec/podman/catatonit",
  "/usr/lib/podman/catatonit",
  "/usr/local/lib/podman/catatonit",
];

/**
 * Ask podman about itself. Its API does not say whether it has an init, so its usual places are
 * looked at where it runs on this machine, and none is taken for granted elsewhere: a container
 * that asks for one is refused without it.
 */
export async function readPodmanFacts(
  http: EngineHttp,
  { local, signal }: { readonly local: boolean; readonly signal: AbortSignal | undefined },
): Promise<PodmanFacts> {
  const operation = "ask podman about itself";
  const answer = await http.get({ path: "/libpod/info", operation, signal });
  const { logDriver, cgroupControllers } = parseForeign(infoSchema, answer, operation).host;
  // Its compatible API calls the machine's controllers its own, which a rootless one may not use.
  const controls = (name: string): boolean => cgroupControllers?.includes(name) === true;
  return {
    loggingDriver: logDriver === "k8s-file" ? "json-file" : logDriver,
    memoryLimit: controls("memory"),
    pidsLimit: controls("pids"),
    cpuLimit: controls("cpu"),
    hasInit: local && (await hasInitProgram()),
  };
}

async function hasInitProgram(): Promise<boolean> {
  const found = await Promise.all(
    initPrograms.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
