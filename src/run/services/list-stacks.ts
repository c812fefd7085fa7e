import type { Engine, StackContainer } from "../../docker/engine.ts";
import { byName, compareTexts } from "../../order.ts";
import { isOfService } from "../../stack/labels.ts";

/** A row of `qclock ls`. */
export interface StackRow {
  readonly name: string;
  /** How many containers of services are in each state, the state with most of them first. */
  readonly states: readonly { readonly state: StackContainer["status"]; readonly count: number }[];
  /** Where the manifest lies, by the labels; several where containers come from several places. */
  readonly manifests: readonly string[];
}

/** States in which the Engine lists a container unless it is asked for all. */
const alive: ReadonlySet<StackContainer["status"]> = new Set(["running", "paused", "restarting"]);

/**
 * The stacks that have containers in this Engine, sorted by name. Only what qclock made counts, not
 * what bears its labels. Unless all are asked for, a stack of which nothing runs is left out.
 */
export async function listStacks(
  { engine, signal }: { readonly engine: Engine; readonly signal: AbortSignal },
  { all }: { readonly all: boolean },
): Promise<readonly StackRow[]> {
  const containers = await engine.stackContainers(signal);
  const services = containers.filter(({ role }) => isOfService(role));
  return [...Map.groupBy(services, ({ stack }) => stack)]
    .filter(([, some]) => all || some.some(({ status }) => alive.has(status)))
    .map(([name, some]) => ({ name, states: statesOf(some), manifests: manifestsOf(some) }))
    .toSorted(byName);
}

function statesOf(containers: readonly StackContainer[]): StackRow["states"] {
  return [...Map.groupBy(containers, ({ status }) => status)]
    .map(([state, { length: count }]) => ({ state, count }))
    .toSorted((one, other) => other.count - one.count || compareTexts(one.state, other.state));
}

function manifestsOf(containers: readonly StackContainer[]): readonly string[] {
  return [...new Set(containers.flatMap(({ manifest }) => manifest ?? []))].toSorted();
}
