import { spawn } from "node:child_process";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { createNamespace } from "./namespace.ts";
import type { EngineProgram } from "./peers.ts";

/** An Engine to measure with. */
export interface BenchEngine {
  readonly name: string;
  /** Whether its builder lets one target build on another: since Engine 23. */
  readonly hasNamedContexts: boolean;
  /** Variables with which `docker` and qclock find it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Words before a command that is to see the same network as the Engine. */
  readonly enter: readonly string[];
  /** Process id of the Engine when it is the bench's own, whose caches may be emptied. */
  readonly pid: number | undefined;
}

/**
 * Start an Engine that shares nothing with the host's: its socket, its data and its network are its
 * own. Needs root. On disposal it is stopped by its own process id, and its data and network are
 * removed.
 */
export async function startEngine(request: {
  readonly program: EngineProgram;
  readonly directory: string;
  readonly index: number;
}): Promise<BenchEngine & AsyncDisposable> {
  const { program, directory, index } = request;
  await stopAbandoned(directory);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const { enter } = stack.use(await createNamespace(`qclock-bench-${index}`, index));
  const logFile = path.join(directory, "dockerd.log");
  const log = stack.use(await open(logFile, "w"));
  const host = `unix://${path.join(directory, "docker.sock")}`;
  const [file = "", ...words] = [
    [...enter, program.dockerd],
    ["--data-root", path.join(directory, "data")],
    ["--exec-root", path.join(directory, "exec")],
    ["--pidfile", pidFileOf(directory)],
    ["--userland-proxy-path", program.proxy],
    ["--init-path", program.init],
    ["--host", host],
  ].flat();
  // Detached: Ctrl-C goes to the bench alone, which first removes what runs in the Engine.
  const child = spawn(file, words, {
    env: { PATH: program.searchPath },
    stdio: ["ignore", log.fd, log.fd],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  stack.defer(async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    await ended;
  });
  const environment = {
    PATH: program.searchPath,
    DOCKER_CONFIG: program.clientConfig,
    DOCKER_HOST: host,
  };
  for (let attempt = 0; ; attempt++) {
    const { exitCode } = await execa("docker", ["version"], { env: environment, reject: false });
    if (exitCode === 0) break;
    if (child.exitCode !== null || attempt === 150) {
      throw new Error(
        `${program.name} did not start: ${lastLine(await readFile(logFile, "utf8"))}`,
      );
    }
    await sleep(200);
  }
  stack.defer(async () => {
    // Else the Engine waits for each of them to end on its own terms.
    const script = "docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes";
    await execa("sh", ["-c", script], { env: environment, reject: false });
  });
  const owned = stack.move();
  return {
    name: program.name,
    hasNamedContexts: program.hasNamedContexts,
    environment,
    enter,
    pid: child.pid,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * The Engine that the host's own settings name, for qclock alone when no Engine of the bench's can
 * be had.
 */
export function hostEngine(): BenchEngine {
  const kept = ["PATH", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    name: "the host's Engine",
    hasNamedContexts: true,
    environment: Object.fromEntries(kept),
    enter: [],
    pid: undefined,
  };
}

/**
 * Stop the Engine of a bench that was killed. It is known by its files: the process id may be
 * another's by now.
 */
async function stopAbandoned(directory: string): Promise<void> {
  const pid = Number(await readFile(pidFileOf(directory), "utf8").catch(() => ""));
  if (!(pid > 0)) return;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  if (!commandLine.includes(directory)) return;
  process.kill(pid, "SIGTERM");
  for (let attempt = 0; attempt < 150; attempt++) {
    if ((await readFile(pidFileOf(directory), "utf8").catch(() => "")) === "") return;
    await sleep(200);
  }
  throw new Error(`An Engine of an earlier bench still runs with process id ${pid}.`);
}

function pidFileOf(directory: string): string {
  return path.join(directory, "dockerd.pid");
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
