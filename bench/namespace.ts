import { execa } from "execa";

/**
 * A network of the bench's own, with a way out through the host. Disposing of it leaves nothing
 * behind.
 */
export interface Namespace extends AsyncDisposable {
  /** Words to put before a command that is to run in it. */
  readonly enter: readonly string[];
}

/**
 * Make a network namespace. An Engine that starts beside the host's own rewrites the firewall's
 * chains that both use, and would take its routes and ports; in here it sees none of them. Needs
 * root and iptables.
 */
export async function createNamespace(name: string, index: number): Promise<Namespace> {
  const link = `qclockb${index}`;
  const network = `172.31.251.${index * 4}/30`;
  const [outside, inside] = [`172.31.251.${index * 4 + 1}`, `172.31.251.${index * 4 + 2}`];
  const enter = [await findProgram("nsenter"), `--net=/run/netns/${name}`, "--"];
  const rules = [
    ["nat", "POSTROUTING", "-s", network, "!", "-o", link, "-j", "MASQUERADE"],
    ["filter", "FORWARD", "-i", link, "-j", "ACCEPT"],
    ["filter", "FORWARD", "-o", link, "-j", "ACCEPT"],
  ];
  const remove = async (): Promise<void> => {
    for (const [table = "", chain = "", ...rule] of rules) {
      // A bench that was killed leaves its rules, and another one adds its own: remove each there
      // is.
      while (await succeeds("iptables", ["-w", "-t", table, "-D", chain, ...rule]));
    }
    await succeeds("ip", ["link", "delete", link]);
    await succeeds("ip", ["netns", "delete", name]);
  };
  await remove();
  try {
    await execa("ip", ["netns", "add", name]);
    await execa("ip", ["link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name]);
    await execa("ip", ["address", "add", `${outside}/30`, "dev", link]);
    await execa("ip", ["link", "set", link, "up"]);
    const ip = ["-n", name];
    await execa("ip", [...ip, "link", "set", "lo", "up"]);
    await execa("ip", [...ip, "address", "add", `${inside}/30`, "dev", "eth0"]);
    await execa("ip", [...ip, "link", "set", "eth0", "up"]);
    await execa("ip", [...ip, "route", "add", "default", "via", outside]);
    for (const [table = "", chain = "", ...rule] of rules) {
      await execa("iptables", ["-w", "-t", table, "-I", chain, ...rule]);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { enter, [Symbol.asyncDispose]: remove };
}

/** The whole path, since the commands of the bench run with a `PATH` of their own. */
async function findProgram(name: string): Promise<string> {
  const { stdout } = await execa("sh", ["-c", `command -v ${name}`]);
  return stdout;
}

async function succeeds(file: string, words: readonly string[]): Promise<boolean> {
  const { exitCode } = await execa(file, words, { reject: false });
  return exitCode === 0;
}
