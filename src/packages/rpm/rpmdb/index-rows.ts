import type { HeaderEntry, RpmHeader } from "../header/header.ts";
import { headerTypes } from "../header/header-type.ts";
import { tags } from "../header/tags.ts";
import { namesInBoolean } from "./boolean-names.ts";
import type { IndexTable } from "./index-tables.ts";

/** A row of an index table, without the number of its package. */
export interface IndexRow {
  readonly key: Uint8Array;
  /** Which of the values of the tag it is, or of a trigger on files which trigger. */
  readonly at: number;
}

/** Tags whose values may be boolean dependencies. */
const BOOLEAN: ReadonlySet<number> = new Set([
  tags.requireName,
  tags.conflictName,
  tags.suggestName,
  tags.supplementName,
  tags.recommendName,
  tags.enhanceName,
]);

/** The tags in which triggers on files say to which trigger a name belongs. */
const TRIGGER_INDEXES: ReadonlyMap<number, number> = new Map([
  [tags.fileTriggerName, tags.fileTriggerIndex],
  [tags.transactionFileTriggerName, tags.transactionFileTriggerIndex],
]);

/**
 * The rows that an installed package has in an index table, in the order in which rpm writes them.
 * The keys are bytes: what is no UTF-8 stays as it is.
 *
 * Source: rpm 4.16.1.3's lib/rpmdb.c, `tag2index`, and databases that it made.
 */
export function indexRows(table: IndexTable, header: RpmHeader): readonly IndexRow[] {
  const { tag } = table;
  const entry = entryOf(header, tag);
  if (entry === undefined) {
    return tag === tags.group ? [{ key: Buffer.from("Unknown"), at: 0 }] : [];
  }
  const keys = keysOf(entry);
  switch (tag) {
    case tags.requireName:
      return requirementRows(keys, header.numbers(tags.requireFlags));
    case tags.triggerName:
      return withoutTwins(rowsOf(keys));
    default: {
      const indexTag = TRIGGER_INDEXES.get(tag);
      if (indexTag === undefined)
        return BOOLEAN.has(tag) ? withMembers(rowsOf(keys)) : rowsOf(keys);
      const triggers = header.numbers(indexTag);
      return rowsOf(keys).map(({ key, at }) => ({ key, at: triggers[at] ?? 0 }));
    }
  }
}

/** What replaces a value stands behind it, so the last one counts. */
function entryOf(header: RpmHeader, tag: number): HeaderEntry | undefined {
  return header.entries().findLast((entry) => entry.tag === tag);
}

function keysOf({ type, count, data }: HeaderEntry): readonly Uint8Array[] {
  switch (type) {
    case headerTypes.string:
    case headerTypes.localText:
      return [data.subarray(0, data.indexOf(0))];
    case headerTypes.stringArray:
      return splitTexts(data, count);
    case headerTypes.int32:
      return Array.from({ length: count }, (_, at) =>
        // As an x86_64 or aarch64 machine has it in memory.
        data.subarray(4 * at, 4 * at + 4).toReversed(),
      );
    default:
      return [data];
  }
}

function splitTexts(data: Uint8Array, count: number): readonly Uint8Array[] {
  let start = 0;
  return Array.from({ length: count }, () => {
    const end = data.indexOf(0, start);
    const text = data.subarray(start, end);
    start = end + 1;
    return text;
  });
}

function rowsOf(keys: readonly Uint8Array[]): readonly IndexRow[] {
  return keys.map((key, at) => ({ key, at }));
}

/** Of RPMSENSE: what scripts need, before and after they are installed, and rpm itself. */
const INSTALL_ONLY = (1 << 7) | (1 << 5) | (1 << 9) | (1 << 10) | (1 << 24) | (1 << 26);
/** Of RPMSENSE: what scripts need that run when the package goes. */
const ERASE_ONLY = (1 << 11) | (1 << 12);

/** What is needed while the package is being installed alone has no row. */
function requirementRows(
  keys: readonly Uint8Array[],
  flags: readonly number[],
): readonly IndexRow[] {
  const lasting = rowsOf(keys).filter(({ at }) => {
    const flag = flags[at] ?? 0;
    return (flag & INSTALL_ONLY) === 0 || (flag & ERASE_ONLY) !== 0;
  });
  return withMembers(lasting);
}

/** A boolean dependency is found by its members, too. */
function withMembers(rows: readonly IndexRow[]): readonly IndexRow[] {
  return rows.flatMap((row) => {
    if (row.key[0] !== OPENING_PARENTHESIS) return [row];
    const names = namesInBoolean(Buffer.from(row.key).toString("utf8"));
    return [row, ...names.map((name) => ({ key: Buffer.from(name), at: row.at }))];
  });
}

const OPENING_PARENTHESIS = 0x28;

function withoutTwins(rows: readonly IndexRow[]): readonly IndexRow[] {
  const seen = new Set<string>();
  return rows.filter(({ key }) => {
    const text = Buffer.from(key).toString("latin1");
    return !seen.has(text) && seen.add(text);
  });
}
