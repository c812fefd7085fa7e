import { isScalar, type Node, type Scalar } from "yaml";
import type * as z from "zod";
import { nodeAt } from "../text/node-at.ts";

/**
 * Give the scalars that came from variables the type that the schema wants, as compose does:
 * `"${PORT}"` is a number where a number is wanted and a text where a text is. Tells whether any
 * has changed.
 */
export function retypeReplaced(
  issues: readonly z.core.$ZodIssue[],
  root: Node,
  replaced: ReadonlyMap<Scalar, unknown>,
): boolean {
  if (replaced.size === 0) return false;
  let hasChanged = false;
  for (const { path, wanted } of issues.flatMap((issue) => wantedTypes(issue, []))) {
    const node = nodeAt(root, path);
    if (!isScalar(node) || !replaced.has(node) || typeof node.value !== "string") continue;
    const value = convert(node.value, wanted);
    if (value === undefined) continue;
    node.value = value;
    hasChanged = true;
  }
  return hasChanged;
}

interface WantedType {
  readonly path: readonly PropertyKey[];
  readonly wanted: string;
}

function wantedTypes(
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
): readonly WantedType[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_type") return [{ path, wanted: issue.expected }];
  if (issue.code !== "invalid_union") return [];
  return issue.errors.flat().flatMap((inner) => wantedTypes(inner, path));
}

function convert(text: string, wanted: string): number | boolean | undefined {
  if ((wanted === "number" || wanted === "int") && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) {
    return Number(text);
  }
  return wanted === "boolean" && (text === "true" || text === "false")
    ? text === "true"
    : undefined;
}
