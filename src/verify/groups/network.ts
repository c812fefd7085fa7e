import { countOf } from "../../count.ts";
import { inPhase, type Phase } from "../../run/execution/phase.ts";
import { stackNetworkChecks } from "../checks/network.ts";
import type { CheckGroup } from "../group.ts";
import type { StackSubject } from "../subject.ts";
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
    const { clock, signal } = context;
    const phase: Phase<Pick<StackSubject, "reachability" | "hostReach">> = {
      phase: "verify-network",
      title: "Try connections between services",
      note: ({ reachability }) => `${countOf(reachability.length, "pair")} of services`,
    };
    const reach = await inPhase(context, phase, async () => {
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
      return { reachability, hostReach };
    });
    const subject = { stack, ...reach, strangers: await sight.strangers() };
    return runChecks(stackNetworkChecks, { ...judging, subject, name: `stack ${stack.name}` });
  },
};
