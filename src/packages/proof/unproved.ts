import { firstOf } from "../../count.ts";
import { QclockError } from "../../error.ts";
import type { LockedPackage } from "../package.ts";

const SHOWN = 10;

/** The flag that takes packages which nothing proves, the same in every command that has it. */
export const UNSIGNED_FLAG = "--allow-unsigned";

/** A package that nothing proves, with the image that holds it. */
export type UnprovedPackage = Pick<LockedPackage, "name" | "version">;

/**
 * The refusal of packages of which no signed index says that they are the distribution's.
 * `reasons`: why there was not more evidence, a line each. Throws nothing itself; the code is
 * `package-unproved`.
 */
export function unprovedError(
  packages: readonly UnprovedPackage[],
  reasons: readonly string[],
): QclockError {
  const names = namesOf(packages);
  const [first = ""] = names;
  const moving = [...new Set(packages.map(({ name }) => name))].toSorted();
  return new QclockError(
    "package-unproved",
    names.length === 1
      ? `Nothing proves that ${first} is the distribution's.`
      : `Nothing proves that ${names.length} packages are the distribution's.`,
    {
      details: [...(names.length === 1 ? [] : firstOf(names, SHOWN)), ...reasons],
      hint: `Move ${names.length === 1 ? "it" : "them"} with \`qclock lock --update${
        moving.length <= 5 ? ` ${moving.join(" ")}` : ""
      }\`, load a bundle that proves ${names.length === 1 ? "it" : "them"}, or take ${
        names.length === 1 ? "it" : "them"
      } unproved with ${UNSIGNED_FLAG}.`,
    },
  );
}

/** `name version` of each package, once, sorted. */
export function namesOf(packages: readonly UnprovedPackage[]): readonly string[] {
  return [...new Set(packages.map(({ name, version }) => `${name} ${version}`))].toSorted();
}
