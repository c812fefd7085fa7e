import type { VersionOperator } from "../../package-index.ts";

/**
 * A dependency as RPM keeps it: in a header in three tags, in `primary.xml` in an entry. The name
 * of a boolean one is its whole text, in parentheses.
 */
export interface RpmDependency {
  readonly name: string;
  /** Absent: any version will do, or none is given. */
  readonly constraint?: { readonly operator: VersionOperator; readonly version: string };
}

/** By RPMSENSE_LESS (2), RPMSENSE_GREATER (4) and RPMSENSE_EQUAL (8). */
const BY_FLAGS: ReadonlyMap<number, VersionOperator> = new Map([
  [2, "<"],
  [2 + 8, "<="],
  [8, "="],
  [4 + 8, ">="],
  [4, ">"],
]);

/** By the word that `primary.xml` has for them. */
const BY_WORD: ReadonlyMap<string, VersionOperator> = new Map([
  ["LT", "<"],
  ["LE", "<="],
  ["EQ", "="],
  ["GE", ">="],
  ["GT", ">"],
]);

/** The dependency of a header: an element of its name, flags and version tags. */
export function dependencyOfHeader(name: string, flags: number, version: string): RpmDependency {
  return toDependency(name, BY_FLAGS.get(flags & (2 + 4 + 8)), version.replace(/^0*:/, ""));
}

/** An `rpm:entry` of `primary.xml`, by its attributes. */
export function dependencyOfEntry(
  name: string,
  attributes: {
    readonly flags?: string | undefined;
    readonly epoch?: string | undefined;
    readonly ver?: string | undefined;
    readonly rel?: string | undefined;
  },
): RpmDependency {
  const { flags = "", epoch, ver = "", rel } = attributes;
  return toDependency(name, BY_WORD.get(flags), ver === "" ? "" : formatVersion(epoch, ver, rel));
}

/** `[epoch:]version[-release]`, without an epoch that is 0 and a release that is missing. */
export function formatVersion(
  epoch: string | undefined,
  version: string,
  release: string | undefined,
): string {
  const head = epoch === undefined || /^0*$/.test(epoch) ? "" : `${epoch}:`;
  return `${head}${version}${release === undefined || release === "" ? "" : `-${release}`}`;
}

/** As rpm shows it: `name >= version`. */
export function formatDependency({ name, constraint }: RpmDependency): string {
  return constraint === undefined ? name : `${name} ${constraint.operator} ${constraint.version}`;
}

const SIMPLE = /^(.*\S)\s+(<=|<|==?|>=|>)\s+(\S+)$/s;

/** What `formatDependency` wrote. */
export function parseDependency(text: string): RpmDependency {
  const match = text.startsWith("(") ? null : SIMPLE.exec(text.trim());
  if (match === null) return { name: text.trim() };
  const [, name = "", sign = "", version = ""] = match;
  return toDependency(name, toOperator(sign), version);
}

/** An operator as a dependency's text writes it; undefined for any other text. */
export function toOperator(sign: string): VersionOperator | undefined {
  switch (sign) {
    case "<":
    case "<=":
    case "=":
    case ">=":
    case ">":
      return sign;
    case "==":
      return "=";
    default:
      return undefined;
  }
}

function toDependency(
  name: string,
  operator: VersionOperator | undefined,
  version: string,
): RpmDependency {
  if (operator === undefined || version === "") return { name };
  return { name, constraint: { operator, version } };
}
