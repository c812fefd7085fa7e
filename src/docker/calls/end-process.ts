import { readFile } from "node:fs/promises";
import { kill } from "node:process";
import type { Endpoint } from "../engine.ts";
import { systemCode } from "../errors.ts";

/**
 * End a process that the Engine runs in a container, by its id on this machine. Only when the
 * kernel itself says that the process belongs to the container: an Engine in a virtual machine or
 * behind a tunnel has ids of its own, and the same number here may be anyone's. Says whether the
 * process is ended.
 */
export async function endProcess(
  endpoint: Endpoint,
  pid: number,
  containerId: string,
): Promise<boolean> {
  if (!endpoint.local || pid <= 1) return false;
  try {
    const cgroup = await readFile(`/proc/${pid}/cgroup`, "utf8");
    if (!cgroup.includes(containerId)) return false;
    kill(pid, "SIGKILL");
    return true;
  } catch (error) {
    const code = systemCode(error);
    // Gone already, or not ours to end.
    if (code === "ENOENT" || code === "ESRCH") return true;
    if (code === "EPERM" || code === "EACCES") return false;
    throw error;
  }
}
