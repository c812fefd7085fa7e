import { countOf } from "../../count.ts";
import { stackNetworkChecks } from "../checks/network.ts";
import type { CheckGroup } from "../group.ts";
import { observeHostReach, readListening } from "../network/host-services.ts";
import { observeReachability } from "../network/reachability.ts";
import { runChecks } from "../run-checks.ts";
import { tryConnectionsIn } from "../network/try-connections.ts";

/** Trying connections is mostly waiting. */
const concurrency = 16;

/** Who reaches whom, tried from inside. */
export const networkGroup: CheckGroup = {
  checks: stackNetworkChecks,
  onDemand: false,
  run: async ({ context, stack, sight, lookerFor, judging }) => {
    const { engine } = sight;
    if (engine === undefined) return [];
    const { clock, signal, emit } = context;
    const phase = "verify-network";
    emit({ type: "phase-started", phase, title: "Try connections between services" });
    const running = await sight.running();
    const look = lookerFor(concurrency);
    const tryConnections = tryConnectionsIn(context, engine, { running, look });
    const reachability = await observeReachability({
      stack,
      running,
      tryConnections,
      // Interrupted, the next try fails at once and says so.
      sleep: async (durationMs) => clock.sleep(durationMs, signal).catch(() => undefined),
    });
    const listening = engine.endpoint.local ? await readListening() : undefined;
    const hostReach =
      listening === undefined
        ? undefined
        : await observeHostReach({ running, listening, tryConnections });
    emit({
      type: "phase-finished",
      phase,
      note: `${countOf(reachability.length, "pair")} of services`,
    });
    const subject = { stack, reachability, hostReach, strangers: await sight.strangers() };
    return runChecks(stackNetworkChecks, { ...judging, subject, name: `stack ${stack.name}` });
  },
};
