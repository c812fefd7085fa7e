/**
 * How the values of an entry of a header are stored, as rpm numbers it. Source: rpm's `rpmtag.h`.
 */
export const headerTypes = {
  char: 1,
  int8: 2,
  int16: 3,
  int32: 4,
  int64: 5,
  string: 6,
  binary: 7,
  stringArray: 8,
  /** Text in several languages, of which the first is the one without a language. */
  localText: 9,
} as const;

export type HeaderType = (typeof headerTypes)[keyof typeof headerTypes];

const known: ReadonlySet<number> = new Set(Object.values(headerTypes));

export function isHeaderType(type: number): type is HeaderType {
  return known.has(type);
}

/** Bytes of one value, and what its place must be a multiple of; undefined for texts. */
export function widthOf(type: HeaderType): 1 | 2 | 4 | 8 | undefined {
  switch (type) {
    case headerTypes.char:
    case headerTypes.int8:
    case headerTypes.binary:
      return 1;
    case headerTypes.int16:
      return 2;
    case headerTypes.int32:
      return 4;
    case headerTypes.int64:
      return 8;
    case headerTypes.string:
    case headerTypes.stringArray:
    case headerTypes.localText:
      return undefined;
  }
}
