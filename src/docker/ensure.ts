import { setTimeout as sleep } from "node:timers/promises";
import { QclockError } from "../error.ts";
import { fail, ok, type Result } from "../result.ts";
import { type ConnectOptions, connectEngine, listCandidates } from "./connect.ts";
import type { Engine } from "./engine.ts";
import { installEngine } from "./setup/install-debian.ts";
import { examineMachine, type Machine } from "./setup/machine.ts";
import { type StartedEngine, startEngine, startFailed } from "./setup/start-engine.ts";
import { podmanPlace, startPodman } from "./setup/start-podman.ts";

export interface EnsureOptions extends ConnectOptions {
  /** A line about each step, before it is taken. */
  readonly onStep: (line: string) => void;
}

/**
 * How long an Engine may take from its start to its first answer: it may have many containers to
 * look after.
 */
const startLimitMs = 90_000;

/**
 * Make sure that an Engine answers: find one, else start one (podman where that is what is
 * installed, or what its user may start), else install the distribution's (Debian and Ubuntu, as
 * root), else throw an error that says what to do. An Engine that somebody
 * named is only looked for: another one in its place would be a surprise. Asks nothing.
 */
export async function ensureEngine(options: EnsureOptions): Promise<Engine> {
  const { onStep, environment, signal } = options;
  const found = await tryToConnect(options);
  if (found.ok) return await announce(found.value, options);
  const absence = found.error;
  const machine = await examineMachine();
  const place = podmanPlace(machine, environment);
  // Who may not use root's Engine may have one of their own.
  const isAbsent =
    absence.code === "engine-unreachable" ||
    (absence.code === "engine-refused" && place?.rootless === true);
  if (!isAbsent || !(await isUnnamed(options))) throw absence;
  if (place !== undefined && (machine.dockerd === undefined || place.rootless)) {
    onStep("No Engine answers, and podman is installed.");
    const started = await startPodman({ machine, environment, onStep, signal }, place);
    return await announce(await waitForAnswer(options, started), options);
  }
  const refusal = refuseToSetUp(machine, absence);
  if (refusal !== undefined) throw refusal;
  if (machine.dockerd === undefined) {
    onStep("There is no Engine on this machine.");
    await installEngine({ machine, environment, onStep, signal });
    // The package's own scripts may have started it.
    const running = await tryToConnect(options);
    if (running.ok) return await announce(running.value, options);
  } else onStep("The Engine on this machine does not run.");
  const started = await startEngine({
    machine: await examineMachine(),
    environment,
    onStep,
    signal,
  });
  return await announce(await waitForAnswer(options, started), options);
}

/**
 * Why no Engine can be set up on a machine, with what its user can do instead; undefined when one
 * can.
 */
export function refuseToSetUp(machine: Machine, absence: QclockError): QclockError | undefined {
  const { platform, isRoot, families, dockerd, podman, name } = machine;
  const refusal = (hint: string): QclockError =>
    new QclockError("engine-unreachable", absence.message, {
      cause: absence,
      hint,
      details: absence.details,
    });
  if (platform !== "linux") {
    return refusal(
      "Install Docker Desktop, Colima or OrbStack, start it, and run the command again; or name an Engine elsewhere with `--host ssh://user@host`.",
    );
  }
  if (!isRoot && podman !== undefined) {
    return refusal(
      "podman is installed, and XDG_RUNTIME_DIR names no folder for its socket: log in as the user that it is to run as, or run `podman system service --time 0 unix:///tmp/podman-$USER/podman.sock` and name that with `--host`.",
    );
  }
  if (!isRoot) {
    return refusal(
      dockerd === undefined
        ? "Run the command as root to install the distribution's Engine, or ask your administrator for one."
        : "Run the command as root to start the Engine, or ask your administrator to.",
    );
  }
  if (dockerd !== undefined || families.includes("debian") || families.includes("ubuntu"))
    return undefined;
  if (families.some((family) => ["rhel", "fedora", "ol", "centos"].includes(family))) {
    return refusal(
      `qclock installs no Engine on ${name}. Install Docker's packages and run \`systemctl enable --now docker\`, or install podman and run \`systemctl enable --now podman.socket\`.`,
    );
  }
  return refusal(
    `qclock installs an Engine on Debian and Ubuntu only. Install one from the packages of ${name} and run the command again.`,
  );
}

/** Whether the choice of the Engine was left to qclock. */
async function isUnnamed(options: ConnectOptions): Promise<boolean> {
  const candidates = await listCandidates(options);
  return candidates.every(({ origin }) => origin === "usual socket");
}

async function tryToConnect(options: ConnectOptions): Promise<Result<Engine, QclockError>> {
  try {
    return ok(await connectEngine(options));
  } catch (error) {
    if (error instanceof QclockError) return fail(error);
    throw error;
  }
}

async function waitForAnswer(options: EnsureOptions, started: StartedEngine): Promise<Engine> {
  const giveUpAt = performance.now() + startLimitMs;
  for (;;) {
    const found = await tryToConnect(options);
    if (found.ok) return found.value;
    if (started.hasEnded()) throw await startFailed(started, "it has ended");
    if (performance.now() > giveUpAt)
      throw await startFailed(started, `${startLimitMs / 1000} s have passed`);
    await sleep(100, undefined, { signal: options.signal });
  }
}

async function announce(engine: Engine, { onStep, signal }: EnsureOptions): Promise<Engine> {
  const { name, version, isPodman, rootless } = await engine.info(signal);
  const kind = isPodman
    ? `podman ${version}${rootless ? ", rootless," : ""}`
    : `version ${version}`;
  onStep(`An Engine answers at ${engine.endpoint.url}: ${kind} on ${name}.`);
  return engine;
}
