import type { Engine } from "../../docker/engine.ts";
import { hostGateway } from "../../stack/services/extra-hosts.ts";
import type { Service } from "../../stack/stack.ts";
import { readFirst } from "../../archive/read-members.ts";

/** A hosts file holds a line for each name; what is longer than this is none of the Engine's. */
const keptBytes = 64 * 1024;

/** Whether a service is given a name for the Engine's machine. */
export function namesHost({ extraHosts }: Service): boolean {
  return extraHosts.some(({ address }) => address === hostGateway);
}

/**
 * The addresses that the Engine gave for its own machine, from the hosts file of a container: which
 * one that is depends on how the Engine is set up, and no answer of its API tells it.
 */
export async function readHostGateways(
  engine: Pick<Engine, "getArchive">,
  container: {
    readonly service: Service;
    readonly containerId: string;
    readonly signal: AbortSignal;
  },
): Promise<readonly string[]> {
  const { service, containerId, signal } = container;
  const names = new Set(
    service.extraHosts.flatMap(({ name, address }) => (address === hostGateway ? [name] : [])),
  );
  const archive = await engine.getArchive(containerId, "/etc/hosts", signal);
  const content = await readFirst(archive, keptBytes);
  return hostsNamed(content.toString("utf8"), names);
}

/** The addresses of some names in the text of a hosts file. Source: hosts(5). */
export function hostsNamed(text: string, names: ReadonlySet<string>): readonly string[] {
  const found = text.split("\n").flatMap((line) => {
    const [address = "", ...aliases] = line.replace(/#.*/, "").trim().split(/\s+/);
    return aliases.some((alias) => names.has(alias)) ? [address] : [];
  });
  return [...new Set(found)];
}
