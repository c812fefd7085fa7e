import { readdir, readFile, readlink } from "node:fs/promises";

const listening = "0A";
const unconnected = "07";

/**
 * The program on this machine that listens on a port, such as `nginx (process 812)`, from /proc.
 * Undefined when there is none, when it belongs to another user, or where there is no /proc.
 */
export async function findListener(port: number, protocol: string): Promise<string | undefined> {
  const inodes = await socketInodes(port, protocol);
  if (inodes.size === 0) return undefined;
  for (const pid of await processIds()) {
    if (await holdsSocket(pid, inodes)) return `${await commandOf(pid)} (process ${pid})`;
  }
  return "a program of another user";
}

async function socketInodes(port: number, protocol: string): Promise<ReadonlySet<string>> {
  const inodes = new Set<string>();
  const state = protocol === "udp" ? unconnected : listening;
  const wantedPort = port.toString(16).toUpperCase().padStart(4, "0");
  for (const name of [protocol, `${protocol}6`]) {
    const table = await readOr(`/proc/net/${name}`, "");
    for (const line of table.split("\n").slice(1)) {
      const [, local = "", , status, , , , , , inode = ""] = line.trim().split(/\s+/u);
      if (status === state && local.endsWith(`:${wantedPort}`)) inodes.add(`socket:[${inode}]`);
    }
  }
  return inodes;
}

async function processIds(): Promise<readonly string[]> {
  try {
    return (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  } catch {
    return [];
  }
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  try {
    for (const descriptor of await readdir(`/proc/${pid}/fd`)) {
      // Processes and descriptors come and go while we read.
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      if (inodes.has(target)) return true;
    }
  } catch {
    // Another user's process, or one that has ended.
  }
  return false;
}

async function commandOf(pid: string): Promise<string> {
  return (await readOr(`/proc/${pid}/comm`, "a program")).trim();
}

async function readOr(path: string, fallback: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => fallback);
}
