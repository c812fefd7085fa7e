import { statfs } from "node:fs/promises";
import { userInfo } from "node:os";
import { QclockError } from "../error.ts";
import type { Store } from "../store/store.ts";
import { tryBuilder } from "./builder.ts";
import { type ConnectOptions, connectEngine } from "./connect.ts";
import type { Engine, EngineInfo } from "./engine.ts";

/** One thing that was looked at. */
export interface Finding {
  /** Stable: `engine-reachable`, `memory-limit`… */
  readonly id: string;
  /** A warning is something that will matter to some; with a problem qclock does not work. */
  readonly status: "ok" | "warning" | "problem";
  /** Without a full stop. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly fix?: string;
}

export interface ExamineOptions extends ConnectOptions {
  /** Where the trial builds' contexts are packed. Absent: the builder is not tried. */
  readonly store?: Store;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Everything about the Engine that a stack may stumble over. Never throws for what is wrong with
 * the Engine: that is a finding.
 */
export async function examineEngine(options: ExamineOptions): Promise<readonly Finding[]> {
  let engine: Engine;
  try {
    engine = await connectEngine(options);
  } catch (error) {
    return [unreachable(error)];
  }
  await using connected = engine;
  const info = await connected.info(options.signal);
  return [
    {
      id: "engine-reachable",
      status: "ok",
      message: `${nameOf(info)} ${info.version} (API ${info.apiVersion}) answers at ${connected.endpoint.url} (${connected.endpoint.origin})`,
    },
    ...examineInfo(info, (options.now ?? Date.now)()),
    ...(connected.endpoint.local ? await examineDisk(info) : [notLocal]),
    ...(connected.endpoint.local ? examineUser(info) : []),
    ...(options.store === undefined
      ? []
      : [await examineBuilder(connected, options.store, options.signal)]),
  ];
}

/** Which Engine it is, for a person. */
function nameOf({ isPodman, rootless }: EngineInfo): string {
  return `${rootless ? "rootless " : ""}${isPodman ? "podman" : "Engine"}`;
}

/** What the Engine says of itself, judged. `nowMs` is this machine's clock. */
export function examineInfo(info: EngineInfo, nowMs: number): readonly Finding[] {
  return [
    {
      id: "image-store",
      status: "ok",
      message: `images are kept by the ${info.imageStore} store (${info.storageDriver})`,
    },
    examineInit(info),
    ...examineLimits(info),
    examineForwarding(info),
    ...examineClock(info, nowMs),
    ...(info.isPodman ? [podman] : []),
    ...info.warnings
      .filter((warning) => !/limit|swap|cpu|pids/iu.test(warning))
      .map((message): Finding => ({
        id: "engine-warning",
        status: "warning",
        message: `the Engine warns: ${message}`,
      })),
  ];
}

/** Below this an image or two will not fit. */
const lowBytes = 2e9;

/** A stack of three images and a database. */
const comfortableBytes = 5e9;

/** Past this, certificates and logs begin to contradict each other. */
const tolerableSkewMs = 5000;

const notLocal: Finding = {
  id: "engine-remote",
  status: "warning",
  message:
    "the Engine is not on this machine: services that mount folders of this machine are refused, and ports open there",
};

const podman: Finding = {
  id: "podman",
  status: "warning",
  message:
    "the Engine is podman: images from a Dockerfile are built by its own builder, and services with a read-only root may write to /run, /tmp and /var/tmp",
};

function unreachable(error: unknown): Finding {
  if (!(error instanceof QclockError)) throw error;
  const message = [error.message.replace(/\.$/u, ""), ...error.details].join("\n    ");
  return {
    id: "engine-reachable",
    status: "problem",
    message,
    ...(error.hint === undefined ? {} : { fix: error.hint }),
  };
}

function examineInit({ hasInit, isPodman }: EngineInfo): Finding {
  if (hasInit)
    return { id: "engine-init", status: "ok", message: "the Engine has an init for PID 1" };
  return {
    id: "engine-init",
    status: "warning",
    message: "the Engine has no init: a service's own program is PID 1, and reaps no orphans",
    fix: `Install the package ${isPodman ? "catatonit" : "tini (docker-init)"} on the Engine's machine.`,
  };
}

function examineLimits(info: EngineInfo): readonly Finding[] {
  const missing = [
    ...(info.memoryLimit ? [] : ["memory"]),
    ...(info.cpuLimit ? [] : ["CPU"]),
    ...(info.pidsLimit ? [] : ["process"]),
  ];
  if (missing.length === 0)
    return [
      {
        id: "limits",
        status: "ok",
        message: `memory, CPU and process limits work (control groups v${info.cgroupVersion})`,
      },
    ];
  return [
    {
      id: "limits",
      status: "warning",
      message: `the Engine cannot enforce ${missing.join(" and ")} limits`,
      fix: info.rootless
        ? "A rootless Engine needs control groups v2 and systemd with `Delegate=cpu cpuset io memory pids` for user@.service."
        : "Enable the controllers in the kernel, for example with `cgroup_enable=memory` on its command line.",
    },
  ];
}

function examineForwarding({ ipForwarding }: EngineInfo): Finding {
  if (ipForwarding) return { id: "ip-forwarding", status: "ok", message: "IP forwarding is on" };
  return {
    id: "ip-forwarding",
    status: "problem",
    message:
      "IP forwarding is off on the Engine's machine: published ports and ways out of containers do not work",
    fix: "Run `sysctl -w net.ipv4.ip_forward=1` there, and keep it in /etc/sysctl.d.",
  };
}

function examineClock({ systemTime }: EngineInfo, nowMs: number): readonly Finding[] {
  const skewMs = Math.abs(Date.parse(systemTime) - nowMs);
  if (Number.isNaN(skewMs)) return [];
  if (skewMs <= tolerableSkewMs)
    return [
      { id: "clock", status: "ok", message: "the Engine's clock agrees with this machine's" },
    ];
  return [
    {
      id: "clock",
      status: "warning",
      message: `the Engine's clock is ${Math.round(skewMs / 1000)} s away from this machine's`,
      fix: "Synchronise both with NTP: certificates and signatures are judged by them.",
    },
  ];
}

async function examineDisk({ rootDirectory }: EngineInfo): Promise<readonly Finding[]> {
  // Not everyone may look into the Engine's folder, and one in a virtual machine is not here.
  const space = await statfs(rootDirectory).catch(() => undefined);
  if (space === undefined) return [];
  const free = space.bavail * space.bsize;
  const message = `${(free / 1e9).toFixed(1)} GB are free in the Engine's folder ${rootDirectory}`;
  if (free >= comfortableBytes) return [{ id: "engine-space", status: "ok", message }];
  return [
    {
      id: "engine-space",
      status: free < lowBytes ? "problem" : "warning",
      message: `only ${message}`,
      fix: "Free some space; `docker system df` shows what can be reclaimed, and nothing is removed by qclock on its own.",
    },
  ];
}

function examineUser({ rootless }: EngineInfo): readonly Finding[] {
  if (userInfo().uid === 0 || rootless) return [];
  // Reached without being root: by a group.
  return [
    {
      id: "engine-user",
      status: "ok",
      message: `${userInfo().username} may use the Engine, which is as good as root`,
    },
  ];
}

async function examineBuilder(
  engine: Engine,
  store: Store,
  signal: AbortSignal | undefined,
): Promise<Finding> {
  const { isPodman } = await engine.info(signal);
  if (isPodman) return await examinePodmanBuilder(engine, store, signal);
  const failure = await tryBuilder({ engine, store, builder: "buildkit", signal });
  if (failure === undefined)
    return {
      id: "builder",
      status: "ok",
      message: "a trial build with BuildKit succeeds, on an image of this Engine",
    };
  const classic = await tryBuilder({ engine, store, builder: "classic", signal });
  return classic === undefined
    ? {
        id: "builder",
        status: "warning",
        message: `BuildKit fails and the classic builder is used: ${failure.message}`,
      }
    : {
        id: "builder",
        status: "problem",
        message: `neither builder works: ${classic.message}`,
        fix: "Images from a Dockerfile cannot be built on this Engine; others can.",
      };
}

async function examinePodmanBuilder(
  engine: Engine,
  store: Store,
  signal: AbortSignal | undefined,
): Promise<Finding> {
  const failure = await tryBuilder({ engine, store, builder: "classic", signal });
  return failure === undefined
    ? {
        id: "builder",
        status: "ok",
        message: "a trial build with podman's builder succeeds, on an image of this Engine",
      }
    : {
        id: "builder",
        status: "problem",
        message: `podman's builder does not work: ${failure.message}`,
        fix: "Images from a Dockerfile cannot be built on this Engine; others can.",
      };
}
