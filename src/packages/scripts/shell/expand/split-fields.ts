/** A piece of a text that was put in by an expansion, and so is split. */
export interface Region {
  readonly start: number;
  readonly end: number;
  /** Only NULs separate in it: the parameters of `"$@"`. */
  readonly isNulOnly: boolean;
}

const BLANKS = " \t\n";

/**
 * Splits a text into fields at the characters of IFS in its regions, as dash does. With `most`, the
 * last of so many fields takes the rest, as `read` asks.
 */
export function splitFields(
  text: string,
  regions: readonly Region[],
  options: { readonly ifs: string; readonly most?: number },
): readonly string[] {
  const fields: string[] = [];
  let { most = -1 } = options;
  let start = 0;
  /** Where the last field's end is cut, when only separators follow. */
  let cut = -1;
  let isNulOnly = false;
  for (const region of regions) {
    const isAfterNul = isNulOnly;
    ({ isNulOnly } = region);
    const ifs = isNulOnly ? "" : options.ifs;
    let isBlankBefore = false;
    for (let at = region.start; at < region.end;) {
      const from = at;
      const char = text[at++] ?? "";
      let isSeparator = char === "\0" || ifs.includes(char);
      const isBlank = isSeparator && (char === "\0" || BLANKS.includes(char));
      if (most === 0) {
        if (isBlank) {
          if (cut < 0) cut = from;
          continue;
        }
        if (!(isSeparator && isBlankBefore)) cut = -1;
        isBlankBefore = false;
        continue;
      }
      if (isBlankBefore) {
        start = isSeparator ? at : from;
        if (isBlank) continue;
        isSeparator = false;
      }
      if (isSeparator) {
        if (!(isAfterNul || isNulOnly)) isBlankBefore = isBlank;
        if (from === start && isBlankBefore) {
          start = at;
          isBlankBefore = false;
          continue;
        }
        if (most > 0 && --most === 0) {
          cut = from;
          continue;
        }
        fields.push(text.slice(start, from));
        start = at;
        continue;
      }
      isBlankBefore = false;
    }
  }
  const rest = text.slice(start, cut < 0 ? undefined : Math.max(cut, start));
  if (rest !== "" || isNulOnly) fields.push(rest);
  return fields;
}
