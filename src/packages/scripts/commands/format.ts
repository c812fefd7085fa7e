import { fixed } from "../fixed.ts";
import { shortest } from "./awk/value.ts";

/** What a conversion of a format asks for. */
export interface FormatValues {
  /** Undefined when no value is left. */
  readonly text: () => string | undefined;
  readonly number: () => number | undefined;
  /** For `%c`. */
  readonly character: () => string | undefined;
}

/** No format of a script is wider; a hostile one would fill the memory. */
const WIDEST = 4096;

/**
 * A format of printf(3), filled. `unknown` is called for a conversion that is not known here.
 */
export function filledFormat(
  format: string,
  values: FormatValues,
  unknown: (conversion: string) => string,
): string {
  return format.replaceAll(
    /%%|%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:hh|ll|[hlLqjzt])?([a-zA-Z])|%/g,
    (whole, flags = "", width?: string, precision?: string, letter?: string) => {
      if (whole === "%%") return "%";
      if (letter === undefined) return whole;
      const size = width === "*" ? (values.number() ?? 0) : Number(width ?? 0);
      const isLeft = String(flags).includes("-") || size < 0;
      const hasPoint = whole.includes(".");
      let digits = hasPoint
        ? Number(precision === "*" ? (values.number() ?? 0) : (precision ?? 0))
        : undefined;
      if (digits !== undefined) digits = Math.min(digits, WIDEST);
      const shown = converted(letter, { flags: String(flags), digits }, values);
      if (shown === undefined) return unknown(whole);
      const columns = Math.min(Math.abs(size), WIDEST);
      if (isLeft) return shown.padEnd(columns);
      const isFilled = String(flags).includes("0") && letter !== "s" && letter !== "c";
      if (!isFilled || ("diouxX".includes(letter) && hasPoint)) return shown.padStart(columns);
      const sign = /^[-+ ]|^0[xX]/.exec(shown)?.[0] ?? "";
      return sign + shown.slice(sign.length).padStart(columns - sign.length, "0");
    },
  );
}

function converted(
  letter: string,
  { flags, digits }: { readonly flags: string; readonly digits: number | undefined },
  values: FormatValues,
): string | undefined {
  switch (letter) {
    case "s": {
      const text = values.text() ?? "";
      return digits === undefined ? text : text.slice(0, digits);
    }
    case "c":
      return values.character() ?? "";
    case "d":
    case "i":
    case "u": {
      const number = Math.trunc(values.number() ?? 0);
      const absolute = BigInt(Number.isFinite(number) ? Math.abs(number) : 0).toString();
      // With no digits asked for, zero has none.
      const filled = digits === 0 && absolute === "0" ? "" : absolute.padStart(digits ?? 1, "0");
      return signed(number < 0, flags) + filled;
    }
    case "o":
    case "x":
    case "X": {
      const number = Math.trunc(values.number() ?? 0);
      const whole = BigInt.asUintN(64, BigInt(Number.isFinite(number) ? number : 0));
      const plain = whole.toString(letter === "o" ? 8 : 16).padStart(digits ?? 1, "0");
      const marked =
        flags.includes("#") && whole !== 0n ? `0${letter === "o" ? "" : "x"}${plain}` : plain;
      return letter === "X" ? marked.toUpperCase() : marked;
    }
    case "f":
    case "F":
    case "e":
    case "E":
    case "g":
    case "G": {
      const number = values.number() ?? 0;
      const absolute = Math.abs(number);
      const places = Math.min(digits ?? 6, 100);
      let shown = fixed(absolute, places);
      if (letter === "g" || letter === "G") shown = shortest(absolute, places);
      if (letter === "e" || letter === "E") {
        shown = absolute.toExponential(places).replace(/e([-+])(\d)$/, "e$10$2");
      }
      const text = signed(number < 0, flags) + shown;
      return letter === letter.toUpperCase() ? text.toUpperCase() : text;
    }
    default:
      return undefined;
  }
}

function signed(isNegative: boolean, flags: string): string {
  if (isNegative) return "-";
  if (flags.includes("+")) return "+";
  return flags.includes(" ") ? " " : "";
}
