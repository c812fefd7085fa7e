import type { Engine } from "../../docker/engine.ts";
import type { Stack } from "../../stack/stack.ts";
import type { RunContext } from "../context.ts";

const STOP_MS = 3000;
const LOOK_MS = 5000;

/** What a run that did not succeed leaves behind of what it started. */
interface Remains {
  readonly running: readonly string[];
  readonly ended: readonly string[];
  /** The Engine did not tell, or did not do as it was asked. */
  readonly unknown: readonly string[];
}

/**
 * Deal with the services that a run started before it failed or was interrupted, and say what
 * became of them. A failed run leaves them, for a look and for the next `up`, which goes on from
 * there; an interrupted one leaves nothing running that it started: half a stack serves nobody.
 */
export async function concludeStarted(
  { stack, emit, signal }: Pick<RunContext, "stack" | "emit" | "signal">,
  engine: Pick<Engine, "stopContainer" | "inspectContainer">,
  started: ReadonlySet<string>,
): Promise<void> {
  if (started.size === 0) return;
  const names = [...started];
  if (signal.aborted) {
    const states = await Promise.all(names.map((name) => stop(engine, name)));
    const stopped = sort(stack, names, states);
    emit({ type: "notice", level: "info", ...describeStopped(stopped) });
    return;
  }
  const states = await Promise.all(names.map((name) => look(engine, name)));
  if (states.every((state) => state === undefined)) return;
  emit({ type: "notice", level: "info", ...describeLeft(sort(stack, names, states)) });
}

type Fate = keyof Remains;

/** Stop one within a time of its own: the run's signal has been aborted. */
async function stop(engine: Pick<Engine, "stopContainer">, name: string): Promise<Fate> {
  try {
    await engine.stopContainer(name, STOP_MS, AbortSignal.timeout(STOP_MS + 2000));
    return "ended";
  } catch {
    return "unknown";
  }
}

async function look(
  engine: Pick<Engine, "inspectContainer">,
  name: string,
): Promise<Fate | undefined> {
  try {
    const state = await engine.inspectContainer(name, AbortSignal.timeout(LOOK_MS));
    // The Engine could not start it, which its own error says; what has been removed again is gone.
    if (state === undefined || state.status === "created") return undefined;
    return state.status === "running" || state.status === "restarting" ? "running" : "ended";
  } catch {
    return "unknown";
  }
}

/** By the services' names, in the order of their start. */
function sort(
  stack: Stack,
  names: readonly string[],
  fates: readonly (Fate | undefined)[],
): Remains {
  const services = new Map(
    [...stack.services.values()].map(({ containerName, name }) => [containerName, name]),
  );
  const having = (fate: Fate): readonly string[] =>
    names.flatMap((name, index) => (fates[index] === fate ? [services.get(name) ?? name] : []));
  return { running: having("running"), ended: having("ended"), unknown: having("unknown") };
}

interface Words {
  readonly message: string;
  readonly hint?: string;
}

/** What is said of a run that was interrupted. */
export function describeStopped({ ended, unknown }: Remains): Words {
  return words([
    ["Stopped, since this run had started them", ended],
    ["could not be stopped, and may still run", unknown],
  ]);
}

/** What is said of a run that failed. */
export function describeLeft({ running, ended, unknown }: Remains): Words {
  const said = words([
    ["Started by this run and left running", running],
    ["started and ended", ended],
    ["started, and not known whether they run, since the Engine does not answer", unknown],
  ]);
  if (running.length + unknown.length === 0) return said;
  return { ...said, hint: "`qclock up` goes on from here; `qclock down` stops and removes them." };
}

function words(parts: readonly (readonly [string, readonly string[]])[]): Words {
  const said = parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(", ")}`);
  const text = said.join("; ");
  return { message: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.` };
}
