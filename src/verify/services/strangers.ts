import { networkUsers } from "../../plan/taking/foreign-users.ts";
import type { Observed } from "../../plan/observed.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Strangers } from "../subject.ts";

/**
 * Who of others is on the networks of the stack's services, as the Engine tells it: they reach what
 * is on them. Undefined where none of the networks is there: a stack that was not brought up proves
 * nothing.
 */
export function strangersOn(
  stack: Pick<Stack, "networks">,
  observed: Pick<Observed, "networks" | "others">,
): readonly Strangers[] | undefined {
  const present = new Map(observed.networks.map((network) => [network.name, network]));
  const networks = [...stack.networks.values()];
  if (!networks.some(({ engineName }) => present.has(engineName))) return undefined;
  return networks.flatMap(({ name, engineName }) => {
    const network = present.get(engineName);
    const containers = network === undefined ? [] : networkUsers(observed, network);
    return containers.length === 0 ? [] : [{ network: name, containers }];
  });
}
