import {
  compareReleases,
  compareVersions,
  isPrerelease,
  parseVersion,
  type Version,
  withoutLocal,
} from "./version.ts";

/** One clause of a version specifier, such as `>=3.1` or `==2.*`. */
export interface Specifier {
  readonly operator: "~=" | "==" | "!=" | "<=" | ">=" | "<" | ">" | "===";
  /** As it was written, without `.*`. */
  readonly version: string;
  /** It ends in `.*`. */
  readonly isPrefix: boolean;
}

const clause = /^(~=|===|==|!=|<=|>=|<|>)\s*([^\s,]+)$/;

/**
 * The clauses of a version specifier; undefined for a text that is none. Source: the packaging
 * specifications, "Version specifiers" (PEP 440).
 */
export function parseSpecifiers(text: string): readonly Specifier[] | undefined {
  const specifiers: Specifier[] = [];
  const clauses = text.split(",").map((part) => part.trim());
  // A comma at the end is common and harmless.
  if (clauses.at(-1) === "") clauses.pop();
  for (const part of clauses) {
    const [, operator, written = ""] = clause.exec(part) ?? [];
    if (!isOperator(operator)) return undefined;
    const mayBePrefix = operator === "==" || operator === "!=";
    const isPrefix = mayBePrefix && written.endsWith(".*");
    const version = isPrefix ? written.slice(0, -2) : written;
    if (operator !== "===" && !isUsable({ operator, version, isPrefix })) return undefined;
    specifiers.push({ operator, version, isPrefix });
  }
  return specifiers;
}

/** What stands behind `+` is for `==` and `!=` alone; a prefix is made of numbers. */
function isUsable({ operator, version, isPrefix }: Specifier): boolean {
  const parsed = parseVersion(version);
  if (parsed === undefined) return false;
  const { release, pre, post, dev, local } = parsed;
  if (operator === "~=" && release.length < 2) return false;
  if (isPrefix) return [pre, post, dev, local].every((part) => part === undefined);
  return local === undefined || operator === "==" || operator === "!=";
}

function isOperator(text: string | undefined): text is Specifier["operator"] {
  return text !== undefined && ["~=", "==", "!=", "<=", ">=", "<", ">", "==="].includes(text);
}

/** As it is written. */
export function formatSpecifier({ operator, version, isPrefix }: Specifier): string {
  return `${operator}${version}${isPrefix ? ".*" : ""}`;
}

/**
 * Whether a version is what all clauses ask for. A version before a release counts like any other:
 * which one is used was decided by whoever pinned it.
 */
export function satisfies(version: string, specifiers: readonly Specifier[]): boolean {
  const parsed = parseVersion(version);
  return specifiers.every((specifier) =>
    specifier.operator === "==="
      ? version.toLowerCase() === specifier.version.toLowerCase()
      : parsed !== undefined && satisfiesOne(parsed, specifier),
  );
}

function satisfiesOne(version: Version, { operator, version: text, isPrefix }: Specifier): boolean {
  const wanted = parseVersion(text);
  if (wanted === undefined) return false;
  const open = withoutLocal(version);
  switch (operator) {
    case "==":
      return isPrefix ? hasPrefix(open, wanted) : isEqual(version, wanted);
    case "!=":
      return !(isPrefix ? hasPrefix(open, wanted) : isEqual(version, wanted));
    case "<=":
      return compareVersions(open, wanted) <= 0;
    case ">=":
      return compareVersions(open, wanted) >= 0;
    case "<":
      // 2.0rc1 is not what somebody means who asks for less than 2.0.
      return (
        compareVersions(version, wanted) < 0 &&
        (isPrerelease(wanted) || !isPrerelease(version) || !isSame(released(version), wanted))
      );
    case ">":
      // Nor is 2.0.post1, or 2.0+local, more than 2.0.
      return (
        compareVersions(version, wanted) > 0 &&
        !isSame(open, wanted) &&
        (wanted.post !== undefined || version.post === undefined || !isSame(unposted(open), wanted))
      );
    case "~=": {
      const { epoch, release } = wanted;
      return (
        compareVersions(open, wanted) >= 0 &&
        hasPrefix(open, { epoch, release: release.slice(0, -1) })
      );
    }
    case "===":
      return false;
  }
}

/** What the specifier does not say behind `+` may be anything. */
function isEqual(version: Version, wanted: Version): boolean {
  return (
    compareVersions(wanted.local === undefined ? withoutLocal(version) : version, wanted) === 0
  );
}

function hasPrefix(version: Version, prefix: Pick<Version, "epoch" | "release">): boolean {
  const { epoch, release } = prefix;
  return (
    version.epoch === epoch &&
    compareReleases(version.release.slice(0, release.length), release) === 0
  );
}

function isSame(one: Version, other: Version): boolean {
  return compareVersions(one, other) === 0;
}

/** The release that a version comes before. */
function released({ pre: _, dev: _dev, local: _local, ...version }: Version): Version {
  return version;
}

/** The version that another one comes after. */
function unposted({ post: _, dev: _dev, ...version }: Version): Version {
  return version;
}
