import type { ReplacementPart } from "./script.ts";

const CASES: Readonly<Record<string, (ReplacementPart & { type: "case" })["change"]>> = {
  U: "upper",
  L: "lower",
  u: "upper-one",
  l: "lower-one",
  E: "end",
};
const CONTROLS: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  f: "\f",
  v: "\v",
  a: "\u0007",
  r: "\r",
};

/** The right side of `s`, in parts. */
export function parseReplacement(source: string): readonly ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") parts.push({ type: "text", text });
    text = "";
  };
  for (let at = 0; at < source.length; at++) {
    const character = source[at] ?? "";
    if (character === "&") {
      flush();
      parts.push({ type: "group", index: 0 });
      continue;
    }
    if (character !== "\\") {
      text += character;
      continue;
    }
    const next = source[++at] ?? "\\";
    const change = Object.hasOwn(CASES, next) ? CASES[next] : undefined;
    if (/\d/.test(next)) {
      flush();
      parts.push({ type: "group", index: Number(next) });
    } else if (change !== undefined) {
      flush();
      parts.push({ type: "case", change });
    } else {
      const number = numberEscape(source, at);
      text += number?.text ?? CONTROLS[next] ?? next;
      at = number?.last ?? at;
    }
  }
  flush();
  return parts;
}

/** Escapes of the command `y`. */
export function unescapedText(source: string): string {
  return source.replaceAll(/\\(.)/gs, (whole, next: string) => {
    if (next === "\\") return "\\";
    return CONTROLS[next] ?? whole;
  });
}

/** Escapes of the texts of `a`, `i` and `c`: a backslash before any other byte goes. */
export function unescapedInText(source: string): string {
  return source.replaceAll(/\\([^])/g, (_, next: string) => CONTROLS[next] ?? next);
}

/** `\x41`, `\d065`, `\o101`. */
function numberEscape(
  source: string,
  at: number,
): { readonly text: string; readonly last: number } | undefined {
  const match = /^(?:x([\dA-Fa-f]{1,2})|d(\d{3})|o([0-7]{3}))/.exec(source.slice(at, at + 4));
  if (match === null) return undefined;
  const [whole, hexadecimal, decimal, octal = ""] = match;
  const byte =
    hexadecimal === undefined
      ? Number.parseInt(decimal ?? octal, decimal === undefined ? 8 : 10)
      : Number.parseInt(hexadecimal, 16);
  return { text: String.fromCharCode(byte & 0xff), last: at + whole.length - 1 };
}

/** The parts filled with a match. */
export function filledReplacement(
  parts: readonly ReplacementPart[],
  group: (index: number) => string,
): string {
  let result = "";
  let lasting: "upper" | "lower" | "end" = "end";
  let once: "upper-one" | "lower-one" | undefined;
  for (const part of parts) {
    if (part.type === "case") {
      if (part.change === "upper-one" || part.change === "lower-one") once = part.change;
      else {
        lasting = part.change;
        once = undefined;
      }
      continue;
    }
    let text = part.type === "text" ? part.text : group(part.index);
    if (lasting === "upper") text = upper(text);
    else if (lasting === "lower") text = lower(text);
    if (once !== undefined && text !== "") {
      text = (once === "upper-one" ? upper : lower)(text.slice(0, 1)) + text.slice(1);
      once = undefined;
    }
    result += text;
  }
  return result;
}

/** Of ASCII only: bytes above it are parts of characters. */
function upper(text: string): string {
  return text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function lower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
