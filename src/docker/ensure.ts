import { setTimeout as sleep } from "node:timers/promises";
import { QclockError } from "../error.ts";
import { fail, ok, type Result } from "../result.ts";
import { type ConnectOptions, connectEngine, listCandidates } from "./connect.ts";
import type { Engine } from "./engine.ts";
import { installEngine } from "./setup/install-debian.ts";
import { examineMachine, type Machine } from "./setup/machine.ts";
import { type StartedEngine, startEngine, startFailed } from "./setup/start-engine.ts";

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
 * Make sure that an Engine answers: find one, else start one, else install the distribution's
 * (Debian and Ubuntu, as root), else throw an error that says what to do. An Engine that somebody
 * named is only looked for: another one in its place would be a surprise. Asks nothing.
 */
export async function ensureEngine(options: EnsureOptions): Promise<Engine> {
  const { onStep, environment, signal } = options;
  const found = await tryToConnect(options);
  if (found.ok) return await announce(found.value, options);
  const absence = found.error;
  if (absence.code !== "engine-unreachable" || !(await isUnnamed(options))) throw absence;
  const machine = await examineMachine();
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
  const { platform, isRoot, families, dockerd, name } = machine;
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
  const { name, version } = await engine.info(signal);
  onStep(`An Engine answers at ${engine.endpoint.url}: version ${version} on ${name}.`);
  return engine;
}
