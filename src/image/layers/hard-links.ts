import type { ContentSource, DraftEntry } from "./draft.ts";

/**
 * Make hard links of the entries that share their content: the same object, not an equal one, and
 * one of `shared`. The one with the lowest path stays a file, since in a sorted tar it comes before
 * its links. Entries must be sorted.
 */
export function* foldHardLinks(
  entries: Iterable<DraftEntry>,
  shared: ReadonlySet<ContentSource>,
): Generator<DraftEntry> {
  const first = new Map<ContentSource, DraftEntry>();
  for (const entry of entries) {
    const { content } = entry;
    const file = content === undefined ? undefined : first.get(content);
    if (content !== undefined && file === undefined && shared.has(content))
      first.set(content, entry);
    yield file === undefined ? entry : linked(entry, file);
  }
}

/** A link has its file's owner and mode: one of the two may have lost its setuid bit. */
function linked(entry: DraftEntry, file: DraftEntry): DraftEntry {
  if (file.mode !== entry.mode || !hasSameOwner(file, entry)) return entry;
  const { content: _, digest: __, ...rest } = entry;
  return { ...rest, type: "hardlink", size: 0, linkTarget: file.path };
}

function hasSameOwner(one: DraftEntry, other: DraftEntry): boolean {
  return one.uid === other.uid && one.gid === other.gid;
}
