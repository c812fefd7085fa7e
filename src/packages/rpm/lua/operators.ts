import { compareTexts } from "../../../order.ts";
import { isTrue, type LuaValue, toNumber, toText, typeOf } from "./value.ts";
import { counted, lineError, type LuaWorld, unknown } from "./world.ts";

/** A binary operator with its two values. */
export interface Operation {
  readonly operator: string;
  readonly left: LuaValue;
  readonly right: LuaValue;
}

/** `-`, `not` and `#`. Throws `LuaError`, and `NeedsMore` for `~`. */
export function unaryResult(world: LuaWorld, operator: string, value: LuaValue): LuaValue {
  if (operator === "not") return !isTrue(value);
  if (operator === "#") {
    if (typeof value === "string") return value.length;
    if (typeof value === "object" && value.type === "table") return value.length;
    throw lineError(world, `attempt to get length of a ${typeOf(value)} value`);
  }
  if (operator === "~") return unknown(world, "operators on bits");
  return -numberOf(world, value);
}

/**
 * What an operator makes of two values. `and` and `or` are none of these: they may leave their
 * right side out. Throws `LuaError`, `LimitReached`, and `NeedsMore` for `/`, `^` and bits.
 */
export function binaryResult(world: LuaWorld, { operator, left, right }: Operation): LuaValue {
  switch (operator) {
    case "==":
      return left === right;
    case "~=":
      return left !== right;
    case "<":
      return compared(world, left, right) < 0;
    case ">":
      return compared(world, right, left) < 0;
    case "<=":
      return compared(world, left, right) <= 0;
    case ">=":
      return compared(world, right, left) <= 0;
    case "..": {
      const [one, other] = [toText(left), toText(right)];
      if (one !== undefined && other !== undefined) return counted(world, one + other);
      const wrong = one === undefined ? left : right;
      throw lineError(world, `attempt to concatenate a ${typeOf(wrong)} value`);
    }
    case "+":
      return numberOf(world, left) + numberOf(world, right);
    case "-":
      return numberOf(world, left) - numberOf(world, right);
    case "*":
      return numberOf(world, left) * numberOf(world, right);
    case "%": {
      const divisor = numberOf(world, right);
      if (divisor === 0) throw lineError(world, "attempt to perform 'n%%0'");
      const rest = numberOf(world, left) % divisor;
      return rest !== 0 && rest < 0 !== divisor < 0 ? rest + divisor : rest;
    }
    case "//": {
      const divisor = numberOf(world, right);
      if (divisor === 0) throw lineError(world, "attempt to perform 'n//0'");
      return Math.floor(numberOf(world, left) / divisor);
    }
    default:
      // Of a division Lua writes `2.0`, which numbers here do not tell from `2`.
      return unknown(world, `the operator ${operator}`);
  }
}

function numberOf(world: LuaWorld, value: LuaValue): number {
  const number = toNumber(value);
  if (number === undefined)
    throw lineError(world, `attempt to perform arithmetic on a ${typeOf(value)} value`);
  return number;
}

/** Negative when the left one is less; NaN when one of them is no number at all. */
function compared(world: LuaWorld, left: LuaValue, right: LuaValue): number {
  if (typeof left === "number" && typeof right === "number")
    return left === right ? 0 : left - right;
  if (typeof left === "string" && typeof right === "string") return compareTexts(left, right);
  throw lineError(world, `attempt to compare ${typeOf(left)} with ${typeOf(right)}`);
}
