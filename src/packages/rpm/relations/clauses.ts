import type { Capability } from "../../package-index.ts";
import type { BooleanDependency } from "./boolean.ts";

/** Something has to be there, or something must not be. */
export interface Clause {
  /** One of these has to be there … */
  readonly present: readonly Capability[];
  /** … or one of these must not be. */
  readonly absent: readonly Capability[];
}

/** A dependency is true of an image, or it is not. */
export type Sign = "holds" | "fails";

/** Of nested alternatives each combination is a clause: there is no end of them otherwise. */
const MOST_CLAUSES = 256;

/**
 * What all has to be true for a boolean dependency to hold, or to fail: each clause. `(a if b else
 * c)` is (a or not b) and (c or b), `(a unless b else c)` is (a and not b) or (c and b); what
 * stands after else is left out where there is none.
 *
 * Source: rpm's manual, "Boolean dependencies". Throws a `SyntaxError` for too many combinations,
 * and for `with` or `without` between what is not about one package.
 */
export function clausesOf(dependency: BooleanDependency, sign: Sign = "holds"): readonly Clause[] {
  switch (dependency.type) {
    case "one":
    case "with":
    case "without":
      return clausesOfOne(packagesThatAre(dependency), sign);
    case "and":
      return sign === "holds"
        ? all(dependency.operands.map((each) => clausesOf(each, sign)))
        : anyOf(dependency.operands.map((each) => clausesOf(each, sign)));
    case "or":
      return sign === "holds"
        ? anyOf(dependency.operands.map((each) => clausesOf(each, sign)))
        : all(dependency.operands.map((each) => clausesOf(each, sign)));
    case "if":
    case "unless":
      return clausesOfCondition(dependency.type, dependency.operands, sign);
  }
}

function clausesOfOne(packages: readonly Capability[], sign: Sign): readonly Clause[] {
  return sign === "holds"
    ? [{ present: packages, absent: [] }]
    : packages.map((each) => ({ present: [], absent: [each] }));
}

/** By the definitions of the two: see `clausesOf`. */
function clausesOfCondition(
  type: "if" | "unless",
  [wanted, condition, otherwise]: readonly BooleanDependency[],
  sign: Sign,
): readonly Clause[] {
  if (wanted === undefined || condition === undefined)
    throw new SyntaxError("an operand is missing");
  const isThere = clausesOf(condition, "holds");
  const isMissing = clausesOf(condition, "fails");
  const first = clausesOf(wanted, sign);
  const second = otherwise === undefined ? undefined : clausesOf(otherwise, sign);
  if ((type === "if") === (sign === "holds")) {
    // Two implications: an `if` that holds, or an `unless` that fails.
    const [ruledOut, other] = type === "if" ? [isMissing, isThere] : [isThere, isMissing];
    const one = anyOf([first, ruledOut]);
    return second === undefined ? one : all([one, anyOf([second, other])]);
  }
  // Two cases: an `unless` that holds, or an `if` that fails.
  const [needed, other] = type === "if" ? [isThere, isMissing] : [isMissing, isThere];
  const one = all([first, needed]);
  return second === undefined ? one : anyOf([one, all([second, other])]);
}

function all(parts: readonly (readonly Clause[])[]): readonly Clause[] {
  return bounded(parts.flat());
}

function anyOf(parts: readonly (readonly Clause[])[]): readonly Clause[] {
  let combined: readonly Clause[] = [{ present: [], absent: [] }];
  for (const part of parts) {
    if (combined.length * part.length > MOST_CLAUSES) throw tooMany();
    combined = combined.flatMap((one) =>
      part.map((other) => ({
        present: [...one.present, ...other.present],
        absent: [...one.absent, ...other.absent],
      })),
    );
  }
  return bounded(combined);
}

/**
 * What one package has to be, in each way in which it may be: `with` and `without` of simple ones.
 */
function packagesThatAre(dependency: BooleanDependency): readonly Capability[] {
  switch (dependency.type) {
    case "one":
      return [dependency.capability];
    case "or":
      return bounded(dependency.operands.flatMap(packagesThatAre));
    case "with": {
      const [first = [], ...others] = dependency.operands.map(packagesThatAre);
      return others.reduce(
        (found, other) => bounded(found.flatMap((one) => other.map((each) => withAlso(one, each)))),
        first,
      );
    }
    case "without": {
      const [first = [], second = []] = dependency.operands.map(packagesThatAre);
      return first.map((one) => ({ ...one, without: [...(one.without ?? []), ...second] }));
    }
    case "and":
    case "if":
    case "unless":
      throw new SyntaxError(`"${dependency.type}" stands inside of with or without`);
  }
}

function withAlso(one: Capability, other: Capability): Capability {
  return { ...one, with: [...(one.with ?? []), other] };
}

function bounded<Value>(values: readonly Value[]): readonly Value[] {
  if (values.length > MOST_CLAUSES) throw tooMany();
  return values;
}

function tooMany(): SyntaxError {
  return new SyntaxError("the dependency has too many combinations");
}
