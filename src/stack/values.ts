const UNITS_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
};
const UNITS_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** Milliseconds of a duration such as `1m30s`; the schema has checked its form. */
export function parseDuration(text: string): number {
  let total = 0;
  for (const [, count = "0", unit = "s"] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us)/g)) {
    total += Number(count) * (UNITS_MS[unit] ?? 0);
  }
  return total;
}

/** Bytes of a size such as `512m`; units are powers of 1024, as in compose. */
export function parseSize(size: string | number): number {
  if (typeof size === "number") return size;
  const [, count = "0", unit = "b"] = /^(\d+(?:\.\d+)?)\s*([bkmgt])?/i.exec(size) ?? [];
  return Math.round(Number(count) * (UNITS_BYTES[unit.toLowerCase()] ?? 1));
}

/** Mode bits of an octal text such as `0755`. */
export function parseMode(text: string): number {
  return Number.parseInt(text, 8);
}

/** Numbers of an `uid:gid`. */
export function parseOwner(text: string): { readonly uid: number; readonly gid: number } {
  const [uid = "0", gid = "0"] = text.split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

/** A map from compose's two notations, `{NAME: value}` and `[NAME=value]`. */
export function parsePairs(
  value: Readonly<Record<string, string | number | boolean>> | readonly string[] | undefined,
): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (!isList(value))
    return new Map(Object.entries(value).map(([key, item]) => [key, String(item)]));
  return new Map(
    value.map((item) => {
      const equals = item.indexOf("=");
      return equals === -1 ? [item, ""] : [item.slice(0, equals), item.slice(equals + 1)];
    }),
  );
}

function isList<Item>(value: object | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}

/**
 * A command as words. A string is split as a shell splits it: by spaces, but for quotes and
 * backslashes; nothing is expanded.
 */
export function parseCommand(command: string | readonly string[]): readonly string[] {
  if (typeof command !== "string") return command;
  const words: string[] = [];
  for (const [word] of command.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g)) {
    words.push(
      word.replace(
        /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
        (_, escaped: string, double: string, single: string) =>
          escaped ?? single ?? double.replace(/\\(["\\$`])/g, "$1"),
      ),
    );
  }
  return words;
}

/** Whether a path is a folder or lies below it. Both are absolute. */
export function isInside(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
