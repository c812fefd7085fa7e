import { countOf } from "../../count.ts";
import { QclockError } from "../../error.ts";
import type { Relation } from "../package-index.ts";
import type { Choice, DeadEnd, Need, Rejection, RejectionReason, Tie } from "./choice.ts";
import { MOST_TRIES, type SearchFailure } from "./search.ts";
import { listNames } from "./wanted-names.ts";

/** Of other packages that would not do, as many are told. */
const OTHERS_SHOWN = 5;

/**
 * A failed search as an error: what could not be had together, why each side is there, down to what
 * the manifest asks for, and why nothing else would do.
 */
export function errorOf(failure: SearchFailure, image: string): QclockError {
  return failure.type === "tie" ? errorOfTie(failure.tie, image) : errorOfDeadEnd(failure, image);
}

function errorOfTie({ need, entries }: Tie, image: string): QclockError {
  return new QclockError(
    "unresolvable-packages",
    `${wording(need)}, and several packages provide it.`,
    {
      hint: `Add the one that image "${image}" should hold to its packages: ${listNames(entries.map(({ name }) => name))}.`,
      details: need.type === "dependency" ? chainOf(need.of) : [],
    },
  );
}

function errorOfDeadEnd(
  { deadEnd, gaveUp }: Extract<SearchFailure, { type: "dead-end" }>,
  image: string,
): QclockError {
  const path = preferredPath(deadEnd);
  const others = path.toReversed().flatMap(({ rejections }) => othersOf(rejections));
  const rest = others.length - OTHERS_SHOWN;
  const notes = [
    ...others.slice(0, OTHERS_SHOWN),
    ...(rest > 0 ? [`${countOf(rest, "further package")} would not do either`] : []),
    ...(gaveUp ? [`not every combination was tried: ${MOST_TRIES} tries are the most`] : []),
  ];
  const { need, rejections } = path.at(-1) ?? deadEnd;
  const [first] = rejections;
  const reason = first?.reason;
  if (first !== undefined && reason?.type === "conflict") {
    const rejected: Choice = { entry: first.entry, need };
    const sides = reason.isOfPresent ? [reason.present, rejected] : [rejected, reason.present];
    return new QclockError("package-conflict", `Image "${image}": ${describe(first)}.`, {
      hint: "Leave one of the two out of the image's packages, or what needs it.",
      details: [...chainsOf(sides), ...notes],
    });
  }
  const { conditions = [], alternatives = [] } = need.type === "wanted" ? {} : need.relation;
  if (need.type === "dependency" && conditions.length > 0 && alternatives.length === 0) {
    return new QclockError(
      "package-conflict",
      `Image "${image}": ${wording(need)}, and ${listNames(conditions.map(({ name }) => name))} would be in the image.`,
      {
        hint: "Leave one of them out of the image's packages, or what needs it.",
        details: [...chainOf(need.of), ...notes],
      },
    );
  }
  const present = reason?.type === "other-version" ? reason.present : undefined;
  const sides = [need.type === "dependency" ? need.of : undefined, present];
  return new QclockError(
    "unresolvable-packages",
    present === undefined
      ? `${wording(need)}, which no repository has.`
      : `${wording(need)}, but ${nameOf(present)} is in the image already.`,
    {
      hint:
        present === undefined
          ? "Leave out what needs it, or add the repository that has it. Where the lock keeps older packages, `qclock lock --update` takes all from the same state of the repositories."
          : "Run `qclock lock --update`, so that all packages come from the same state of the repositories.",
      details: [...chainsOf(sides.filter((side) => side !== undefined)), ...notes],
    },
  );
}

/** From a dead end to the one that the package of first choice ran into, and so on. */
function preferredPath(deadEnd: DeadEnd): readonly DeadEnd[] {
  const path = [deadEnd];
  for (let reason = deadEnd.rejections[0]?.reason; reason?.type === "dead-end";) {
    path.push(reason.deadEnd);
    reason = reason.deadEnd.rejections[0]?.reason;
  }
  return path;
}

/**
 * Why the packages of second choice would not do; of further versions of the first one nothing is
 * said.
 */
function othersOf([first, ...rejections]: readonly Rejection[]): readonly string[] {
  return rejections
    .filter(({ entry }) => entry.name !== first?.entry.name)
    .map((rejection) => `${rejection.entry.name} would not do either: ${describe(rejection)}`);
}

function describe({ entry, reason }: Rejection): string {
  switch (reason.type) {
    case "other-version":
      return `${nameOf(reason.present)} is in the image already`;
    case "conflict":
      return describeConflict(nameOf({ entry }), reason);
    case "dead-end":
      return describeDeadEnd(reason.deadEnd);
  }
}

function describeConflict(
  name: string,
  { conflict, present, isOfPresent }: Extract<RejectionReason, { type: "conflict" }>,
): string {
  const [one, other] = isOfPresent ? [nameOf(present), name] : [name, nameOf(present)];
  return `${one} ${conflict.verb} ${other} ("${conflict.text}")`;
}

function describeDeadEnd(deadEnd: DeadEnd): string {
  const { need, rejections } = preferredPath(deadEnd).at(-1) ?? deadEnd;
  const [first] = rejections;
  if (first !== undefined) return describe(first);
  return need.type === "wanted"
    ? `no repository has ${need.name}`
    : `${need.of.entry.name} ${verbOf(need.relation)} "${need.relation.text}", ${need.relation.isConflict ? "which is so here" : "which no repository has"}`;
}

function verbOf({ isConflict }: Relation): string {
  return isConflict ? "conflicts with" : "needs";
}

function wording(need: Need): string {
  return need.type === "wanted"
    ? `The manifest asks for "${need.name}"`
    : `Package "${need.of.entry.name}" ${verbOf(need.relation)} "${need.relation.text}"`;
}

function nameOf({ entry }: Pick<Choice, "entry">): string {
  return `${entry.name} ${entry.version}`;
}

/** The chains of both sides; a step that they share is told once. */
function chainsOf(sides: readonly Choice[]): readonly string[] {
  return [...new Set(sides.flatMap(chainOf))];
}

/** Why a package is there, one line a step, down to what was asked for. */
function chainOf(choice: Choice): readonly string[] {
  const { entry, need } = choice;
  if (need === undefined) return [`${entry.name}: in the parent image`];
  if (need.type === "wanted") return [`${entry.name}: asked for in the manifest`];
  return [
    `${entry.name}: needed by ${need.of.entry.name} (${need.relation.text})`,
    ...chainOf(need.of),
  ];
}
