import { EntryTable } from "./entry-table.ts";

/** A layer's size and what is in it, as the store notes it. */
export interface LayerNote {
  readonly sizeBytes: number;
  readonly entries: EntryTable;
}

type Attributes = ReturnType<EntryTable["parts"]>["attributes"];

/** What stands before the columns, as JSON behind its length. */
interface Head {
  readonly sizeBytes: number;
  readonly attributes: Attributes;
  /** Of the columns in bytes: paths, where they end, links' targets, where they end, rows. */
  readonly lengths: readonly number[];
}

const LENGTH_BYTES = 4;
const COLUMNS = 5;

/**
 * The columns as they are: of very many paths nothing has to be made when they are kept, nor when
 * they are read.
 */
export function* encodeLayerNote({ sizeBytes, entries }: LayerNote): Generator<Uint8Array> {
  const { paths, links, rows, attributes } = entries.parts();
  const columns = [...paths, ...links, rows];
  const lengths = columns.map(({ length }) => length);
  const head = Buffer.from(JSON.stringify({ sizeBytes, attributes, lengths } satisfies Head));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(head.length);
  yield length;
  yield head;
  yield* columns;
}

/**
 * The store has proved the bytes to be those that were kept; of another version's note the shape
 * alone is looked at.
 */
export function decodeLayerNote(bytes: Buffer | undefined): LayerNote | undefined {
  if (bytes === undefined || bytes.length < LENGTH_BYTES) return undefined;
  let start = LENGTH_BYTES + bytes.readUInt32LE(0);
  const head = parse(bytes.toString("utf8", LENGTH_BYTES, start));
  if (!isHead(head)) return undefined;
  const columns = head.lengths.map((length) => bytes.subarray(start, (start += length)));
  const [paths, pathEnds, links, linkEnds, rows] = columns;
  if (start !== bytes.length || columns.length !== COLUMNS) return undefined;
  if (!paths || !pathEnds || !links || !linkEnds || !rows) return undefined;
  const { sizeBytes, attributes } = head;
  const parts = { paths: [paths, pathEnds], links: [links, linkEnds], rows, attributes } as const;
  return { sizeBytes, entries: new EntryTable(parts) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is Head {
  return (
    typeof value === "object" &&
    value !== null &&
    "sizeBytes" in value &&
    typeof value.sizeBytes === "number" &&
    "attributes" in value &&
    Array.isArray(value.attributes) &&
    "lengths" in value &&
    Array.isArray(value.lengths)
  );
}
