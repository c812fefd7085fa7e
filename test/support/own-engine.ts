import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { connectEngine } from "../../src/docker/connect.ts";
import type { Engine } from "../../src/docker/engine.ts";
import { examineMachine, systemPath } from "../../src/docker/setup/machine.ts";
import { temporaryFolder } from "./temporary-store.ts";

const START_MS = 60_000;
const END_MS = 15_000;

/** A `dockerd` that belongs to one test, which may kill, stop and start it. */
export interface OwnEngine extends AsyncDisposable {
  readonly url: string;
  /** Connect as qclock does, with its own deadlines. */
  connect(onNotice: (message: string) => void): Promise<Engine>;
  /** As `kill -9`; resolves once it has ended. */
  kill(): Promise<void>;
  /** As `kill -STOP`: it takes connections and answers nothing. */
  stop(): void;
  /** Go on after `stop`. */
  resume(): void;
  /** Start it again where it does not run; resolves once it answers. */
  ensureRuns(): Promise<void>;
}

/** Why no Engine of a test's own can be had on this machine; undefined when one can. */
export async function obstacleToOwnEngine(): Promise<string | undefined> {
  const { isRoot, dockerd } = await examineMachine();
  if (!isRoot) return "only root may start a dockerd";
  if (dockerd === undefined) return "this machine has no dockerd";
  if (spawnSync("ip", ["-V"], { env: { PATH: systemPath.join(":") } }).status !== 0)
    return "this machine has no program ip to make a bridge with";
  return undefined;
}

/**
 * Start a dockerd with folders, socket, containerd and bridge of its own beside the machine's
 * Engine, whose rules of the firewall it leaves alone. With `keepContainers` (`--live-restore`)
 * containers survive it; else one that starts ends those that it finds.
 */
export async function startOwnEngine(options: {
  readonly keepContainers: boolean;
}): Promise<OwnEngine> {
  const { dockerd = "dockerd" } = await examineMachine();
  const folder = await temporaryFolder();
  const id = randomBytes(4).toString("hex");
  const engine = new Daemon(dockerd, folder.path, id, options.keepContainers);
  try {
    await mkdir(engine.directory, { recursive: true });
    engine.addBridge();
    await engine.ensureRuns();
    return engine;
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}

class Daemon implements OwnEngine {
  readonly directory: string;
  readonly url: string;
  readonly #program: string;
  readonly #id: string;
  readonly #bridge: string;
  readonly #keepContainers: boolean;
  #process: ChildProcess | undefined;

  constructor(program: string, directory: string, id: string, keepContainers: boolean) {
    this.directory = directory;
    this.url = `unix://${path.join(directory, "engine.sock")}`;
    this.#program = program;
    this.#id = id;
    // The kernel takes 15 characters.
    this.#bridge = `qct-${id}`;
    this.#keepContainers = keepContainers;
  }

  async connect(onNotice: (message: string) => void): Promise<Engine> {
    return await connectEngine({
      host: this.url,
      environment: new Map(),
      homeDirectory: this.directory,
      onNotice,
    });
  }

  addBridge(): void {
    // 198.18.0.0/15 is for tests of networks alone (RFC 2544), so that no address of anyone's is
    // taken.
    const [second = 0, third = 0, fourth = 0] = randomBytes(3);
    const address = `198.${18 + (second % 2)}.${third}.${(fourth & 0xfc) + 1}/30`;
    ip("link", "add", this.#bridge, "type", "bridge");
    ip("address", "add", address, "dev", this.#bridge);
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  stop(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  async ensureRuns(): Promise<void> {
    if (this.#process !== undefined && !hasEnded(this.#process)) return;
    // The numbers in them may be those of other processes by now, and an Engine then does not
    // start.
    await rm(path.join(this.directory, "pid"), { force: true });
    await rm(path.join(this.directory, "exec/containerd/containerd.pid"), { force: true });
    const log = await open(path.join(this.directory, "log"), "a");
    this.#process = spawn(this.#program, this.#arguments(), {
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
      env: { PATH: systemPath.join(":"), HOME: this.directory },
    });
    await log.close();
    await this.#answers(this.#process);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume();
    await this.#end("SIGTERM");
    await this.#endLeftProcesses();
    await this.#unmount();
    await this.#removeBridges();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #arguments(): readonly string[] {
    const settings: Readonly<Record<string, string>> = {
      "data-root": path.join(this.directory, "data"),
      "exec-root": path.join(this.directory, "exec"),
      pidfile: path.join(this.directory, "pid"),
      host: this.url,
      bridge: this.#bridge,
      // Should it use the machine's containerd, as one with systemd makes it, then apart from the
      // machine's Engine.
      "containerd-namespace": `qct-${this.#id}`,
      "containerd-plugins-namespace": `qct-plugins-${this.#id}`,
      iptables: "false",
      ip6tables: "false",
      "ip-masq": "false",
      "shutdown-timeout": "2",
      "live-restore": String(this.#keepContainers),
    };
    return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  }

  async #answers(process: ChildProcess): Promise<void> {
    const limit = performance.now() + START_MS;
    for (;;) {
      try {
        await using _engine = await this.connect(() => undefined);
        return;
      } catch (error) {
        if (!hasEnded(process) && performance.now() < limit) await sleep(50);
        else throw new Error(`dockerd does not start:\n${await this.#log()}`, { cause: error });
      }
    }
  }

  async #log(): Promise<string> {
    const text = await readFile(path.join(this.directory, "log"), "utf8").catch(() => "");
    return text.split("\n").slice(-20).join("\n");
  }

  /** One that does not end in time is killed. */
  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || hasEnded(child)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once("exit", () => resolve());
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), END_MS);
    await promise;
    clearTimeout(timer);
  }

  /**
   * A containerd, and what looks after containers, with the containers' programs: after a kill they
   * live on.
   */
  async #endLeftProcesses(): Promise<void> {
    const limit = performance.now() + END_MS;
    for (;;) {
      const pids = await this.#leftProcesses();
      if (pids.length === 0 || performance.now() > limit) return;
      for (const pid of pids) killProcess(pid);
      await sleep(50);
    }
  }

  /** Those that name this folder or namespace in their arguments, and first their children. */
  async #leftProcesses(): Promise<readonly number[]> {
    const processes = await listProcesses();
    const isOurs = ({ command }: Process): boolean =>
      command.includes(this.directory) || command.includes(`qct-${this.#id}`);
    const own = processes.filter(isOurs).map(({ pid }) => pid);
    const children = processes.filter(({ parent }) => own.includes(parent)).map(({ pid }) => pid);
    return [...new Set([...children, ...own])];
  }

  async #unmount(): Promise<void> {
    const mounts = await readFile("/proc/self/mounts", "utf8");
    const targets = mounts.split("\n").map((line) => line.split(" ")[1] ?? "");
    for (const target of targets.toReversed()) {
      if (target.startsWith(`${this.directory}/`)) spawnSync("umount", ["--lazy", target]);
    }
  }

  /** Its own, and those of networks that were left: the Engine names them for the network's id. */
  async #removeBridges(): Promise<void> {
    const kept = path.join(this.directory, "data/network/files/local-kv.db");
    const text = existsSync(kept) ? await readFile(kept, "latin1") : "";
    const networks = text.matchAll(/"id":"([0-9a-f]{12})[0-9a-f]{52}"/gu);
    const bridges = new Set(Array.from(networks, ([, id = ""]) => `br-${id}`)).add(this.#bridge);
    for (const bridge of bridges) {
      if (existsSync(`/sys/class/net/${bridge}`)) ip("link", "delete", bridge);
    }
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

async function listProcesses(): Promise<readonly Process[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  const found = await Promise.all(names.map(async (name) => await readProcess(Number(name))));
  return found.filter((each) => each !== undefined);
}

async function readProcess(pid: number): Promise<Process | undefined> {
  try {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
    const status = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything; state and parent follow the last one.
    const [state, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : { pid, parent: Number(parent), command };
  } catch {
    // Ended meanwhile.
    return undefined;
  }
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Ended meanwhile.
  }
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("ip", args, {
    env: { PATH: systemPath.join(":") },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}

async function sleep(durationMs: number): Promise<void> {
  await new Promise((wake) => setTimeout(wake, durationMs));
}
