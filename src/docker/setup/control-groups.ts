import { mkdir, readFile } from "node:fs/promises";
import { execa } from "execa";

const root = "/sys/fs/cgroup";

/**
 * Mount control groups where nobody has, as on a machine without systemd: without them the Engine
 * does not start. The unified hierarchy where the kernel has all controllers on it, else one mount
 * for each controller, as cgroupfs-mount does.
 */
export async function mountControlGroups(onStep: (line: string) => void): Promise<void> {
  const mounts = await readFile("/proc/mounts", "utf8");
  if (hasControlGroups(mounts)) return;
  const controllers = parseControllers(await readFile("/proc/cgroups", "utf8").catch(() => ""));
  if (controllers.length === 0) {
    onStep(`Mounting control groups at ${root}.`);
    await mount("cgroup2", "cgroup2", root);
    return;
  }
  onStep(`Mounting control groups below ${root}: ${controllers.join(", ")}.`);
  await mount("tmpfs", "cgroup_root", root, "mode=0755");
  for (const controller of controllers) {
    await mkdir(`${root}/${controller}`, { recursive: true });
    await mount("cgroup", "cgroup", `${root}/${controller}`, controller);
  }
}

/** Whether `/proc/mounts` shows a hierarchy that has controllers. */
export function hasControlGroups(mounts: string): boolean {
  return mounts.split("\n").some((line) => {
    const [, target = "", type = "", options = ""] = line.split(" ");
    if (type === "cgroup2") return target === root;
    return type === "cgroup" && !options.includes("name=");
  });
}

/**
 * Controllers of `/proc/cgroups` that are enabled and not on the unified hierarchy, which has the
 * number 0. Empty when all are on it.
 */
export function parseControllers(table: string): readonly string[] {
  const rows = table
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split("\t"));
  const enabled = rows.filter(([, , , isEnabled]) => isEnabled === "1");
  const separate = enabled.filter(([, hierarchy]) => hierarchy !== "0");
  return separate.map(([name = ""]) => name).filter((name) => name !== "");
}

async function mount(type: string, source: string, target: string, options = "rw"): Promise<void> {
  await execa("mount", ["-t", type, "-o", `${options},nosuid,nodev,noexec`, source, target], {
    reject: false,
  });
}
