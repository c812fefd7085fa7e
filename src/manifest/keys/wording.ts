import { isMap, isSeq } from "yaml";
import type * as z from "zod";
import { maskCredentials } from "../variables/credentials.ts";

/** What a value must be, as a noun with its article: it completes the sentence "X must be …". */
export function expectation(issue: z.core.$ZodIssue): string {
  const own = isOwnWording(issue.message) ? issue.message : undefined;
  if (own !== undefined) return own;
  switch (issue.code) {
    case "invalid_type":
      return typeName(issue.expected);
    case "invalid_value":
      return issue.values.length === 1
        ? `\`${String(issue.values[0])}\``
        : `one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return issue.inclusive === false
        ? `above ${String(issue.minimum)}`
        : `${String(issue.minimum)} or more${unit(issue.origin)}`;
    case "too_big":
      return `${String(issue.maximum)} or less${unit(issue.origin)}`;
    case "invalid_format":
      return issue.format === "starts_with"
        ? "a text that begins with `/`"
        : "in the form that docs/manifest.md shows";
    default:
      return issue.message;
  }
}

/** Zod's own sentences begin so; whatever else stands in an issue is the schema's wording. */
function isOwnWording(message: string): boolean {
  return !/^(?:Invalid|Too (?:small|big)|Unrecognized)/.test(message);
}

function unit(origin: string): string {
  if (origin === "array") return " items";
  return origin === "string" ? " characters" : "";
}

function typeName(expected: string): string {
  switch (expected) {
    case "record":
    case "object":
      return "a map";
    case "array":
      return "a list";
    case "int":
      return "a whole number";
    case "string":
      return "a text";
    case "boolean":
      return "true or false";
    case "null":
      return "empty";
    default:
      return `a ${expected}`;
  }
}

/** A place in the manifest as a path, such as `"services.app.ports[0]"`. */
export function describePath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "The manifest";
  const steps = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`));
  return `"${steps.join("").slice(1)}"`;
}

/** A value in words, cut when it is long. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "string") {
    const shown = maskCredentials(value);
    return `"${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown}"`;
  }
  if (typeof value === "number") {
    return Number.isFinite(value) ? `the number ${value}` : "no number that can be used";
  }
  if (typeof value === "boolean") return String(value);
  if (isMap(value)) return "a map";
  return isSeq(value) ? "a list" : "something else";
}
