import { unquoted } from "../quoting.ts";
import type { Shell } from "../execute/shell.ts";
import { compilePattern, matches } from "./pattern.ts";

/** A step of a path with the slashes before it. */
interface Segment {
  readonly slashes: string;
  readonly text: string;
  readonly isPattern: boolean;
}

/** Paths that a pattern fits, sorted by bytes; none when it is no pattern or fits nothing. */
export function glob(shell: Shell, pattern: string): readonly string[] {
  if (!/[*?[]/.test(pattern)) return [];
  const segments = segmentsOf(pattern);
  if (!segments.some(({ isPattern }) => isPattern)) return [];
  const found: string[] = [];
  search(shell, segments, "", found);
  return found.toSorted();
}

function search(shell: Shell, segments: readonly Segment[], before: string, found: string[]): void {
  const { meter, root } = shell.world;
  const at = segments.findIndex(({ isPattern }) => isPattern);
  if (at === -1) {
    const path = before + segments.map(literalOf).join("");
    if (root.lstat(shell.path(path)) !== undefined) {
      found.push(path);
      meter.work(path.length);
    }
    return;
  }
  const segment = segments[at];
  if (segment === undefined) return;
  const folder = before + segments.slice(0, at).map(literalOf).join("") + segment.slashes;
  const place = shell.path(folder === "" ? "." : folder);
  if (root.stat(place)?.kind !== "directory") return;
  const takesHidden = /^\\?\./.test(segment.text);
  const names = takesHidden ? [".", "..", ...root.list(place)] : root.list(place);
  const compiled = compilePattern(segment.text);
  const rest = segments.slice(at + 1);
  for (const name of names) {
    meter.step();
    if (name.startsWith(".") && !takesHidden) continue;
    if (!matches(compiled, name, (work) => meter.work(work))) continue;
    meter.checkLength(folder.length + name.length);
    if (rest.length > 0) search(shell, rest, folder + name, found);
    else {
      found.push(folder + name);
      meter.work(folder.length + name.length);
    }
  }
}

function segmentsOf(pattern: string): readonly Segment[] {
  return [...pattern.matchAll(/(\/*)([^/]*)/g)]
    .filter(([whole]) => whole !== "")
    .map(([, slashes = "", text = ""]) => ({ slashes, text, isPattern: holdsPattern(text) }));
}

function holdsPattern(text: string): boolean {
  return /[*?]|\[!?[^/][^\]/]*\]/.test(text.replaceAll(/\\./g, ""));
}

function literalOf({ slashes, text }: Segment): string {
  return slashes + unquoted(text.replaceAll(/\\(.)/g, "$1"));
}
