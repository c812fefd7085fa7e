import { readFile, readlink } from "node:fs/promises";
import * as z from "zod/mini";

/**
 * What tells one process from every other that ever has its number. Empty where the system does not
 * say. A host's name is not enough: many machines, and many containers, bear the same one and share
 * an Engine.
 */
export const processIdentitySchema = z.object({
  /** Of the machine, the same from one boot to the next. */
  machine: z.string(),
  /** Of the machine since it was last started. */
  boot: z.string(),
  /** The process's own world of numbers: another one in each container. */
  namespace: z.string(),
  /** Clock ticks from the boot to the process's start. */
  start: z.string(),
});

type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** The identity of a process of this machine. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity> {
  const [machine, boot, namespace, start] = await Promise.all([
    readOr("/etc/machine-id"),
    readOr("/proc/sys/kernel/random/boot_id"),
    readlink("/proc/self/ns/pid").catch(() => ""),
    processStart(pid),
  ]);
  return { machine, boot, namespace, start: start ?? "" };
}

/**
 * Whether it is certain that a process does not live any more. False whenever that cannot be seen
 * from here.
 */
export async function isDead(pid: number, identity: ProcessIdentity): Promise<boolean> {
  const [here, start] = await Promise.all([identifyProcess(process.pid), processStart(pid)]);
  return isOver(identity, { here, start });
}

/**
 * Pure part of `isDead`: `here` is the process that looks, `start` that of whoever bears the number
 * now.
 */
export function isOver(
  identity: ProcessIdentity,
  { here, start }: { readonly here: ProcessIdentity; readonly start: string | undefined },
): boolean {
  if (here.boot === "") return false;
  if (here.boot !== identity.boot) {
    // The same machine was started anew: nothing of before lives. Another machine may be at work.
    return here.machine !== "" && here.machine === identity.machine;
  }
  if (here.namespace !== identity.namespace) return false;
  return start === undefined || start !== identity.start;
}

/**
 * When a process started; undefined when there is none, or one that has ended. Without a /proc the
 * process itself is asked.
 */
async function processStart(pid: number): Promise<string | undefined> {
  try {
    return parseStart(await readFile(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return isRunning(pid) ? "" : undefined;
  }
}

/**
 * Field 22 of /proc/PID/stat, the start, unless field 3, the state, says that the process has
 * ended: a zombie keeps its number until its parent asks for its exit code, which in a container
 * may be never. Source: proc_pid_stat(5).
 */
export function parseStart(stat: string): string | undefined {
  // The name in parentheses may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = ""] = fields;
  return ["Z", "X", "x"].includes(state) ? undefined : fields[19];
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function readOr(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(() => "")).trim();
}
