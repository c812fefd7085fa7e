import type { Root, RootNode } from "./tar-root.ts";

/** In what way a path is not the same. */
export type DifferenceKind =
  | "only-judge"
  | "only-qclock"
  | "type"
  | "mode"
  | "owner"
  | "content"
  | "link"
  | "hard-link"
  | "capability";

/** One way in which one path is not the same. A path may have several. */
export interface Difference {
  readonly path: string;
  readonly kind: DifferenceKind;
  readonly judge: RootNode | undefined;
  readonly qclock: RootNode | undefined;
}

/** A difference that is meant, and why. */
export interface AllowedDifference {
  /** Paths: `*` is any text within a name, `**` any text at all; `{a,b}` is either. */
  readonly path: string;
  readonly kinds: readonly DifferenceKind[];
  readonly reason: string;
  /**
   * Paths that the other root has only because programs of it were run, such as their caches, or
   * lacks because mmdebstrap empties a folder: they are told, and not counted among the paths.
   */
  readonly isLeftOut?: true;
  /** Whether this one is meant, where path and kind do not tell. */
  readonly only?: (difference: Difference) => boolean;
}

/** What the comparison of two roots came to. */
export interface RootComparison {
  /** Paths that either has, less those that are left out. */
  readonly paths: number;
  readonly leftOut: number;
  readonly equal: number;
  /** Paths of which every difference is allowed. */
  readonly allowed: number;
  /** Paths with a difference that no rule allows. */
  readonly different: number;
  readonly byRule: ReadonlyMap<AllowedDifference, readonly Difference[]>;
  readonly unexplained: readonly Difference[];
}

/** Compare each path of two roots: kind, mode, owner, content, links and capability. */
export function compareRoots(
  judge: Root,
  qclock: Root,
  rules: readonly AllowedDifference[],
): RootComparison {
  const matchers = rules.map((rule) => ({ rule, pattern: patternOf(rule.path) }));
  const byRule = new Map<AllowedDifference, Difference[]>();
  const unexplained: Difference[] = [];
  const paths = [...new Set([...judge.keys(), ...qclock.keys()])].toSorted();
  let equal = 0;
  let different = 0;
  let leftOut = 0;
  for (const path of paths) {
    const differences = differencesOf(path, judge.get(path), qclock.get(path));
    const used = new Set<AllowedDifference>();
    const open = differences.filter((difference) => {
      const found = matchers.find(
        ({ rule, pattern }) =>
          rule.kinds.includes(difference.kind) &&
          pattern.test(path) &&
          (rule.only === undefined || rule.only(difference)),
      );
      if (found === undefined) return true;
      const matched = byRule.get(found.rule) ?? [];
      matched.push(difference);
      byRule.set(found.rule, matched);
      used.add(found.rule);
      return false;
    });
    unexplained.push(...open);
    if (differences.length === 0) equal += 1;
    else if (open.length > 0) different += 1;
    else if ([...used].every(({ isLeftOut }) => isLeftOut === true)) leftOut += 1;
  }
  const counted = paths.length - leftOut;
  const allowed = counted - equal - different;
  return { paths: counted, leftOut, equal, allowed, different, byRule, unexplained };
}

function differencesOf(
  path: string,
  judge: RootNode | undefined,
  qclock: RootNode | undefined,
): readonly Difference[] {
  return kindsOf(judge, qclock).map((kind) => ({ path, kind, judge, qclock }));
}

function kindsOf(
  judge: RootNode | undefined,
  qclock: RootNode | undefined,
): readonly DifferenceKind[] {
  if (qclock === undefined) return ["only-judge"];
  if (judge === undefined) return ["only-qclock"];
  if (judge.type !== qclock.type) return ["type"];
  const kinds: readonly (readonly [DifferenceKind, boolean])[] = [
    ["mode", judge.mode !== qclock.mode],
    ["owner", judge.uid !== qclock.uid || judge.gid !== qclock.gid],
    ["content", judge.content?.digest !== qclock.content?.digest],
    ["link", judge.target !== qclock.target],
    ["hard-link", judge.linkedTo !== qclock.linkedTo],
    ["capability", judge.capability !== qclock.capability],
  ];
  return kinds.flatMap(([kind, differs]) => (differs ? [kind] : []));
}

function patternOf(glob: string): RegExp {
  const source = glob
    .split(/(\*\*|[*{},])/)
    .map((piece) => PIECES.get(piece) ?? piece.replace(/[.+?^$()|[\]\\]/g, String.raw`\$&`))
    .join("");
  return new RegExp(`^${source}$`);
}

const PIECES: ReadonlyMap<string, string> = new Map([
  ["**", ".*"],
  ["*", "[^/]*"],
  ["{", "(?:"],
  [",", "|"],
  ["}", ")"],
]);
