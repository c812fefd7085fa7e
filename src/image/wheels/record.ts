/** A line of a RECORD: a file and what its bytes are. */
export interface RecordRow {
  readonly path: string;
  /** `sha256=` and the digest in URL-safe base64 without padding; empty: it is not told. */
  readonly hash: string;
  readonly size: string;
}

/** More lines than any wheel has files. */
const MOST_ROWS = 200_000;

/**
 * Read a RECORD, which is CSV. Throws an `Error` that says, as a clause, what is wrong. Source: the
 * packaging specifications, "Recording installed projects".
 */
export function parseRecord(text: string): readonly RecordRow[] {
  const rows: RecordRow[] = [];
  for (const fields of parseCsv(text)) {
    const [path = "", hash = "", size = "", ...others] = fields;
    if (path === "" && fields.length === 1) continue;
    if (others.length > 0) throw new Error(`its RECORD has a line of more than three fields`);
    if (rows.length >= MOST_ROWS) throw new Error(`its RECORD has more than ${MOST_ROWS} lines`);
    rows.push({ path, hash, size });
  }
  return rows;
}

/** The text of a RECORD, sorted. */
export function formatRecord(rows: readonly RecordRow[]): string {
  return rows
    .map(({ path, hash, size }) => [path, hash, size].map(quoted).join(","))
    .toSorted()
    .map((line) => `${line}\n`)
    .join("");
}

/** A SHA-256 in hexadecimal digits as a RECORD has it. */
export function recordHashOf(hexadecimal: string): string {
  return `sha256=${Buffer.from(hexadecimal, "hex").toString("base64url")}`;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Path, hash and size. */
const FIELDS = 3;

/** Fields of each line, up to the first one too many. Source: RFC 4180. */
function* parseCsv(text: string): Generator<readonly string[]> {
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (found === null) throw new Error("its RECORD is no CSV");
    const [, quote, bare = "", end] = found;
    row.push(quote?.replaceAll('""', '"') ?? bare);
    // A line that has more is refused as it is: its rest is not wanted.
    if (end === "," && row.length <= FIELDS) {
      // A comma at the end of the text has one more field behind it.
      if (field.lastIndex === text.length) row.push("");
      continue;
    }
    yield row;
    row = [];
  }
  if (row.length > 0) yield row;
}
