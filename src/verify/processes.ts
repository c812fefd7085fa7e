import { readFile } from "node:fs/promises";
import type { ProcessFacts } from "./subject.ts";

/**
 * The processes of a container as the kernel of this machine sees them: what really holds, whatever the
 * container's settings say. Undefined where the Engine runs elsewhere (another machine, a virtual one).
 */
export async function readProcesses(container: {
  readonly id: string;
  readonly pid: number;
}): Promise<readonly ProcessFacts[] | undefined> {
  if (container.pid <= 0) return [];
  // A number may mean another process here than on the Engine's machine; the container's cgroup settles it.
  const cgroup = await read(`/proc/${container.pid}/cgroup`);
  if (cgroup === undefined) return undefined;
  const isOurs =
    cgroup.includes(container.id) ||
    (await read(`/proc/${container.pid}/mountinfo`))?.includes(container.id) === true;
  if (!isOurs) return undefined;
  const found: ProcessFacts[] = [];
  const pending = [container.pid];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    const [status, children] = await Promise.all([
      read(`/proc/${pid}/status`),
      read(`/proc/${pid}/task/${pid}/children`),
    ]);
    // It may have ended since it was listed.
    if (status === undefined) continue;
    found.push(readStatus(pid, status));
    pending.push(
      ...(children ?? "")
        .split(" ")
        .map(Number)
        .filter((child) => child > 0),
    );
  }
  return found;
}

/** The lines of `/proc/<pid>/status` that say what a process may do. */
export function readStatus(pid: number, status: string): ProcessFacts {
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s*(\\S*)`, "m").exec(status)?.[1] ?? "";
  return {
    pid,
    command: field("Name"),
    uid: Number(field("Uid")),
    effectiveCapabilities: BigInt(`0x${field("CapEff") || "0"}`),
    noNewPrivileges: field("NoNewPrivs") === "1",
    seccomp: Number(field("Seccomp") || "0"),
  };
}

async function read(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}
