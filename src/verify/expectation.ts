import type { LockTarget } from "../packages/package.ts";
import { recordedIds } from "../plan/images/built-images.ts";
import type { DesiredImage } from "../plan/observed.ts";
import { planChanges } from "../plan/plan-changes.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunContext } from "../run/context.ts";
import { type PlannedStack, planStack } from "../run/plan-stack.ts";
import type { Stack } from "../stack/stack.ts";
import type { Look, Looker } from "./services/look.ts";
import { strangersOn } from "./services/strangers.ts";
import type { Strangers } from "./subject.ts";

/** Hashing the project's files takes as long as there are files. */
const planMs = 600_000;

/** What is known before looking: what each image must be, and what a plan would do. */
export interface Expectation {
  readonly desired: ReadonlyMap<string, DesiredImage>;
  readonly target: LockTarget;
  /** By image name, the ids of what qclock is known to have built from its inputs. */
  readonly recorded: ReadonlyMap<string, ReadonlySet<string>>;
  /** For each service the operations that a plan holds for it, with their causes. */
  readonly drift: ReadonlyMap<string, readonly string[]>;
  /** Names of the Engine's networks that have no way out now. */
  readonly closedNetworks: ReadonlySet<string>;
  readonly canCloseWayOut: boolean;
  /** Names of the Engine's networks that the host is not on. */
  readonly isolatedNetworks: ReadonlySet<string>;
  readonly strangers: readonly Strangers[] | undefined;
}

/** What the manifest asks for, by the plan that `up` would make now. */
export async function expectationOf(context: RunContext, look: Looker): Promise<Look<Expectation>> {
  return look(
    "what the manifest asks for",
    async (signal) => {
      // What the lock lacks is a finding like any other: those images are not what they must be.
      const planned = await planStack({ ...context, signal }, {}, { lockUse: "foresee" });
      const { plan, prepared, observed } = planned;
      const closed = observed.networks.filter(({ outbound }) => !outbound);
      const isolated = observed.networks.filter((network) => network.isolated);
      return {
        desired: prepared.desired,
        target: prepared.target,
        recorded: recordedOf(context.stack, planned),
        drift: driftOf(plan),
        closedNetworks: new Set(closed.map(({ name }) => name)),
        canCloseWayOut: observed.engine.isolatesNetworks,
        isolatedNetworks: new Set(isolated.map(({ name }) => name)),
        strangers: strangersOn(context.stack, observed),
      };
    },
    planMs,
  );
}

/** The ids that each image may have. */
function recordedOf(
  stack: Stack,
  { observed, records, prepared }: PlannedStack,
): ReadonlyMap<string, ReadonlySet<string>> {
  const evidence = { stack, observed, records };
  return new Map(
    [...stack.images.values()].map((image) => {
      const fingerprint = prepared.desired.get(image.name)?.fingerprint ?? "";
      return [image.name, recordedIds(evidence, image, fingerprint)];
    }),
  );
}

/** What a plan would do to each service, in words; that it waits for one says nothing about it. */
function driftOf(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const drift = new Map<string, readonly string[]>();
  for (const { action, kind, name, cause } of planChanges(plan)) {
    if (action === "wait" || (kind !== "service" && kind !== "secrets")) continue;
    drift.set(name, [...(drift.get(name) ?? []), `up would ${action} the ${kind}: ${cause}`]);
  }
  return drift;
}
