import type { Plan } from "./plan.ts";

/**
 * A plan as text, one line a node: what it waits for, its id, its cause. The form that golden tests
 * compare. Ends with a newline unless there is nothing to do.
 */
export function formatPlan(plan: Plan): string {
  return plan.nodes
    .map(({ id, cause, dependsOn }) => `[${dependsOn.join(" ")}] -> ${id}, ${cause}\n`)
    .join("");
}
