import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { execa } from "execa";
import { QclockError } from "../../error.ts";
import { cleanText } from "../errors.ts";
import { mountControlGroups } from "./control-groups.ts";
import { type Machine, systemPath } from "./machine.ts";

/** Where an Engine that qclock started by hand writes its log. */
export const engineLog = "/var/log/qclock-dockerd.log";

const pidFiles = [
  ["/var/run/docker.pid", "dockerd"],
  ["/var/run/docker/containerd/containerd.pid", "containerd"],
] as const;

export interface StartOptions {
  readonly machine: Machine;
  readonly environment: ReadonlyMap<string, string>;
  readonly onStep: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** An Engine that is starting. */
export interface StartedEngine {
  /** Whether it has ended already. */
  readonly hasEnded: () => boolean;
  /** What it said last. */
  readonly lastLines: () => Promise<readonly string[]>;
}

/**
 * Start an installed Engine: by systemd where it runs, else as a daemon of its own that outlives
 * this command.
 */
export async function startEngine(options: StartOptions): Promise<StartedEngine> {
  return options.machine.hasSystemd ? await startByService(options) : await startByHand(options);
}

async function startByService({ onStep, signal }: StartOptions): Promise<StartedEngine> {
  onStep("Starting the service docker.");
  return await startUnit({ unit: "docker.service", user: [], signal });
}

/** Start a unit of systemd: the system's, or with `--user` the user's own. */
export async function startUnit({
  unit,
  user,
  signal,
}: {
  readonly unit: string;
  readonly user: readonly string[];
  readonly signal: AbortSignal | undefined;
}): Promise<StartedEngine> {
  const settings = {
    reject: false,
    all: true,
    stdin: "ignore",
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  } as const;
  const { failed, all } = await execa("systemctl", [...user, "start", unit], settings);
  signal?.throwIfAborted();
  const lastLines = async (): Promise<readonly string[]> => {
    const journal = await execa(
      "journalctl",
      [...user, "--unit", unit, "--lines", "12", "--no-pager", "--output", "cat"],
      { reject: false, all: true },
    );
    return tail(`${all}\n${journal.all}`);
  };
  return { hasEnded: () => failed, lastLines };
}

async function startByHand({ machine, environment, onStep }: StartOptions): Promise<StartedEngine> {
  await removeStalePidFiles();
  await mountControlGroups(onStep);
  const program = machine.dockerd ?? "dockerd";
  onStep(`Starting ${program}; its log is ${engineLog}.`);
  return await startDaemon({
    program,
    arguments: [],
    log: engineLog,
    environment: { ...Object.fromEntries(tellProxies(environment)), HOME: "/root" },
  });
}

export interface Daemon {
  readonly program: string;
  readonly arguments: readonly string[];
  /** The file that its output is added to. */
  readonly log: string;
  /** All that it gets of an environment, beside the PATH. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Start a program that outlives this command. */
export async function startDaemon(daemon: Daemon): Promise<StartedEngine> {
  const alreadySaid = (await stat(daemon.log).catch(() => undefined))?.size ?? 0;
  const log = createWriteStream(daemon.log, { flags: "a", mode: 0o640 });
  await once(log, "open");
  // Detached, so that neither a signal for this command's group nor the end of its terminal reaches
  // the Engine; a file that is open goes to it as it is, where any other output would end with this
  // command.
  const engine = execa(daemon.program, daemon.arguments, {
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    stdin: "ignore",
    stdout: log,
    stderr: log,
    cwd: "/",
    extendEnv: false,
    env: { ...daemon.environment, PATH: systemPath.join(":") },
  });
  engine.nodeChildProcess.unref();
  let ended = false;
  const watch = async (): Promise<void> => {
    await engine;
    ended = true;
    log.destroy();
  };
  void watch();
  return {
    hasEnded: () => ended,
    lastLines: async () =>
      tail((await readFile(daemon.log, "utf8").catch(() => "")).slice(alreadySaid)),
  };
}

/**
 * A machine that lost its power, or an image of one, has the numbers of an Engine and a containerd
 * that are gone. The Engine takes whichever processes have them now for its own: it does not start,
 * or waits for a containerd that is none.
 */
async function removeStalePidFiles(): Promise<void> {
  for (const [file, program] of pidFiles) {
    const pid = (await readFile(file, "utf8").catch(() => "")).trim();
    if (pid === "") continue;
    const command = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
    if (command !== program) await rm(file, { force: true });
  }
}

/**
 * The Engine pulls by itself: it needs the machine's proxies, and nothing else of this command's
 * environment.
 */
export function tellProxies(
  environment: ReadonlyMap<string, string>,
): readonly (readonly [string, string])[] {
  return [...environment].filter(([name]) => /^(?:https?|no|all)_proxy$/iu.test(name));
}

function tail(text: string): readonly string[] {
  const lines = text.split("\n").map(cleanText);
  return lines.filter((line) => line !== "").slice(-12);
}

/** The failure of an Engine that was started and does not answer. */
export async function startFailed(started: StartedEngine, reason: string): Promise<QclockError> {
  return new QclockError(
    "engine-install-failed",
    `The Engine was started but does not answer: ${reason}.`,
    {
      hint: "Its last words are below; `qclock doctor` looks at what it needs.",
      details: await started.lastLines(),
    },
  );
}
