import { compareTexts } from "../../../../order.ts";
import { AwkError } from "./tree.ts";

/** Text that looks like a number, from input: it compares as one. */
export interface AwkNumeric {
  readonly text: string;
  readonly number: number;
}

/** Undefined is a variable that nothing was assigned to. */
export type AwkValue = string | number | AwkNumeric | undefined;

const NUMBER = /^[ \t\n\r\f\v]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/;

/** A value from input: a field, a record, a variable of the command line. */
export function inputValue(text: string): AwkValue {
  const match = NUMBER.exec(text);
  if (match === null || /[^ \t\n\r\f\v]/.test(text.slice(match[0].length))) return text;
  return { text, number: Number(match[0]) };
}

export function toNumber(value: AwkValue): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return value;
  if (typeof value === "object") return value.number;
  const match = NUMBER.exec(value);
  return match === null ? 0 : Number(match[0]);
}

/** By `CONVFMT` or `OFMT`, which stay what they are at the start here. */
export function toText(value: AwkValue): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "object") return value.text;
  // As mawk, whose integers have 32 bits here.
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return String(value);
  return shortest(value, 6);
}

export function isTrue(value: AwkValue): boolean {
  if (value === undefined) return false;
  if (typeof value === "string") return value !== "";
  return toNumber(value) !== 0;
}

/** Negative, zero or positive: as numbers when both are, else as strings of bytes. */
export function compareValues(left: AwkValue, right: AwkValue): number {
  if (typeof left !== "string" && typeof right !== "string")
    return toNumber(left) - toNumber(right);
  return compareTexts(toText(left), toText(right));
}

/** As `%.6g`. */
export function shortest(value: number, precision: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return "0";
  const digits = Math.max(precision, 1);
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  if (exponent < -4 || exponent >= digits) {
    const [mantissa = "", power = "0"] = value.toExponential(digits - 1).split("e");
    return `${trimmed(mantissa)}e${power[0] ?? "+"}${power.slice(1).padStart(2, "0")}`;
  }
  return trimmed(value.toFixed(Math.max(digits - 1 - exponent, 0)));
}

function trimmed(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}

/** `+`, `-`, `*`, `/`, `%` and `^`. Throws `AwkError` for a division by zero. */
export function calculate(operator: string, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      // The sign of what is no number differs between machines.
      if (left === 0 && right === 0) throw new AwkError("division by zero");
      return left / right;
    case "%":
      if (right === 0) throw new AwkError("division by zero in %");
      return left % right;
    default:
      return left ** right;
  }
}
