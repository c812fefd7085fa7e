import { filledFormat } from "../format.ts";
import type { Regex } from "../../regex/regex.ts";
import { type AwkValue, toNumber, toText } from "./value.ts";

/** Functions of text and numbers alone. Undefined when there is none of that name. */
export function callFunction(name: string, args: readonly AwkValue[]): AwkValue | undefined {
  const [first, second, third] = args;
  switch (name) {
    case "substr":
      return substring(
        toText(first),
        toNumber(second),
        third === undefined ? undefined : toNumber(third),
      );
    case "index":
      return toText(first).indexOf(toText(second)) + 1;
    case "tolower":
      return toText(first).replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
    case "toupper":
      return toText(first).replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
    case "int":
      return Math.trunc(toNumber(first));
    case "sqrt":
      return Math.sqrt(toNumber(first));
    case "exp":
      return Math.exp(toNumber(first));
    case "log":
      return Math.log(toNumber(first));
    case "sin":
      return Math.sin(toNumber(first));
    case "cos":
      return Math.cos(toNumber(first));
    case "atan2":
      return Math.atan2(toNumber(first), toNumber(second));
    default:
      return undefined;
  }
}

/**
 * As the mawk of Debian 12: numbers are cut to integers, and a start in front of the text makes the
 * length greater.
 */
function substring(text: string, start: number, length: number | undefined): string {
  const from = Math.trunc(start);
  if (Number.isNaN(from)) return "";
  if (length === undefined) return text.slice(Math.max(from, 1) - 1);
  const count = Math.trunc(length) - Math.min(from, 0);
  const first = Math.max(from, 1) - 1;
  return count > 0 ? text.slice(first, first + count) : "";
}

export function formatted(
  values: readonly AwkValue[],
  unknown: (conversion: string) => string,
): string {
  const [format, ...rest] = values;
  let at = 0;
  return filledFormat(
    toText(format),
    {
      text: () => (at < rest.length ? toText(rest[at++]) : undefined),
      number: () => (at < rest.length ? toNumber(rest[at++]) : undefined),
      character: () => {
        const value = rest[at++];
        if (typeof value === "string") return value.slice(0, 1);
        if (value === undefined) return "";
        return String.fromCharCode(toNumber(value) & 0xff);
      },
    },
    unknown,
  );
}

/** `sub` and `gsub`: the new text and how many matches were replaced. */
export function replaceMatches(
  text: string,
  regex: Regex,
  options: { readonly replacement: string; readonly isGlobal: boolean },
): { readonly text: string; readonly count: number } {
  let result = "";
  let copied = 0;
  let count = 0;
  let lastEnd = -1;
  for (let from = 0; from <= text.length;) {
    const match = regex.exec(text, from);
    if (match === undefined) break;
    const { start, end } = match;
    from = end > start ? end : end + 1;
    if (start === end && start === lastEnd) continue;
    lastEnd = end;
    count++;
    const whole = text.slice(start, end);
    const filled = options.replacement.replaceAll(/\\\\|\\&|&/g, (mark) => {
      if (mark === "&") return whole;
      return mark === "\\&" ? "&" : "\\";
    });
    result += text.slice(copied, start) + filled;
    copied = end;
    if (!options.isGlobal) break;
  }
  return { text: result + text.slice(copied), count };
}
