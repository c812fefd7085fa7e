import type { Glob } from "./media-types.ts";

/** A character of a suffix, the last one first; 0 with a type, where a suffix begins. */
interface SuffixNode {
  readonly character: number;
  readonly type: string | undefined;
  flags: number;
  readonly children: SuffixNode[];
}

/** Suffixes of names, sorted by their characters from the end. */
export class SuffixTree {
  readonly roots: SuffixNode[] = [];

  add(suffix: string, { type, weight, isCaseSensitive }: Glob): void {
    const text = Buffer.from(suffix, "latin1").toString("utf8");
    const characters = Array.from(text, (character) => character.codePointAt(0) ?? 0);
    if (characters.length === 0) return;
    let level = this.roots;
    for (const character of characters.toReversed()) {
      let at = level.findIndex((node) => node.character >= character);
      if (at === -1) at = level.length;
      if (level[at]?.character !== character) {
        level.splice(at, 0, { character, type: undefined, flags: 0, children: [] });
      }
      level = level[at]?.children ?? [];
    }
    const leaf = level.find((node) => node.type === type);
    if (leaf !== undefined) {
      // The greater weight stays; the flags are those of the first.
      leaf.flags = (leaf.flags & ~0xff) | Math.max(leaf.flags & 0xff, weight & 0xff);
      return;
    }
    const end = level.findIndex((node) => node.character !== 0);
    const flags = (weight & 0xff) | (isCaseSensitive ? 0x1_00 : 0);
    level.splice(end === -1 ? level.length : end, 0, { character: 0, type, flags, children: [] });
  }
}
