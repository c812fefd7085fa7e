/** Items of a long list that become text together. */
const PIECE_ITEMS = 4096;

/**
 * The JSON of a value in pieces. Long lists that are the value's own properties come in several
 * ones: the text of a note on very many files is never held as a whole.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (!isRecord(value) || !Object.values(value).some(isLong)) {
    yield JSON.stringify(value);
    return;
  }
  let before = "{";
  for (const [key, property] of Object.entries(value)) {
    const start = `${before}${JSON.stringify(key)}:`;
    if (isLong(property)) {
      yield `${start}[`;
      for (let from = 0; from < property.length; from += PIECE_ITEMS) {
        const items = JSON.stringify(property.slice(from, from + PIECE_ITEMS)).slice(1, -1);
        yield from === 0 ? items : `,${items}`;
      }
      yield "]";
    } else {
      const text = JSON.stringify(property);
      // JSON leaves out what it has no text for.
      if (text === undefined) continue;
      yield start + text;
    }
    before = ",";
  }
  yield "}";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isLong(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > PIECE_ITEMS;
}
