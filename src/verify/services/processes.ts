import { readdir, readFile, readlink } from "node:fs/promises";
import type { ProcessFacts } from "../subject.ts";

/** A process of this machine, with what tells to which container it belongs. */
interface Known {
  readonly pid: number;
  readonly cgroup: string;
  /** Undefined where only root may know. */
  readonly namespace: string | undefined;
}

/** Tells the processes of a container; see `readProcesses`. */
export type ProcessReader = (container: {
  readonly id: string;
  /** Of its first process; 0 when it does not run. */
  readonly pid: number;
}) => Promise<readonly ProcessFacts[] | undefined>;

/**
 * A reader that goes through this machine's processes once, however many containers are asked
 * about. `proc` is where the kernel tells of them.
 */
export function createProcessReader(proc = "/proc"): ProcessReader {
  let scan: Promise<readonly Known[]> | undefined;
  return async (container) =>
    readProcesses(container, { proc, scan: () => (scan ??= scanProcesses(proc)) });
}

/**
 * The processes of a container as the kernel of this machine sees them: what really holds, whatever
 * the container's settings say, and whoever started them: `docker exec` puts a process beside the
 * tree of the first one. Undefined where the Engine runs elsewhere (another machine, a virtual
 * one).
 */
async function readProcesses(
  container: Parameters<ProcessReader>[0],
  { proc, scan }: { readonly proc: string; readonly scan: () => Promise<readonly Known[]> },
): Promise<readonly ProcessFacts[] | undefined> {
  if (container.pid <= 0) return [];
  // A number may mean another process here than on the Engine's machine; the container's cgroup
  // settles it.
  const first = await readKnown(proc, container.pid);
  if (first === undefined) return undefined;
  const isOurs =
    first.cgroup.includes(container.id) ||
    (await read(`${proc}/${container.pid}/mountinfo`))?.includes(container.id) === true;
  if (!isOurs) return undefined;
  const tree = await readTree(proc, container.pid);
  const own = await namespaceOf(proc, "self");
  const isInside = ({ cgroup, namespace }: Known): boolean =>
    cgroup.includes(container.id) ||
    (namespace !== undefined && namespace !== own && namespace === first.namespace);
  const entered = (await scan()).filter((one) => !tree.has(one.pid) && isInside(one));
  const found = await Promise.all(
    [...tree, ...entered.map(({ pid }) => pid)].map(async (pid) => {
      const status = await read(`${proc}/${pid}/status`);
      // It may have ended since it was listed.
      if (status === undefined) return [];
      const seen = readStatus(pid, status, { entered: !tree.has(pid) });
      return [{ ...seen, uid: uidInside(seen.uid, await read(`${proc}/${pid}/uid_map`)) }];
    }),
  );
  return found.flat();
}

/** The first process and all that descend from it. */
async function readTree(proc: string, first: number): Promise<ReadonlySet<number>> {
  const tree = new Set<number>();
  const pending = [first];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    tree.add(pid);
    const children = await read(`${proc}/${pid}/task/${pid}/children`);
    const numbers = (children ?? "").match(/\d+/g) ?? [];
    pending.push(...numbers.map(Number).filter((child) => !tree.has(child)));
  }
  return tree;
}

async function scanProcesses(proc: string): Promise<readonly Known[]> {
  const names = await readdir(proc).catch(() => []);
  const known = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map(async (name) => readKnown(proc, Number(name))),
  );
  return known.filter((one) => one !== undefined);
}

async function readKnown(proc: string, pid: number): Promise<Known | undefined> {
  const cgroup = await read(`${proc}/${pid}/cgroup`);
  return cgroup === undefined
    ? undefined
    : { pid, cgroup, namespace: await namespaceOf(proc, String(pid)) };
}

async function namespaceOf(proc: string, pid: string): Promise<string | undefined> {
  return readlink(`${proc}/${pid}/ns/pid`).catch(() => undefined);
}

/** The lines of `/proc/<pid>/status` that say what a process may do. */
export function readStatus(
  pid: number,
  status: string,
  { entered }: Pick<ProcessFacts, "entered">,
): ProcessFacts {
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s*(\\S*)`, "m").exec(status)?.[1] ?? "";
  return {
    pid,
    entered,
    command: field("Name"),
    uid: Number(field("Uid")),
    // Whatever was asked for, its capabilities show it.
    privileged: false,
    kernel: {
      effectiveCapabilities: BigInt(`0x${field("CapEff") || "0"}`),
      noNewPrivileges: field("NoNewPrivs") === "1",
      seccomp: Number(field("Seccomp") || "0"),
    },
  };
}

/**
 * The number that a user of this machine has inside a process's user namespace, as a rootless
 * Engine gives its containers one; as it is where the map does not tell. Source:
 * user_namespaces(7).
 */
export function uidInside(uid: number, map: string | undefined): number {
  for (const line of (map ?? "").split("\n")) {
    const [inside, outside, count] = line.trim().split(/\s+/).map(Number);
    if (inside === undefined || outside === undefined || count === undefined) continue;
    if (uid >= outside && uid < outside + count) return uid - outside + inside;
  }
  return uid;
}

async function read(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}
