import type { FamilyRules } from "../../family.ts";
import type { Change, RestatedPackage } from "./lock-diff.ts";

/** A value before and after, where it was and is there, and how versions compare. */
export interface Compared<Value> extends Pick<FamilyRules, "compareVersions"> {
  readonly from: Value | undefined;
  readonly to: Value | undefined;
}

/** What is said of a thing, by the name of each fact. */
export type Facts = Readonly<Record<string, string>>;

/** The facts that are others now. */
export function diffFacts(from: Facts, to: Facts): RestatedPackage["facts"] {
  return Object.entries(from).flatMap(([fact, value]) =>
    to[fact] === value ? [] : [{ fact, from: value, to: to[fact] ?? "" }],
  );
}

/** How a thing is changed that is there before, after, or at both times. */
export function changeOf(from: unknown, to: unknown): Change {
  if (from === undefined) return "added";
  return to === undefined ? "removed" : "changed";
}

/** The names that are there before or after, sorted. */
export function namesOf(
  from: ReadonlyMap<string, unknown> | undefined,
  to: ReadonlyMap<string, unknown> | undefined,
): readonly string[] {
  return [...new Set([...(from?.keys() ?? []), ...(to?.keys() ?? [])])].toSorted();
}
