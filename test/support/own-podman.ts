import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import path from "node:path";
import { systemPath } from "../../src/docker/setup/machine.ts";
import { temporaryFolder } from "./temporary-store.ts";

const START_MS = 30_000;
const END_MS = 10_000;

/** podman's service that belongs to one test, with containers, networks and folders of its own. */
export interface OwnPodman extends AsyncDisposable {
  readonly url: string;
  /**
   * What a command is begun with that is to reach the containers: they are in a namespace of the
   * network of their own, since the firewall of an Engine on the same machine drops what podman's
   * internal networks carry.
   */
  readonly inside: readonly string[];
  /** The JSON of a GET of its compatible API. */
  get(path: string): Promise<unknown>;
}

/** Why no podman can be had on this machine; undefined when one can. */
export function obstacleToOwnPodman(): string | undefined {
  if (process.getuid?.() !== 0) return "only root may make a namespace for podman";
  const missing = ["podman", "ip", "nsenter", "unshare"].filter((name) => find(name) === undefined);
  return missing.length === 0 ? undefined : `this machine has no ${missing.join(" and no ")}`;
}

/** Start podman's service beside whatever else runs on this machine. */
export async function startOwnPodman(): Promise<OwnPodman> {
  const folder = await temporaryFolder();
  const service = new Service(folder, `qct-${randomBytes(4).toString("hex")}`);
  try {
    await service.start();
    return service;
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
}

class Service implements OwnPodman {
  readonly url: string;
  readonly inside: readonly string[];
  readonly #folder: { readonly path: string } & AsyncDisposable;
  readonly #namespace: string;
  readonly #socket: string;
  #process: ChildProcess | undefined;

  constructor(folder: { readonly path: string } & AsyncDisposable, namespace: string) {
    this.#folder = folder;
    this.#namespace = namespace;
    this.#socket = path.join(folder.path, "podman.sock");
    this.url = `unix://${this.#socket}`;
    this.inside = [find("nsenter") ?? "nsenter", `--net=/run/netns/${namespace}`];
  }

  async start(): Promise<void> {
    run("ip", ["netns", "add", this.#namespace]);
    run("ip", ["-n", this.#namespace, "link", "set", "lo", "up"]);
    const folders = ["etc", "root", "runroot"].map((name) => path.join(this.#folder.path, name));
    for (const each of folders) await mkdir(each, { recursive: true });
    const config = path.join(this.#folder.path, "containers.conf");
    await writeFile(config, configuration());
    const log = await open(path.join(this.#folder.path, "log"), "a");
    const [program, ...words] = [...this.inside, "unshare", "--mount", "sh", "-c", script];
    this.#process = spawn(program, [...words, "sh", this.#folder.path, this.#socket], {
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
      env: { PATH: systemPath.join(":"), HOME: this.#folder.path, CONTAINERS_CONF: config },
    });
    await log.close();
    await this.#answers();
  }

  async get(where: string): Promise<unknown> {
    return JSON.parse(await this.#ask(where));
  }

  /** Whatever a test left in it goes with it: the containers by force, all else with its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    const pid = this.#process?.pid;
    if (pid !== undefined && this.#process?.exitCode === null) {
      const enter = [`--target=${pid}`, "--mount", "--net", "podman"];
      const { path: root } = this.#folder;
      const folders = [`--root=${root}/root`, `--runroot=${root}/runroot`];
      const remove = ["rm", "--all", "--force", "--time=0"];
      spawnSync("nsenter", [...enter, ...folders, ...remove], { timeout: END_MS });
      this.#process.kill("SIGTERM");
      await this.#ended();
    }
    // Its server of names, and what waits for commands to be asked about, live in the namespace.
    const left = spawnSync("ip", ["netns", "pids", this.#namespace], { encoding: "utf8" }).stdout;
    for (const word of left.split(/\s+/).filter(Boolean)) kill(Number(word));
    spawnSync("ip", ["netns", "delete", this.#namespace]);
    spawnSync("umount", ["--lazy", path.join(this.#folder.path, "root/overlay")]);
    await this.#folder[Symbol.asyncDispose]();
  }

  async #answers(): Promise<void> {
    const limit = performance.now() + START_MS;
    while ((await this.#ask("/_ping").catch(() => "")) !== "OK") {
      if (this.#process?.exitCode !== null || performance.now() > limit) {
        const log = await readFile(path.join(this.#folder.path, "log"), "utf8");
        throw new Error(`podman does not start:\n${log}`);
      }
      await sleep(50);
    }
  }

  async #ask(where: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const call = request({ socketPath: this.#socket, path: where }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve(body));
    });
    call.on("error", reject);
    call.end();
    return await promise;
  }

  async #ended(): Promise<void> {
    const limit = performance.now() + END_MS;
    while (this.#process?.exitCode === null && this.#process.signalCode === null) {
      if (performance.now() > limit) this.#process.kill("SIGKILL");
      await sleep(20);
    }
  }
}

/**
 * What podman keeps for the whole machine is its own here: definitions of networks, the server of
 * names, states. Its mounts are seen by nobody else and end with it.
 */
const script = `
mkdir -p /run/containers /run/libpod /etc/containers/networks
mount -t tmpfs tmpfs /run/containers && mount -t tmpfs tmpfs /run/libpod || exit 1
mount --bind "$1/etc" /etc/containers/networks || exit 1
exec podman --root "$1/root" --runroot "$1/runroot" system service --time 0 "unix://$2"
`;

/**
 * Limits that need no right to raise any. crun refuses a machine with both versions of control
 * groups, runc does not.
 */
function configuration(): string {
  const runtime = find("runc") === undefined ? "" : '[engine]\nruntime = "runc"\n';
  return `[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n${runtime}`;
}

function find(program: string): string | undefined {
  return systemPath.map((folder) => path.join(folder, program)).find((file) => existsSync(file));
}

function run(program: string, words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Ended meanwhile.
  }
}

async function sleep(durationMs: number): Promise<void> {
  await new Promise((wake) => setTimeout(wake, durationMs));
}
