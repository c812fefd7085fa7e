import { countOf } from "../../count.ts";
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
  run: async ({ context: { emit }, sight, judging }) => {
    const phase = "verify-services";
    emit({ type: "phase-started", phase, title: "Look at containers" });
    const services = await sight.services((done, total) =>
      emit({ type: "phase-progress", phase, done, total, unit: "items" }),
    );
    emit({ type: "phase-finished", phase, note: countOf(services.length, "service") });
    return judgeFound(services, {
      kind: "service",
      checks: serviceChecks,
      absence: { presence: "RUN-019", what: "it has no container", hint: "Run qclock up." },
      judging,
    });
  },
};
