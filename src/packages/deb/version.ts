import { compareVersionTexts, isDigit, weightOfCharacter } from "../../version-order.ts";
import type { VersionOperator } from "../package-index.ts";

/**
 * Compare two Debian versions: negative, zero or positive. `[epoch:]upstream[-revision]`, where `~`
 * sorts before everything, even the end; letters before other characters; digits by value.
 *
 * Source: deb-version(7), "Sorting algorithm".
 */
export function compareVersions(a: string, b: string): number {
  const left = split(a);
  const right = split(b);
  return (
    left.epoch - right.epoch ||
    compareVersionTexts(left.upstream, right.upstream, weight) ||
    compareVersionTexts(left.revision, right.revision, weight)
  );
}

/** Whether `version` satisfies `operator bound`. */
export function satisfiesVersion(
  version: string,
  operator: VersionOperator,
  bound: string,
): boolean {
  const order = compareVersions(version, bound);
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "=":
      return order === 0;
    case ">=":
      return order >= 0;
    case ">":
      return order > 0;
  }
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(":");
  const epoch = colon === -1 ? 0 : Number(version.slice(0, colon));
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  return dash === -1
    ? { epoch, upstream: rest, revision: "" }
    : { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
}

/** A digit or the end weighs 0, so that a longer non-digit run is greater, but for `~`. */
function weight(text: string, index: number): number {
  if (index >= text.length || isDigit(text, index)) return 0;
  const code = text.charCodeAt(index);
  return code === 0x7e ? -1 : weightOfCharacter(code);
}
