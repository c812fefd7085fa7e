import {
  listBy,
  type MergeRule,
  type PathRule,
  ruleAt,
  ruleOf,
} from "../../manifest/merge/rules.ts";

const replace: MergeRule = { type: "replace" };
const assignments: MergeRule = { type: "pairs", items: "assignments" };

/**
 * How compose merges the keys that a manifest has not; the others are merged as in a manifest.
 *
 * Source: compose specification, "Merge", and compose-go 2 (override/merge.go).
 */
const rules: readonly PathRule[] = [
  ["services/*/annotations", assignments],
  ["services/*/build", { type: "short-form", field: "context" }],
  ["services/*/build/args", assignments],
  ["services/*/build/labels", assignments],
  ["services/*/configs", listBy("target")],
  ["services/*/extends", replace],
  ["services/*/healthcheck/test", replace],
  ["services/*/sysctls", assignments],
  ["services/*/deploy/labels", assignments],
];

/** The rule for a path of a compose file. */
export function composeRuleAt(path: readonly string[]): MergeRule | undefined {
  return ruleOf(rules, path) ?? ruleAt(path);
}
