import { mkdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { Machine } from "./machine.ts";
import { mountControlGroups } from "./control-groups.ts";
import {
  startDaemon,
  type StartedEngine,
  type StartOptions,
  startUnit,
  tellProxies,
} from "./start-engine.ts";

/** Where podman's service is to listen: one of the usual sockets. */
export interface PodmanPlace {
  readonly socket: string;
  readonly log: string;
  /** Whether containers are the user's own, and not root's. */
  readonly rootless: boolean;
}

/**
 * Where podman can be started on a machine: root's everywhere, a user's where the session has a
 * folder for sockets. Undefined where it is not installed or cannot be.
 */
export function podmanPlace(
  { platform, podman, isRoot }: Pick<Machine, "platform" | "podman" | "isRoot">,
  environment: ReadonlyMap<string, string>,
): PodmanPlace | undefined {
  // Elsewhere podman is a client of a virtual machine, which has a program of its own.
  if (podman === undefined || platform !== "linux") return undefined;
  if (isRoot)
    return {
      socket: "/run/podman/podman.sock",
      log: "/var/log/qclock-podman.log",
      rootless: false,
    };
  const runtime = environment.get("XDG_RUNTIME_DIR") ?? "";
  if (!path.isAbsolute(runtime)) return undefined;
  const folder = path.join(runtime, "podman");
  return {
    socket: path.join(folder, "podman.sock"),
    log: path.join(folder, "qclock-podman.log"),
    rootless: true,
  };
}

/** Start podman's service: its socket by systemd where that runs, else the service by itself. */
export async function startPodman(
  { machine, environment, onStep, signal }: StartOptions,
  { socket, log, rootless }: PodmanPlace,
): Promise<StartedEngine> {
  const user = rootless ? ["--user"] : [];
  if (machine.hasSystemd && (await knowsUnit(user))) {
    onStep(`Starting ${rootless ? "your " : ""}podman.socket.`);
    return await startUnit({ unit: "podman.socket", user, signal });
  }
  if (!rootless) await mountControlGroups(onStep);
  await mkdir(path.dirname(socket), { recursive: true, mode: 0o700 });
  const program = machine.podman ?? "podman";
  onStep(`Starting ${program} at ${socket}; its log is ${log}.`);
  const own = ["HOME", "XDG_RUNTIME_DIR"].flatMap((name) => {
    const value = environment.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return await startDaemon({
    program,
    arguments: ["system", "service", "--time", "0", `unix://${socket}`],
    log,
    environment: { HOME: "/root", ...Object.fromEntries([...own, ...tellProxies(environment)]) },
  });
}

/** Whether systemd has podman's socket; a user may have no systemd of their own. */
async function knowsUnit(user: readonly string[]): Promise<boolean> {
  const { exitCode } = await execa("systemctl", [...user, "cat", "podman.socket"], {
    reject: false,
    stdin: "ignore",
  });
  return exitCode === 0;
}
