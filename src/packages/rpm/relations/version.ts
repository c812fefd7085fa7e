import { isDigit } from "../../../version-order.ts";
import { compareTexts } from "../../../order.ts";
import type { VersionOperator } from "../../package-index.ts";

/** The three parts of `[epoch:]version[-release]`. */
interface Parts {
  readonly epoch: number;
  readonly version: string;
  /** Absent: none is given, so that each of them is meant. */
  readonly release?: string;
}

/**
 * Compare two RPM versions `[epoch:]version[-release]`: negative, zero or positive. Without an
 * epoch it is 0; a version without a release is older than the same one with one.
 *
 * Source: rpm's manual, "Version comparison" (rpmvercmp).
 */
export function compareVersions(a: string, b: string): number {
  const left = split(a);
  const right = split(b);
  return (
    left.epoch - right.epoch ||
    compareParts(left.version, right.version) ||
    Number(left.release !== undefined) - Number(right.release !== undefined) ||
    compareParts(left.release ?? "", right.release ?? "")
  );
}

/** A bound of versions, or one version. */
export interface VersionBound {
  readonly operator: VersionOperator;
  readonly version: string;
}

/**
 * Whether there is a version that both bounds let in: that of what is provided, and that of what is
 * asked for. Where one of the two gives no release, each release is meant.
 *
 * Source: rpm's manual, "Dependencies basics"; libsolv decides alike where rpm's own answer depends
 * on which of the two is asked about the other.
 */
export function isWithin(provided: VersionBound, wanted: VersionBound): boolean {
  if (isUpper(provided) && isUpper(wanted)) return true;
  if (isLower(provided) && isLower(wanted)) return true;
  const left = split(provided.version);
  const right = split(wanted.version);
  const order = left.epoch - right.epoch || compareParts(left.version, right.version);
  if (order < 0) return isUpper(wanted) || isLower(provided);
  if (order > 0) return isLower(wanted) || isUpper(provided);
  if (left.release === undefined && right.release === undefined)
    return holdsItself(provided) && holdsItself(wanted);
  // The one without a release stands for all of that version.
  if (left.release === undefined) return holdsItself(provided);
  if (right.release === undefined) return holdsItself(wanted);
  const byRelease = compareParts(left.release, right.release);
  if (byRelease < 0) return isUpper(wanted) || isLower(provided);
  if (byRelease > 0) return isLower(wanted) || isUpper(provided);
  return holdsItself(provided) && holdsItself(wanted);
}

function isUpper({ operator }: VersionBound): boolean {
  return operator === "<" || operator === "<=";
}

function isLower({ operator }: VersionBound): boolean {
  return operator === ">" || operator === ">=";
}

function holdsItself({ operator }: VersionBound): boolean {
  return operator !== "<" && operator !== ">";
}

function split(text: string): Parts {
  const epoch = /^(\d*):/.exec(text);
  const rest = epoch === null ? text : text.slice(epoch[0].length);
  const dash = rest.lastIndexOf("-");
  const release = dash === -1 ? "" : rest.slice(dash + 1);
  return {
    epoch: Number(epoch?.[1] ?? 0),
    version: dash === -1 ? rest : rest.slice(0, dash),
    // rpm takes an empty release for a missing one.
    ...(release === "" ? {} : { release }),
  };
}

/**
 * Compare two versions or two releases, run of letters by run of digits. Everything else only
 * separates runs, but for `~`, which sorts before all and even before the end, and `^`, which sorts
 * after the end and before all else.
 */
function compareParts(a: string, b: string): number {
  let i = 0;
  let j = 0;
  for (;;) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const left = a[i];
    const right = b[j];
    if (left === "~" || right === "~") {
      if (left !== right) return left === "~" ? -1 : 1;
    } else if (left === "^" || right === "^") {
      if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
      if (left !== right) return left === "^" ? -1 : 1;
    } else {
      if (left === undefined || right === undefined)
        return Number(left !== undefined) - Number(right !== undefined);
      const one = runAt(a, i);
      const other = runAt(b, j);
      const order = compareRuns(one, other);
      if (order !== 0) return order;
      i += one.length;
      j += other.length;
      continue;
    }
    i += 1;
    j += 1;
  }
}

function skipSeparators(text: string, start: number): number {
  let at = start;
  while (at < text.length && !/[a-zA-Z0-9~^]/.test(text[at] ?? "")) at += 1;
  return at;
}

/** The digits or the letters that stand at a place. */
function runAt(text: string, start: number): string {
  const digits = isDigit(text, start);
  let end = start;
  while (end < text.length && isDigit(text, end) === digits && /[a-zA-Z0-9]/.test(text[end] ?? ""))
    end += 1;
  return text.slice(start, end);
}

/** A number is newer than letters. Numbers of any length are compared without conversion. */
function compareRuns(one: string, other: string): number {
  const isNumber = isDigit(one, 0);
  if (isNumber !== isDigit(other, 0)) return isNumber ? 1 : -1;
  const left = isNumber ? one.replace(/^0+/, "") : one;
  const right = isNumber ? other.replace(/^0+/, "") : other;
  if (isNumber && left.length !== right.length) return left.length - right.length;
  return compareTexts(left, right);
}
