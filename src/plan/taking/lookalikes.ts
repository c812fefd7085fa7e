import { externalNames } from "../../stack/external.ts";
import type { Stack } from "../../stack/stack.ts";
import type { PlanDraft } from "../draft.ts";
import { isAre, listOf } from "./foreign-users.ts";
import type { Observed } from "../observed.ts";

/**
 * Tell of what bears the stack's label and was not made by qclock: it is neither used nor removed.
 */
export function noticeLookalikes(
  draft: PlanDraft,
  { containers, networks, volumes }: Pick<Observed, "containers" | "networks" | "volumes">,
  stack: Stack | undefined,
): void {
  // What the manifest calls external was asked for by its name, and is known to be another's.
  const external = externalNames(stack);
  const kinds = [
    ["Container", containers],
    ["Network", networks.filter(({ name }) => !external.networks.has(name))],
    ["Volume", volumes.filter(({ name }) => !external.volumes.has(name))],
  ] as const;
  for (const [kind, objects] of kinds) {
    const names = objects.filter(({ ours }) => !ours).map(({ name }) => name);
    if (names.length === 0) continue;
    const subject = names.length === 1 ? kind : `${kind}s`;
    draft.notice(
      `${subject} ${listOf(names)} ${isAre(names)} labelled or named as this stack's, but not made by qclock for it: left alone.`,
    );
  }
}
