import { type Document, isMap, isScalar, isSeq, type Scalar } from "yaml";
import { childrenOf, nodeAt } from "./node-at.ts";
import type { VariablePart } from "./template.ts";
import { describePath } from "./wording.ts";

/** Variables with this prefix are set to be told to others; no other one goes into a request. */
export const publicPrefix = "QCLOCK_PUBLIC_";

const every = Symbol("every key or item");

/**
 * The values that qclock or the Engine sends to another machine before anything of the stack runs: where
 * packages and artifacts are fetched, and which image is pulled. A manifest of a stranger could have any
 * variable sent to the stranger with them. All other values stay here, or go to what the stack runs.
 */
const sentPaths: readonly (readonly (string | typeof every)[])[] = [
  ["mirrors", every],
  ["images", every, "image"],
  ["images", every, "artifacts", every, "url"],
];

/** A variable that must not stand where it stands; `scalar` is the text that holds it. */
export interface SentVariable {
  readonly scalar: Scalar;
  readonly variable: VariablePart;
  readonly message: string;
  readonly hint: string;
}

/** The variables in values that are sent away which are not named as public. Aliases are followed. */
export function findSentVariables(
  document: Document.Parsed,
  variablesOf: ReadonlyMap<Scalar, readonly VariablePart[]>,
): readonly SentVariable[] {
  const found = new Map<VariablePart, SentVariable>();
  for (const pattern of sentPaths) {
    for (const path of matchingPaths(document, pattern)) {
      const scalar = nodeAt(document, path);
      if (!isScalar(scalar)) continue;
      for (const variable of variablesOf.get(scalar) ?? []) {
        if (variable.name.startsWith(publicPrefix)) continue;
        found.set(variable, {
          scalar,
          variable,
          message: `${describePath(path)} is sent to another machine, so ${variable.name} must not be part of it.`,
          hint: `Write the value out; or, when others may know it, name the variable ${publicPrefix}….`,
        });
      }
    }
  }
  return [...found.values()];
}

function matchingPaths(
  document: Document.Parsed,
  pattern: readonly (string | typeof every)[],
): readonly (readonly (string | number)[])[] {
  let paths: readonly (readonly (string | number)[])[] = [[]];
  for (const part of pattern) {
    paths = paths.flatMap((path) => {
      if (part !== every) return [[...path, part]];
      const node = nodeAt(document, path);
      return isMap(node) || isSeq(node) ? childrenOf(node).map((key) => [...path, key]) : [];
    });
  }
  return paths;
}
