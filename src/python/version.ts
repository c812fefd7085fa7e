/**
 * A version of a Python project. Source: the packaging specifications, "Version specifiers" (PEP
 * 440).
 */
export interface Version {
  readonly epoch: bigint;
  readonly release: readonly bigint[];
  /** `a`, `b` or `rc`, and its number. */
  readonly pre?: readonly [letter: string, number: bigint];
  readonly post?: bigint;
  readonly dev?: bigint;
  /** What stands behind `+`, in lower case. */
  readonly local?: readonly (bigint | string)[];
}

const pattern = new RegExp(
  [
    /^\s*v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)/,
    /(?:[-_.]?(?<letter>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<number>\d+)?)?/,
    /(?<post>-(?<bare>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>\d+)?)?/,
    /(?<dev>[-_.]?dev[-_.]?(?<devNumber>\d+)?)?/,
    /(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/,
  ]
    .map(({ source }) => source)
    .join(""),
  "i",
);

const letters: ReadonlyMap<string, string> = new Map([
  ["alpha", "a"],
  ["beta", "b"],
  ["c", "rc"],
  ["pre", "rc"],
  ["preview", "rc"],
]);

/** Longer texts are no version that anybody publishes. */
const LONGEST = 200;

/** Undefined for a text that is no version. */
export function parseVersion(text: string): Version | undefined {
  const groups = text.length > LONGEST ? undefined : pattern.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { epoch = "0", release = "", number, bare, postNumber, devNumber } = groups;
  const letter = groups["letter"]?.toLowerCase();
  return {
    epoch: BigInt(epoch),
    release: release.split(".").map(BigInt),
    ...(letter === undefined
      ? {}
      : { pre: [letters.get(letter) ?? letter, BigInt(number ?? 0)] as const }),
    ...(groups["post"] === undefined ? {} : { post: BigInt(bare ?? postNumber ?? 0) }),
    ...(groups["dev"] === undefined ? {} : { dev: BigInt(devNumber ?? 0) }),
    ...(groups["local"] === undefined ? {} : { local: localParts(groups["local"]) }),
  };
}

function localParts(text: string): readonly (bigint | string)[] {
  return text
    .toLowerCase()
    .split(/[-_.]/)
    .map((part) => (/^\d+$/.test(part) ? BigInt(part) : part));
}

/** Below zero when `one` comes before `other`. */
export function compareVersions(one: Version, other: Version): number {
  return (
    compareBig(one.epoch, other.epoch) ||
    compareReleases(one.release, other.release) ||
    comparePre(one, other) ||
    compareOptional(one.post, other.post, -1) ||
    compareOptional(one.dev, other.dev, 1) ||
    compareLocal(one.local, other.local)
  );
}

/** Whether two texts mean one version: `1.0` and `1.0.0` do. */
export function isSameVersion(one: string, other: string): boolean {
  const [a, b] = [parseVersion(one), parseVersion(other)];
  return a === undefined || b === undefined ? one === other : compareVersions(a, b) === 0;
}

/** Numbers that are missing at the end count as zeros. */
export function compareReleases(one: readonly bigint[], other: readonly bigint[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const order = compareBig(one[index] ?? 0n, other[index] ?? 0n);
    if (order !== 0) return order;
  }
  return 0;
}

/** Whether it comes before the release that it is named for. */
export function isPrerelease({ pre, dev }: Version): boolean {
  return pre !== undefined || dev !== undefined;
}

/** Without what stands behind `+`. */
export function withoutLocal({ local: _, ...version }: Version): Version {
  return version;
}

/** A development version of a release comes before its first alpha, the release after its last. */
function comparePre(one: Version, other: Version): number {
  const rank = ({ pre, post, dev }: Version): string =>
    pre?.[0] ?? (post === undefined && dev !== undefined ? "" : "z");
  const [a, b] = [rank(one), rank(other)];
  if (a !== b) return a < b ? -1 : 1;
  return compareBig(one.pre?.[1] ?? 0n, other.pre?.[1] ?? 0n);
}

/** `absent` is how a missing one compares with one that is there. */
function compareOptional(
  one: bigint | undefined,
  other: bigint | undefined,
  absent: number,
): number {
  if (one === undefined) return other === undefined ? 0 : absent;
  return other === undefined ? -absent : compareBig(one, other);
}

function compareLocal(one: Version["local"], other: Version["local"]): number {
  if (one === undefined || other === undefined) {
    return Number(one !== undefined) - Number(other !== undefined);
  }
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [a, b] = [one[index], other[index]];
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
    if (a === b) continue;
    // A number comes after a word.
    if (typeof a !== typeof b) return typeof a === "bigint" ? 1 : -1;
    return a < b ? -1 : 1;
  }
  return 0;
}

function compareBig(one: bigint, other: bigint): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
