import { access, readFile } from "node:fs/promises";
import { platform, userInfo } from "node:os";

/** What this machine is, as far as setting up an Engine goes. */
export interface Machine {
  /** As Node calls it: `linux`, `darwin`. */
  readonly platform: string;
  readonly isRoot: boolean;
  /** `ID` and `ID_LIKE` of os-release: `debian`, `ubuntu`… */
  readonly families: readonly string[];
  /** `PRETTY_NAME` of os-release. */
  readonly name: string;
  /** Whether systemd is PID 1 and can start services. */
  readonly hasSystemd: boolean;
  /**
   * Whether the kernel enforces AppArmor: the Engine then starts no container without its parser.
   */
  readonly hasAppArmor: boolean;
  /** Path of `dockerd`; undefined when there is none. */
  readonly dockerd: string | undefined;
  /** Path of `podman`; undefined when there is none. */
  readonly podman: string | undefined;
}

/** Folders of system programs, which are not on every root's PATH. */
export const systemPath = [
  "/usr/local/sbin",
  "/usr/sbin",
  "/sbin",
  "/usr/local/bin",
  "/usr/bin",
  "/bin",
];

/** Look at this machine. */
export async function examineMachine(): Promise<Machine> {
  const [osRelease, appArmor, hasSystemd, dockerd, podman] = await Promise.all([
    readOr("/etc/os-release", ""),
    readOr("/sys/module/apparmor/parameters/enabled", "N"),
    exists("/run/systemd/system"),
    findProgram("dockerd"),
    findProgram("podman"),
  ]);
  const release = parseOsRelease(osRelease);
  return {
    platform: platform(),
    isRoot: userInfo().uid === 0,
    families: [release.get("ID") ?? "", ...(release.get("ID_LIKE") ?? "").split(" ")].filter(
      (family) => family !== "",
    ),
    name: release.get("PRETTY_NAME") ?? platform(),
    hasSystemd,
    hasAppArmor: appArmor.trim() === "Y",
    dockerd,
    podman,
  };
}

/** The keys of an os-release file (os-release(5)). */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const entries = text.matchAll(/^([A-Z_]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*))$/gmu);
  return new Map(
    Array.from(entries, ([, key = "", double, single, bare]) => [
      key,
      (double ?? single ?? bare ?? "").replaceAll(/\\(.)/gu, "$1"),
    ]),
  );
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of systemPath) {
    if (await exists(`${folder}/${name}`)) return `${folder}/${name}`;
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

async function readOr(path: string, fallback: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => fallback);
}
