import type { CommandCall } from "../../../scripts/command.ts";
import { Regex } from "../../../scripts/regex/regex.ts";
import { RegexError } from "../../../scripts/regex/tree.ts";
import { fromText } from "../../../scripts/bytes.ts";
import type { RpmHeader } from "../../header/header.ts";
import { tags } from "../../header/tags.ts";
import { queryTag } from "./query-tags.ts";

/**
 * The packages that a name stands for: `NAME`, `NAME-VERSION` or `NAME-VERSION-RELEASE`, each also
 * with an architecture behind a dot; the version may have its epoch. Names are compared as they
 * are, the rest as patterns. Source: rpm 4.16, lib/rpmdb.c, `dbiFindByLabel`; seen with rpm 4.18.
 */
export function findByLabel(
  call: CommandCall,
  headers: readonly RpmHeader[],
  label: string,
): readonly RpmHeader[] {
  const found = findByParts(call, headers, label);
  const dot = label.lastIndexOf(".");
  if (found.length > 0 || dot === -1) return found;
  return findByParts(call, headers, label.slice(0, dot), label.slice(dot + 1));
}

function findByParts(
  call: CommandCall,
  headers: readonly RpmHeader[],
  label: string,
  architecture?: string,
): readonly RpmHeader[] {
  const [last = -1, first = -1] = dashesOf(label);
  const forms: { name: string; version?: string; release?: string }[] = [{ name: label }];
  if (last > 0) forms.push({ name: label.slice(0, last), version: label.slice(last + 1) });
  if (first > 0)
    forms.push({
      name: label.slice(0, first),
      version: label.slice(first + 1, last),
      release: label.slice(last + 1),
    });
  for (const { name, version, release } of forms) {
    const named = headers.filter((header) => textOf(header, tags.name) === name);
    if (named.length === 0) continue;
    const fits = [
      version === undefined ? () => true : fitsVersion(call, version),
      ...[[release, tags.release] as const, [architecture, tags.architecture] as const].map(
        ([pattern, tag]) => {
          if (pattern === undefined) return () => true;
          const isFit = matcher(call, pattern);
          return (header: RpmHeader) => isFit(textOf(header, tag));
        },
      ),
    ];
    const found = named.filter((header) => fits.every((isFit) => isFit(header)));
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * The places of the last dash and of the one before it: neither at the end nor side by side. As rpm
 * goes backwards, a bracket that opens hides all dashes up to one that closes.
 */
function dashesOf(label: string): readonly number[] {
  const places: number[] = [];
  let isHidden = false;
  let behind = "";
  for (let at = label.length - 1; at > 0 && places.length < 2; at--) {
    const character = label[at] ?? "";
    if (character === "[") isHidden = true;
    else if (character === "]" && behind !== "[") isHidden = false;
    const isDash = character === "-" && !isHidden && behind !== "";
    if (isDash) places.push(at);
    behind = isDash ? "" : character;
  }
  return places;
}

function fitsVersion(call: CommandCall, text: string): (header: RpmHeader) => boolean {
  const [, epoch, version = text] = /^(\d*):([^]*)$/.exec(text) ?? [];
  const isFit = matcher(call, version);
  return (header) => {
    const own = header.numbers(tags.epoch)[0] ?? 0;
    return (epoch === undefined || Number(epoch) === own) && isFit(textOf(header, tags.version));
  };
}

/**
 * The packages that patterns of `-qa` stand for: `PATTERN` of a name, or `TAG=PATTERN`. Those of
 * one tag are alternatives; of several tags each has to fit. Source: rpm 4.16, lib/rpmdb.c,
 * `mireSkip`; seen with rpm 4.18.
 */
export function findByPatterns(
  call: CommandCall,
  headers: readonly RpmHeader[],
  patterns: readonly string[],
): readonly RpmHeader[] {
  const conditions = patterns.map((text) => {
    const at = text.indexOf("=");
    const tag = at === -1 ? "NAME" : text.slice(0, at).toUpperCase();
    const valuesOf = queryTag(tag) ?? call.unsupported(`the tag "${tag}" of rpm`);
    return { tag, valuesOf, isFit: matcher(call, text.slice(at + 1)) };
  });
  const byTag = Map.groupBy(conditions, ({ tag }) => tag);
  return headers.filter((header) =>
    byTag.entries().every(([tag, alternatives]) =>
      alternatives.some(({ valuesOf, isFit }) => {
        const values = valuesOf(header, call.now);
        // Without an epoch it is as if it were 0.
        return (values.length === 0 && tag === "EPOCH" ? ["0"] : values).some(isFit);
      }),
    ),
  );
}

/**
 * A pattern as rpm takes it for anything but paths: an extended regular expression of the whole
 * text, in which dots and pluses stand for themselves and `*` for any text. Source: rpm 4.16,
 * lib/rpmdb.c, `mireDup`.
 */
function matcher(call: CommandCall, pattern: string): (text: string) => boolean {
  let source = pattern.startsWith("^") ? "" : "^";
  let isInBrackets = false;
  for (const [whole] of pattern.matchAll(/\\[^]|\[\]?|[^]/g)) {
    if (whole.startsWith("[")) isInBrackets = true;
    else if (whole === "]") isInBrackets = false;
    if (isInBrackets || !/^[.+*]$/.test(whole)) source += whole;
    else source += whole === "*" ? ".*" : `\\${whole}`;
  }
  if (!pattern.endsWith("$") && pattern !== "") source += "$";
  const regex = regexOf(call, source, pattern);
  return (text) => {
    call.countSteps(1 + (text.length >> 4));
    return regex.test(text);
  };
}

function regexOf(call: CommandCall, source: string, pattern: string): Regex {
  try {
    return new Regex(source, {
      dialect: "extended",
      countSteps: (steps) => call.countSteps(steps),
    });
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    // rpm says so and goes on as if there was no pattern.
    return call.unsupported(`the pattern "${pattern}" of rpm`);
  }
}

function textOf(header: RpmHeader, tag: number): string {
  return fromText(header.text(tag) ?? "");
}
