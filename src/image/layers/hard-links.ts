import type { ContentSource, DraftEntry } from "./draft.ts";

/**
 * Make hard links of the entries that share their content: the same object, not an equal one. The one
 * with the lowest path stays a file, since in a sorted tar it comes before its links. Entries must be sorted.
 */
export function foldHardLinks(entries: readonly DraftEntry[]): readonly DraftEntry[] {
  const first = new Map<ContentSource, DraftEntry>();
  return entries.map((entry) => {
    const { content } = entry;
    if (content === undefined) return entry;
    const file = first.get(content);
    if (file === undefined) first.set(content, entry);
    // A link has its file's owner and mode: one of the two may have lost its setuid bit.
    if (file === undefined || file.mode !== entry.mode || !hasSameOwner(file, entry)) return entry;
    const { content: _, digest: __, ...rest } = entry;
    return { ...rest, type: "hardlink", size: 0, linkTarget: file.path };
  });
}

function hasSameOwner(one: DraftEntry, other: DraftEntry): boolean {
  return one.uid === other.uid && one.gid === other.gid;
}
