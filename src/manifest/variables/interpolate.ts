import { limits } from "../text/guard.ts";
import {
  type InvalidPart,
  maximumNesting,
  parseTemplate,
  type TemplatePart,
  type VariablePart,
  variablesOf,
} from "./template.ts";

/** A problem with a `${…}` in a scalar; `start` and `end` are offsets in the scalar's text. */
export interface InterpolationProblem {
  readonly code: "unset-variable" | "invalid-interpolation" | "not-utf8" | "manifest-too-large";
  readonly message: string;
  readonly hint: string;
  readonly start: number;
  readonly end: number;
}

export interface Interpolated {
  readonly text: string;
  readonly problems: readonly InterpolationProblem[];
  /** Every variable that the text names, also those whose value was not needed. */
  readonly variables: readonly VariablePart[];
}

/**
 * How many characters the values of variables may still fill in texts that belong together. Without
 * a bound a few lines that each name the one before twice become as many as the memory holds.
 */
export class ValueRoom {
  #left: number;
  #isTold = false;

  constructor(characters: number = limits.characters) {
    this.#left = characters;
  }

  /** Take room for a value. Tells whether it fits, and whether that is news where not. */
  take(value: string): "fits" | "full" | "newly-full" {
    this.#left -= value.length;
    if (this.#left >= 0) return "fits";
    const isNews = !this.#isTold;
    this.#isTold = true;
    return isNews ? "newly-full" : "full";
  }
}

/** Where the values of variables are found. */
type Variables = Pick<ReadonlyMap<string, string>, "get">;

/**
 * Replace `$VAR`, `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR:?message}`,
 * `${VAR?message}`, `${VAR:+other}`, `${VAR+other}` and `$$`. Unlike compose an unset variable
 * without a default is an error, never an empty string.
 */
export function interpolate(
  source: string,
  environment: Variables,
  room: ValueRoom = new ValueRoom(),
): Interpolated {
  const problems: InterpolationProblem[] = [];
  const parts = parseTemplate(source);
  const text = evaluate(parts, { source, environment, problems, room });
  return { text, problems, variables: variablesOf(parts) };
}

interface Evaluation {
  readonly source: string;
  readonly environment: Variables;
  readonly problems: InterpolationProblem[];
  readonly room: ValueRoom;
}

function evaluate(parts: readonly TemplatePart[], evaluation: Evaluation): string {
  return parts.map((part) => evaluatePart(part, evaluation)).join("");
}

function evaluatePart(part: TemplatePart, evaluation: Evaluation): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "variable":
      return evaluateVariable(part, evaluation);
    case "invalid":
      evaluation.problems.push(describeInvalid(part, evaluation.source));
      return "";
  }
}

function evaluateVariable(variable: VariablePart, evaluation: Evaluation): string {
  const value = evaluation.environment.get(variable.name);
  const { modifier } = variable;
  // Bytes that are not UTF-8 were replaced when the environment was read: what they were is lost.
  if (value?.includes("\uFFFD") === true) reportDamaged(variable, evaluation);
  if (modifier === undefined) {
    return value === undefined
      ? reportUnset(variable, "", evaluation)
      : place(value, variable, evaluation);
  }
  const { operator, word } = modifier;
  const isSet = value !== undefined && (value !== "" || !operator.startsWith(":"));
  switch (operator) {
    case ":-":
    case "-":
      return isSet ? place(value, variable, evaluation) : evaluate(word, evaluation);
    case ":+":
    case "+":
      return isSet ? evaluate(word, evaluation) : "";
    case ":?":
    case "?": {
      if (isSet) return place(value, variable, evaluation);
      // The message is all that is wanted of its word: what is not set there is left out, as
      // compose does.
      const message = evaluate(word, { ...evaluation, problems: [] });
      return reportUnset(variable, message === "" ? "" : `: ${message}`, evaluation);
    }
  }
}

/** The value where there is room for it; else nothing, which is said once. */
function place(
  value: string,
  { start, end }: VariablePart,
  { room, problems }: Evaluation,
): string {
  const taken = room.take(value);
  if (taken === "fits") return value;
  if (taken === "newly-full") {
    problems.push({
      code: "manifest-too-large",
      message: `With the values of its variables the text has more than ${limits.characters} characters.`,
      hint: "Put large values into files of the project and name them.",
      start,
      end,
    });
  }
  return "";
}

function reportUnset({ name, start, end }: VariablePart, reason: string, to: Evaluation): string {
  const isEmpty = to.environment.get(name) === "";
  const full = `Variable ${name} is ${isEmpty ? "empty" : "not set"}${reason}`;
  to.problems.push({
    code: "unset-variable",
    message: /[.!?]$/.test(full) ? full : `${full}.`,
    hint: `Set it in the environment, or give a default: \${${name}:-value}.`,
    start,
    end,
  });
  return "";
}

function reportDamaged({ name, start, end }: VariablePart, { problems }: Evaluation): void {
  problems.push({
    code: "not-utf8",
    message: `The value of variable ${name} is not UTF-8.`,
    hint: "Set it from a terminal or a file that is UTF-8.",
    start,
    end,
  });
}

function describeInvalid(
  { reason, start, end }: InvalidPart,
  source: string,
): InterpolationProblem {
  const shown = shorten(source.slice(start, end));
  return {
    code: "invalid-interpolation",
    message:
      reason === "too-deep"
        ? `"${shown}" is a variable inside of ${maximumNesting} others.`
        : `"${shown}" is not a variable.`,
    hint: "Write ${NAME}, ${NAME:-default} or ${NAME:?message}; a plain dollar sign is $$.",
    start,
    end,
  };
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
