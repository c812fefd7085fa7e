import type { ContainerState, Engine } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import type { ProbeTimeout } from "../../probe/wait-ready.ts";
import type { Service } from "../../stack/stack.ts";
import type { ContainerWatch } from "../services/container-watch.ts";
import { describeState, explainExitCode } from "../services/container-words.ts";
import type { Clock } from "../context.ts";

const LOG_LINES = 20;
const MEMORY_EVENT_MS = 300;
const NEXT_END_MS = 3000;
const LOG_MS = 10_000;
const LONGEST_LINE = 500;

export interface FailureRequest {
  readonly engine: Pick<Engine, "inspectContainer" | "logs">;
  readonly service: Service;
  /** The probe that did not succeed in its time. */
  readonly timeout?: ProbeTimeout;
  /** Who followed the container, for how it ended. */
  readonly watch?: ContainerWatch;
  readonly clock: Pick<Clock, "sleep">;
  readonly signal: AbortSignal;
}

/**
 * What is known of a service that did not get ready, told so that the reader need not look further.
 */
export async function explainFailure(request: FailureRequest): Promise<QclockError> {
  const { engine, service, timeout, signal } = request;
  const found = await lastState(request);
  const lastExitCode = await exitCodeOf(request, found);
  const log = await lastLines(engine, service, signal);
  const awayMs = request.watch?.awayMs ?? 0;
  const details = [
    ...(timeout === undefined
      ? []
      : [`last probe: ${timeout.probe.name}: ${timeout.last.message}`]),
    ...(found === undefined ? [] : [`container: ${describeState(found, service, lastExitCode)}`]),
    ...(awayMs === 0
      ? []
      : [
          `the Engine was away for ${seconds(awayMs)} meanwhile; one that starts ends or restarts its containers`,
        ]),
    ...(log.length === 0
      ? ["log: empty"]
      : [
          `log, last ${log.length === 1 ? "line" : `${log.length} lines`}:`,
          ...log.map((line) => `  ${line}`),
        ]),
  ];
  const isUp = found?.status === "running" && found.restartCount === 0;
  if (isUp && timeout !== undefined) return notReady(service, timeout, details);
  const code = service.job ? "job-failed" : "container-exited";
  const state =
    found === undefined ? undefined : { ...found, exitCode: lastExitCode ?? found.exitCode };
  return new QclockError(
    code,
    `Service "${service.name}" ${state === undefined ? "is gone" : endOf(state, service, lastExitCode)}.`,
    { details, hint: awayMs > 0 ? restartHint : hintFor(state, service, log) },
  );
}

const restartHint = "Once the Engine stays, run the command again: it goes on from here.";

/** Of a service that runs and does not answer: what it had, and what it took. */
function notReady(
  service: Service,
  { probe, last, elapsedMs }: ProbeTimeout,
  details: readonly string[],
): QclockError {
  const { startPeriodMs, retries, intervalMs } = probe;
  const more = retries - 1;
  const tries =
    more === 0
      ? ""
      : ` and ${more} more ${more === 1 ? "try" : "tries"} at intervals of ${seconds(intervalMs)} (\`retries\`, \`interval\`)`;
  return new QclockError(
    "probe-failed",
    `Service "${service.name}" runs, but ${probe.name} does not succeed: ${last.message}.`,
    {
      details,
      hint: `It had ${seconds(startPeriodMs)} (\`start_period\`)${tries}; given up after ${seconds(elapsedMs)}. Look with: qclock logs ${service.name}`,
    },
  );
}

function seconds(durationMs: number): string {
  return `${Math.round(durationMs / 100) / 10} s`;
}

/**
 * One that was started again has its last exit code in the Engine's events alone; one that goes on
 * ending will tell it soon.
 */
async function exitCodeOf(
  { watch, signal }: FailureRequest,
  state: ContainerState | undefined,
): Promise<number | undefined> {
  if (state === undefined || state.status === "exited" || state.status === "dead") return undefined;
  if (state.status === "running" && state.restartCount === 0) return undefined;
  return watch?.lastExitCode(NEXT_END_MS).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}

/**
 * The Engine hears of a kill for memory on another way than of the end, and at times a moment
 * later.
 */
async function lastState({
  engine,
  service,
  clock,
  signal,
}: FailureRequest): Promise<ContainerState | undefined> {
  const look = (): Promise<ContainerState | undefined> =>
    engine.inspectContainer(service.containerName, signal);
  const state = await look();
  if (state?.exitCode !== 137 || state.oomKilled) return state;
  await clock.sleep(MEMORY_EVENT_MS, signal);
  return look();
}

async function lastLines(
  engine: FailureRequest["engine"],
  service: Service,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines: string[] = [];
  // Help, and not the failure: it must not take long.
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LOG_MS)]);
  const options = { follow: false, tail: LOG_LINES };
  try {
    for await (const { text } of engine.logs(service.containerName, options, limited)) {
      lines.push(shortenLine(text));
      if (lines.length > LOG_LINES) lines.shift();
    }
  } catch {
    // Without the log the rest is still said.
  }
  return lines;
}

/** A line of a log in a length that can be read; what is left out is counted. */
function shortenLine(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  return `${line.slice(0, LONGEST_LINE)}… (${line.length - LONGEST_LINE} more characters)`;
}

function endOf(state: ContainerState, service: Service, lastExitCode: number | undefined): string {
  const { status, restartCount } = state;
  if (status === "restarting" || (status === "running" && restartCount > 0)) {
    const isKnown = status === "restarting" || lastExitCode !== undefined;
    return `ends again and again${isKnown ? `, last with ${explainExitCode(state, service)}` : ""}`;
  }
  if (status === "running") return "was started anew while it was waited for";
  if (status === "exited" || status === "dead")
    return `ended with ${explainExitCode(state, service)}`;
  return `does not run: ${describeState(state, service)}`;
}

function hintFor(
  state: ContainerState | undefined,
  service: Service,
  log: readonly string[],
): string {
  const text = `${state?.error ?? ""}\n${log.join("\n")}`;
  if (state?.oomKilled === true)
    return `Raise \`mem_limit\` of service "${service.name}", or find what takes the memory.`;
  if (/read-only file system/i.test(text)) {
    return `Something writes to the root file system, which is read-only: give the path to \`tmpfs\` or a volume of "${service.name}".`;
  }
  const memory = pathInMemory(service, text);
  if (memory !== undefined) {
    return `Nothing can be run from ${memory}, a path in memory: give it \`exec\`, and the reason in \`policy.tmpfs_exec\`.`;
  }
  if (/permission denied/i.test(text))
    return "A file belongs to another user: compare its owner with the image's `user`.";
  if (/exec format error/i.test(text))
    return "The program is for another architecture, or a script without a first line `#!`.";
  if (/operation not permitted/i.test(text))
    return "A capability may be missing: add it with `cap_add` and a reason under `policy`.";
  const hasEnded = state?.status === "exited" || state?.status === "restarting";
  if (hasEnded && state.exitCode === 0 && !service.job)
    return "A service keeps running; one that ends by itself is a job: `job: true`.";
  return `See the whole log with: qclock logs ${service.name}`;
}

/**
 * The path in memory from which the service tried to load a program, by the loader's own words
 * (glibc, dl-load.c).
 */
function pathInMemory({ tmpfs }: Service, text: string): string | undefined {
  const refusals = text
    .split("\n")
    .filter((line) => /failed to map segment from shared object/i.test(line));
  const inert = tmpfs.filter(({ exec }) => exec !== true).map(({ target }) => target);
  return inert.find((target) => refusals.some((line) => line.includes(`${target}/`)));
}
