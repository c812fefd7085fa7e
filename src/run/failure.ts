import type { ContainerState, Engine } from "../docker/engine.ts";
import { QclockError } from "../error.ts";
import type { AttemptResult } from "../probe/target.ts";
import type { Probe, Service } from "../stack/stack.ts";
import type { Clock } from "./context.ts";

const LOG_LINES = 20;
const MEMORY_EVENT_MS = 300;
const NEXT_END_MS = 3000;

/** What is known of a service that did not get ready, told so that the reader need not look further. */
export async function explainFailure(request: {
  readonly engine: Engine;
  readonly service: Service;
  readonly probe?: { readonly probe: Probe; readonly last: AttemptResult };
  /** How it ended, where somebody saw it: once a container runs again, the Engine has forgotten. */
  readonly exitCode?: number | undefined;
  readonly clock: Pick<Clock, "sleep">;
  readonly signal: AbortSignal;
}): Promise<QclockError> {
  const { engine, service, probe, signal } = request;
  const found = await lastState(request);
  const exitCode = request.exitCode ?? (await nextExitCode(request, found));
  const state =
    found?.status === "running" && exitCode !== undefined ? { ...found, exitCode } : found;
  const log = await lastLines(engine, service, signal);
  const details = [
    ...(probe === undefined ? [] : [`last probe: ${probe.probe.name}: ${probe.last.message}`]),
    ...(state === undefined ? [] : [`container: ${describeState(state, service)}`]),
    ...(log.length === 0
      ? ["log: empty"]
      : [`log, last ${log.length} lines:`, ...log.map((line) => `  ${line}`)]),
  ];
  const isUp = state?.status === "running" && state.restartCount === 0;
  if (isUp && probe !== undefined) {
    return new QclockError(
      "probe-failed",
      `Service "${service.name}" runs, but ${probe.probe.name} does not succeed: ${probe.last.message}.`,
      {
        details,
        hint: `It had ${Math.round(probe.probe.startPeriodMs / 1000)} s (\`start_period\`). Look with: qclock logs ${service.name}`,
      },
    );
  }
  const code = service.job ? "job-failed" : "container-exited";
  return new QclockError(
    code,
    `Service "${service.name}" ${state === undefined ? "is gone" : endOf(state, service)}.`,
    {
      details,
      hint: hintFor(state, service, log),
    },
  );
}

/** Of a container that was restarted and runs again: it ended before anybody looked, and will soon end in the same way. */
async function nextExitCode(
  { engine, signal }: Parameters<typeof explainFailure>[0],
  state: ContainerState | undefined,
): Promise<number | undefined> {
  if (state?.status !== "running" || state.restartCount === 0) return undefined;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(NEXT_END_MS)]);
  return engine.waitContainer(state.id, limited).catch(() => undefined);
}

/** The Engine hears of a kill for memory on another way than of the end, and at times a moment later. */
async function lastState({
  engine,
  service,
  clock,
  signal,
}: Parameters<typeof explainFailure>[0]): Promise<ContainerState | undefined> {
  const look = (): Promise<ContainerState | undefined> =>
    engine.inspectContainer(service.containerName, signal).catch(() => undefined);
  const state = await look();
  if (state?.exitCode !== 137 || state.oomKilled) return state;
  await clock.sleep(MEMORY_EVENT_MS, signal);
  return look();
}

async function lastLines(
  engine: Engine,
  service: Service,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    for await (const { text } of engine.logs(
      service.containerName,
      { follow: false, tail: LOG_LINES },
      signal,
    )) {
      lines.push(text);
    }
  } catch {
    // The log is help, not the failure: without it the rest is still said.
  }
  return lines.slice(-LOG_LINES);
}

function describeState(state: ContainerState, service: Service): string {
  const restarts = state.restartCount > 0 ? `, restarted ${state.restartCount} times` : "";
  const error = state.error === "" ? "" : ` (${state.error})`;
  return `${state.status}, ${explainExitCode(state, service)}${restarts}${error}`;
}

function endOf(state: ContainerState, service: Service): string {
  if (state.status === "restarting" || (state.status === "running" && state.restartCount > 0))
    return `ends again and again: ${explainExitCode(state, service)}`;
  if (state.status === "running") return "restarted while it was being started";
  return `ended: ${explainExitCode(state, service)}`;
}

/** An exit code in words. Source: Docker's run reference, "Exit status"; signal(7) for those above 128. */
export function explainExitCode(
  state: Pick<ContainerState, "exitCode" | "oomKilled">,
  service: Pick<Service, "limits">,
): string {
  const { exitCode, oomKilled } = state;
  const megabytes = Math.round(service.limits.memoryBytes / 1024 / 1024);
  if (oomKilled) return `${exitCode}: killed, memory limit ${megabytes} MB reached`;
  switch (exitCode) {
    case 0:
      return "0: ended by itself without an error";
    case 125:
      return "125: the Engine could not start it";
    case 126:
      return "126: the entrypoint cannot be executed";
    case 127:
      return "127: the entrypoint or its interpreter is not in the image";
    case 134:
      return "134: aborted (SIGABRT)";
    case 137:
      return "137: killed (SIGKILL)";
    case 139:
      return "139: crashed (SIGSEGV)";
    case 143:
      return "143: ended on request (SIGTERM)";
    default:
      return `exit code ${exitCode}`;
  }
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
  if (/permission denied/i.test(text))
    return "A file belongs to another user: compare its owner with the image's `user`.";
  if (/exec format error/i.test(text))
    return "The program is for another architecture, or a script without a first line `#!`.";
  if (/operation not permitted/i.test(text))
    return "A capability may be missing: add it with `cap_add` and a reason under `policy`.";
  if (state?.exitCode === 0 && !service.job)
    return "A service keeps running; one that ends by itself is a job: `job: true`.";
  return `See the whole log with: qclock logs ${service.name}`;
}
