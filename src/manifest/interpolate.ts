/** A problem with a `${…}` in a scalar; `start` and `end` are offsets in the scalar's text. */
export interface InterpolationProblem {
  readonly code: "unset-variable" | "invalid-interpolation";
  readonly message: string;
  readonly hint: string;
  readonly start: number;
  readonly end: number;
}

export interface Interpolated {
  readonly text: string;
  readonly problems: readonly InterpolationProblem[];
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/**
 * Replace `$VAR`, `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR:?message}`, `${VAR?message}`,
 * `${VAR:+other}`, `${VAR+other}` and `$$`. With a colon an empty variable counts as unset. Unlike compose
 * an unset variable without a default is an error, never an empty string.
 *
 * Source: compose specification, "Interpolation".
 */
export function interpolate(
  source: string,
  environment: ReadonlyMap<string, string>,
): Interpolated {
  const problems: InterpolationProblem[] = [];
  const text = expand({ source, offset: 0, environment, problems });
  return { text, problems };
}

interface Expansion {
  readonly source: string;
  /** Of `source` in the whole scalar. */
  readonly offset: number;
  readonly environment: ReadonlyMap<string, string>;
  readonly problems: InterpolationProblem[];
}

function expand(expansion: Expansion): string {
  const { source } = expansion;
  let result = "";
  let index = 0;
  while (index < source.length) {
    const dollar = source.indexOf("$", index);
    if (dollar === -1) return result + source.slice(index);
    result += source.slice(index, dollar);
    const next = source[dollar + 1];
    if (next === "$") {
      result += "$";
      index = dollar + 2;
    } else if (next === "{") {
      const end = closingBrace(source, dollar + 2);
      result += braced(expansion, dollar, end);
      index = end === -1 ? source.length : end + 1;
    } else {
      const name = nameAt(source, dollar + 1);
      result +=
        name === ""
          ? "$"
          : lookUp(expansion, { name, start: dollar, end: dollar + 1 + name.length });
      index = dollar + 1 + name.length;
    }
  }
  return result;
}

function braced(expansion: Expansion, start: number, end: number): string {
  const { source, offset, environment, problems } = expansion;
  const name = nameAt(source, start + 2);
  const rest = end === -1 ? "" : source.slice(start + 2 + name.length, end);
  const operator = /^(?::?[-?+])?/.exec(rest)?.[0] ?? "";
  if (end === -1 || name === "" || (operator === "" && rest !== "")) {
    const length = end === -1 ? source.length - start : end + 1 - start;
    problems.push({
      code: "invalid-interpolation",
      message: `"${shorten(source.slice(start, start + length))}" is not a variable.`,
      hint: "Write ${NAME}, ${NAME:-default} or ${NAME:?message}; a plain dollar sign is $$.",
      start: offset + start,
      end: offset + start + length,
    });
    return "";
  }
  const value = environment.get(name);
  const isSet = value !== undefined && (value !== "" || !operator.startsWith(":"));
  const word = rest.slice(operator.length);
  const inner = (): string =>
    expand({
      ...expansion,
      source: word,
      offset: offset + start + 2 + name.length + operator.length,
    });
  switch (operator.at(-1)) {
    case "-":
      return isSet ? value : inner();
    case "+":
      return isSet ? inner() : "";
    case "?":
      return isSet
        ? value
        : lookUp(
            { ...expansion, environment: new Map() },
            { name, start, end: end + 1, message: word },
          );
    case undefined:
    default:
      return lookUp(expansion, { name, start, end: end + 1 });
  }
}

function lookUp(
  expansion: Expansion,
  use: {
    readonly name: string;
    readonly start: number;
    readonly end: number;
    readonly message?: string;
  },
): string {
  const value = expansion.environment.get(use.name);
  if (value !== undefined) return value;
  const reason = use.message === undefined || use.message === "" ? "" : `: ${use.message}`;
  expansion.problems.push({
    code: "unset-variable",
    message: `Variable ${use.name} is not set${reason}.`,
    hint: `Set it in the environment, or give a default: \${${use.name}:-value}.`,
    start: expansion.offset + use.start,
    end: expansion.offset + use.end,
  });
  return "";
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

function nameAt(source: string, start: number): string {
  NAME.lastIndex = start;
  return NAME.exec(source)?.[0] ?? "";
}

/** The brace that closes the one before `start`; defaults may hold further variables. */
function closingBrace(source: string, start: number): number {
  let depth = 1;
  for (let index = start; index < source.length; index++) {
    if (source.startsWith("${", index)) depth++;
    else if (source[index] === "}" && --depth === 0) return index;
  }
  return -1;
}
