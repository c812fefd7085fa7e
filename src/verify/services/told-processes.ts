import type { ContainerProcess } from "../../docker/engine.ts";
import type { ProcessFacts } from "../subject.ts";

/**
 * The processes of a container as its Engine tells them, for an Engine whose machine cannot be
 * looked at: who runs what, and whether it was put there from outside, but not what the kernel lets
 * it do. Undefined when the container's first process is not among them, since it was started again
 * meanwhile and nothing could be told apart.
 */
export function toldProcesses(
  processes: readonly ContainerProcess[],
  firstPid: number,
): readonly ProcessFacts[] | undefined {
  if (!processes.some(({ pid }) => pid === firstPid)) return undefined;
  const children = Map.groupBy(processes, ({ parent }) => parent);
  const tree = new Set<number>();
  const pending = [firstPid];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    if (tree.has(pid)) continue;
    tree.add(pid);
    pending.push(...(children.get(pid) ?? []).map((child) => child.pid));
  }
  return processes.map(({ pid, uid, command, privileged }) => ({
    pid,
    entered: !tree.has(pid),
    command,
    uid,
    privileged,
    kernel: undefined,
  }));
}
