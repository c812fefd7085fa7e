import { fixed } from "../../fixed.ts";

/** What stands between `%` and the letter of a conversion. */
export interface Specification {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

/** Fill a text up with blanks. */
export function pad(text: string, { flags, width }: Specification): string {
  return flags.includes("-") ? text.padEnd(width) : text.padStart(width);
}

/** As printf(3) writes integers of 64 bits. */
export function formatInteger(
  value: bigint,
  conversion: string,
  specification: Specification,
): string {
  const { flags, precision } = specification;
  const isSigned = conversion === "d" || conversion === "i";
  const base = { o: 8, x: 16, X: 16 }[conversion] ?? 10;
  const unsigned = isSigned ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
  let digits = unsigned.toString(base);
  if (precision !== undefined) digits = digits.padStart(precision, "0");
  if (precision === 0 && unsigned === 0n) digits = "";
  let sign = "";
  if (isSigned) {
    if (value < 0n) sign = "-";
    else if (flags.includes("+")) sign = "+";
    else if (flags.includes(" ")) sign = " ";
  }
  if (flags.includes("#") && conversion === "o" && !digits.startsWith("0")) digits = `0${digits}`;
  if (flags.includes("#") && base === 16 && unsigned !== 0n) sign = "0x";
  const text = fill(sign, digits, { ...specification, mayFill: precision === undefined });
  return conversion === "X" ? text.toUpperCase() : text;
}

/** As printf(3) writes floating numbers; hexadecimal ones are written as `%g`. */
export function formatFloat(
  value: number,
  conversion: string,
  specification: Specification,
): string {
  const { flags, precision = 6 } = specification;
  const digits = Math.min(precision, 100);
  const magnitude = Math.abs(value);
  const isNegative = value < 0 || Object.is(value, -0);
  let sign = isNegative ? "-" : "";
  if (!isNegative && flags.includes("+")) sign = "+";
  else if (!isNegative && flags.includes(" ")) sign = " ";
  const isFinite = Number.isFinite(magnitude);
  const body = isFinite ? floatDigits(magnitude, conversion.toLowerCase(), digits, flags) : "inf";
  const text = fill(sign, body, { ...specification, mayFill: isFinite });
  return /[A-Z]/.test(conversion) ? text.toUpperCase() : text;
}

function floatDigits(value: number, conversion: string, digits: number, flags: string): string {
  if (conversion === "f") return fixed(value, digits);
  if (conversion === "e") return exponent(value.toExponential(digits));
  const significant = digits === 0 ? 1 : digits;
  const power = value === 0 ? 0 : Number(value.toExponential(significant - 1).split("e")[1]);
  const isSmall = power < -4 || power >= significant;
  const text = isSmall
    ? exponent(value.toExponential(significant - 1))
    : fixed(value, significant - 1 - power);
  if (flags.includes("#") || !text.includes(".")) return text;
  return text.replace(/\.?0*(?=e|$)/, "");
}

/** An exponent has two digits at least. */
function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

function fill(
  sign: string,
  digits: string,
  { flags, width, mayFill }: Specification & { readonly mayFill: boolean },
): string {
  if (flags.includes("-")) return (sign + digits).padEnd(width);
  if (flags.includes("0") && mayFill) return sign + digits.padStart(width - sign.length, "0");
  return (sign + digits).padStart(width);
}
