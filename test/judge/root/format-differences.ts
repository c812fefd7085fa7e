import { type Difference, type DifferenceKind, type RootComparison } from "./compare-roots.ts";
import { readContent, type RootNode } from "./tar-root.ts";

/** Lines of two texts that one of them lacks, at most so many. */
const LINES = 8;
const LARGEST_TEXT = 256 * 1024;

/** What a person should look at: how often each rule was used, then what none allows, by kind. */
export function formatDifferences(
  { byRule, unexplained }: RootComparison,
  options: {
    readonly show: number;
    readonly diff: boolean;
    /** Who the other root is from: `apt`. */
    readonly judge: string;
  },
): string {
  const lines = [...byRule].map(
    ([rule, found]) => `allowed ${String(found.length).padStart(5)}  ${rule.path}: ${rule.reason}`,
  );
  const kinds = Map.groupBy(unexplained, ({ kind }) => kind);
  for (const [kind, found] of kinds) {
    lines.push(`${headingOf(kind, options.judge)}: ${found.length}`);
    const shown = foldFolders(found).slice(0, options.show);
    for (const each of shown)
      lines.push(
        `  ${describe(each, options.judge)}`,
        ...(options.diff ? diff(each, options.judge) : []),
      );
  }
  return lines.join("\n");
}

function headingOf(kind: DifferenceKind, judge: string): string {
  return kind === "only-judge" ? `only ${judge} has` : HEADINGS[kind];
}

const HEADINGS: Readonly<Record<Exclude<DifferenceKind, "only-judge">, string>> = {
  "only-qclock": "only qclock has",
  type: "of another kind",
  mode: "of another mode",
  owner: "of another owner",
  content: "of other content",
  link: "leads elsewhere",
  "hard-link": "hard links differ",
  capability: "capabilities differ",
};

/** A folder that one side lacks stands for what is in it. */
function foldFolders(found: readonly Difference[]): readonly Difference[] {
  const folders = found.flatMap(({ path, kind, judge, qclock }) =>
    kind.startsWith("only-") && (judge ?? qclock)?.type === "directory" ? [`${path}/`] : [],
  );
  return found.filter(({ path }) => !folders.some((folder) => path.startsWith(folder)));
}

function describe(difference: Difference, name: string): string {
  const { path, kind, judge, qclock } = difference;
  const one = judge ?? qclock;
  switch (kind) {
    case "only-judge":
    case "only-qclock": {
      const tail =
        one?.type === "directory" ? "/" : one?.target === undefined ? "" : ` -> ${one.target}`;
      return `${path}${tail}`;
    }
    case "type":
      return `${path}: ${name} ${judge?.type}, qclock ${qclock?.type}`;
    case "mode":
      return `${path}: ${name} ${judge?.mode.toString(8)}, qclock ${qclock?.mode.toString(8)}`;
    case "owner":
      return `${path}: ${name} ${ownerOf(judge)}, qclock ${ownerOf(qclock)}`;
    case "content":
      return `${path}: ${name} ${judge?.content?.size} bytes, qclock ${qclock?.content?.size} bytes`;
    case "link":
      return `${path}: ${name} ${judge?.target}, qclock ${qclock?.target}`;
    case "hard-link":
      return `${path}: ${name} ${judge?.linkedTo ?? "alone"}, qclock ${qclock?.linkedTo ?? "alone"}`;
    case "capability":
      return `${path}: ${name} ${judge?.capability ?? "none"}, qclock ${qclock?.capability ?? "none"}`;
  }
}

function ownerOf(node: RootNode | undefined): string {
  return `${node?.uid}:${node?.gid}`;
}

function diff({ kind, judge, qclock }: Difference, name: string): readonly string[] {
  if (kind !== "content" || judge === undefined || qclock === undefined) return [];
  const [theirs, ours] = [linesOf(judge), linesOf(qclock)];
  if (theirs === undefined || ours === undefined) return [];
  const missing = theirs.filter((line) => !ours.includes(line));
  const added = ours.filter((line) => !theirs.includes(line));
  return [
    ...missing.slice(0, LINES).map((line) => `    ${name.padEnd(6)} ${line}`),
    ...added.slice(0, LINES).map((line) => `    qclock ${line}`),
    ...(missing.length + added.length === 0
      ? ["    the same lines in another order or number"]
      : []),
  ];
}

function linesOf(node: RootNode): readonly string[] | undefined {
  if ((node.content?.size ?? 0) > LARGEST_TEXT) return undefined;
  const bytes = readContent(node);
  return bytes.includes(0) ? undefined : bytes.toString("utf8").split("\n");
}
