import { doubleOf } from "./gvariant.ts";
import type { VariantNode } from "./variant-text.ts";

/** Whether a number is between two others, both included. */
export function isInRange(
  node: VariantNode,
  [least, most]: readonly [VariantNode, VariantNode],
): boolean {
  const value = numberIn(node);
  return value >= numberIn(least) && value <= numberIn(most);
}

/** All texts within a value. */
export function stringsIn(node: VariantNode): readonly string[] {
  if (node.kind === "string") return [node.text];
  if (node.kind === "array") return node.items.flatMap(stringsIn);
  if (node.kind === "typed" || node.kind === "maybe") {
    return node.value === undefined ? [] : stringsIn(node.value);
  }
  return [];
}

function numberIn(node: VariantNode): number | bigint {
  if (node.kind === "typed") return numberIn(node.value);
  if (node.kind !== "number") return Number.NaN;
  return /^-?\d+$/.test(node.text) ? BigInt(node.text) : doubleOf(node.text);
}
