import { spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { Peers } from "./peers.ts";

/** A second Engine beside the host's own, with nothing shared: its socket, its data, its bridge. */
export interface BenchEngine extends AsyncDisposable {
  readonly host: string;
}

const BRIDGE = "qclock-bench0";
const BRIDGE_ADDRESS = "172.31.251.1/24";

/** Start the peers' Engine. Needs root. Stopped on disposal, by its own process id. */
export async function startEngine(peers: Peers, directory: string): Promise<BenchEngine> {
  await mkdir(directory, { recursive: true });
  await ensureBridge();
  const socket = path.join(directory, "docker.sock");
  const logFile = path.join(directory, "dockerd.log");
  await using log = await open(logFile, "w");
  // A bridge of its own: `--bridge=none` would delete the host's docker0.
  const child = spawn(
    path.join(peers.root, "usr/sbin/dockerd"),
    [
      ["--data-root", path.join(directory, "data")],
      ["--exec-root", path.join(directory, "exec")],
      ["--pidfile", path.join(directory, "dockerd.pid")],
      ["--bridge", BRIDGE],
      ["--host", `unix://${socket}`],
    ].flat(),
    { env: { ...peers.environment }, stdio: ["ignore", log.fd, log.fd] },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    await execa("ip", ["link", "delete", BRIDGE], { reject: false });
  };
  const host = `unix://${socket}`;
  for (let attempt = 0; attempt < 150; attempt++) {
    const { exitCode } = await execa("docker", ["-H", host, "version"], {
      env: peers.environment,
      reject: false,
    });
    if (exitCode === 0) return { host, [Symbol.asyncDispose]: stop };
    if (child.exitCode !== null) break;
    await sleep(200);
  }
  await stop();
  throw new Error(`The second Engine did not start:\n${tail(await readFile(logFile, "utf8"))}`);
}

async function ensureBridge(): Promise<void> {
  const { exitCode } = await execa("ip", ["link", "show", BRIDGE], { reject: false });
  if (exitCode === 0) return;
  await execa("ip", ["link", "add", BRIDGE, "type", "bridge"]);
  await execa("ip", ["address", "add", BRIDGE_ADDRESS, "dev", BRIDGE]);
  await execa("ip", ["link", "set", BRIDGE, "up"]);
}

function tail(text: string): string {
  return text.trim().split("\n").slice(-5).join("\n");
}
