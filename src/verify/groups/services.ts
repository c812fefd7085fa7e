import { countOf } from "../../count.ts";
import { inPhase } from "../../run/execution/phase.ts";
import { byId } from "../check.ts";
import { containerChecks } from "../checks/container.ts";
import { serviceNetworkChecks } from "../checks/network.ts";
import type { CheckGroup } from "../group.ts";
import { judgeFound } from "./found.ts";

export const serviceChecks = [...containerChecks, ...serviceNetworkChecks].toSorted(byId);

/** What each service's container is and does. */
export const serviceGroup: CheckGroup = {
  checks: serviceChecks,
  onDemand: false,
  run: async ({ context, sight, judging }) => {
    const services = await inPhase(
      context,
      {
        phase: "verify-services",
        title: "Look at containers",
        unit: "items",
        note: ({ length }: readonly unknown[]) => countOf(length, "service"),
      },
      (onProgress) => sight.services(onProgress),
    );
    return judgeFound(services, {
      kind: "service",
      checks: serviceChecks,
      absence: { presence: "RUN-019", what: "it has no container", hint: "Run qclock up." },
      judging,
    });
  },
};
