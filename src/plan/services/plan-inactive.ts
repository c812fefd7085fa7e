import { divergedNetworks } from "../networks/plan-networks.ts";
import type { Planning } from "../planning.ts";
import { addStop, dependentsFirst } from "../taking/stop-container.ts";

/**
 * Services of inactive profiles are left alone, running or not. Only where a network is made again
 * they have to make way, and are not made again themselves: what they would be made from was not
 * read.
 */
export function planInactive(planning: Planning): void {
  const { draft, stack, observed } = planning;
  if (stack.inactive === undefined) return;
  const diverged = divergedNetworks(planning);
  for (const container of dependentsFirst(observed.containers, stack)) {
    const { id, name, ours, service = "", networks } = container;
    const network = networks.find((each) => diverged.has(each));
    if (!ours || !stack.inactive.has(service) || network === undefined) continue;
    const cause = `network ${network} is made again`;
    const { stopped, dependents } = addStop({ draft, stack, container, cause });
    draft.add(`remove:${service}`, { type: "remove-container", name, id }, cause, [
      stopped,
      ...dependents,
    ]);
    draft.notice(
      `Service ${service} makes way for network ${network} and is not made again: none of its profiles is active.`,
    );
  }
}
