import { isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import { type Diagnostic, errorAt } from "../../diagnostic.ts";
import type { ReplacedScalar } from "./interpolate-document.ts";
import { childrenOf, nodeAt } from "../text/node-at.ts";
import type { VariablePart } from "./template.ts";
import { describePath } from "../keys/wording.ts";

/** Variables with this prefix are set to be told to others; no other one goes into a request. */
export const publicPrefix = "QCLOCK_PUBLIC_";

const every = Symbol("every key or item");

/**
 * The values that qclock or the Engine sends to another machine before anything of the stack runs:
 * where packages and artifacts are fetched, and which image is pulled. A manifest of a stranger
 * could have any variable sent to the stranger with them. All other values stay here, or go to what
 * the stack runs.
 */
const sentPaths: readonly (readonly (string | typeof every)[])[] = [
  ["mirrors", every],
  ["images", every, "image"],
  ["images", every, "artifacts", every, "url"],
];

/**
 * Refuse the variables in values that are sent away which are not named as public. What must not be
 * sent is not shown either: their scalars, which are handed back, get what was written.
 */
export function refuseSentVariables(
  root: Node,
  replaced: ReadonlyMap<Scalar, ReplacedScalar>,
): { readonly problems: readonly Diagnostic[]; readonly scalars: ReadonlySet<Scalar> } {
  const problems = new Map<VariablePart, Diagnostic>();
  const scalars = new Set<Scalar>();
  for (const path of sentPaths.flatMap((pattern) => matchingPaths(root, pattern))) {
    const scalar = nodeAt(root, path);
    if (!isScalar(scalar)) continue;
    const { written, variables = [], placeOf } = replaced.get(scalar) ?? {};
    for (const variable of variables) {
      if (variable.name.startsWith(publicPrefix) || placeOf === undefined) continue;
      const place = placeOf(variable.start, variable.end);
      const problem = errorAt(place, "variable-sent-away", {
        message: `${describePath(path)} is sent to another machine, so ${variable.name} must not be part of it.`,
        hint: `Write the value out; or, when others may know it, name the variable ${publicPrefix}….`,
      });
      problems.set(variable, problem);
      scalars.add(scalar);
      scalar.value = written;
    }
  }
  return { problems: [...problems.values()], scalars };
}

function matchingPaths(
  root: Node,
  pattern: readonly (string | typeof every)[],
): readonly (readonly (string | number)[])[] {
  let paths: readonly (readonly (string | number)[])[] = [[]];
  for (const part of pattern) {
    paths = paths.flatMap((path) => {
      if (part !== every) return [[...path, part]];
      const node = nodeAt(root, path);
      return isMap(node) || isSeq(node) ? childrenOf(node).map((key) => [...path, key]) : [];
    });
  }
  return paths;
}
