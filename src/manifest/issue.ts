import { type Document, isMap, isSeq } from "yaml";
import type * as z from "zod";
import type { Diagnostic, Location } from "../diagnostic.ts";
import { nearest } from "../nearest.ts";
import type { Locator } from "./locate.ts";
import { knownKeys } from "./known-keys.ts";
import { refusedKeys } from "./refused-keys.ts";

interface IssueRequest {
  readonly issue: z.core.$ZodIssue;
  readonly document: Document.Parsed;
  readonly locator: Locator;
}

/** Turn one issue of the schema into diagnostics that point at the text: one for each unknown key. */
export function diagnoseIssue(request: IssueRequest): readonly Diagnostic[] {
  const { issue, document, locator } = request;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(key, issue.path, locator));
  }
  if (issue.code === "invalid_union") return diagnoseUnion(request);
  if (issue.code === "invalid_type") return [diagnoseType(request)];
  if (issue.code === "invalid_key") {
    return [
      error("invalid-value", locator.key(issue.path), {
        message: `"${String(issue.path.at(-1))}" is not ${nounOf(issue.issues[0]?.message ?? "a valid name")}.`,
      }),
    ];
  }
  return [
    error("invalid-value", locator.value(issue.path), {
      message: `${describePath(issue.path)} must be ${nounOf(expectation(issue))}; it is ${show(document.getIn(issue.path))}.`,
    }),
  ];
}

function diagnoseType({ issue, document, locator }: IssueRequest): Diagnostic {
  const value = document.getIn(issue.path);
  const expected = issue.code === "invalid_type" ? typeName(issue.expected) : "another type";
  if (value === undefined) {
    const parent = issue.path.slice(0, -1);
    const location = parent.length === 0 ? locator.value([]) : locator.key(parent);
    return error("missing-key", location, {
      message: `${parent.length === 0 ? "The manifest" : describePath(parent)} lacks "${String(issue.path.at(-1))}".`,
    });
  }
  // Our own wording wins where the schema has one, such as the reason why modes are quoted.
  const own = /^(?:Invalid input|Expected)/.test(issue.message) ? undefined : issue.message;
  return error("wrong-type", locator.value(issue.path), {
    message: `${describePath(issue.path)} must be ${own ?? expected}, but is ${show(value)}.`,
  });
}

/** Of the alternatives the one that got furthest tells what the user meant. */
function diagnoseUnion(request: IssueRequest): readonly Diagnostic[] {
  const { issue, document, locator } = request;
  if (issue.code !== "invalid_union") return [];
  const value = document.getIn(issue.path);
  if (value === undefined) {
    return [
      error("missing-key", locator.value(issue.path), {
        message: `${describePath(issue.path)} is missing.`,
      }),
    ];
  }
  const deepest = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
  if (depth(deepest) > 0) {
    return deepest.flatMap((inner) =>
      diagnoseIssue({ ...request, issue: { ...inner, path: [...issue.path, ...inner.path] } }),
    );
  }
  const wanted = [...new Set(issue.errors.flat().map((inner) => nounOf(expectation(inner))))].join(
    ", or ",
  );
  return [
    error("wrong-type", locator.value(issue.path), {
      message: `${describePath(issue.path)} must be ${wanted}, but is ${show(value)}.`,
    }),
  ];
}

/** How far below the alternative's own place its issues lie. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(
    0,
    ...issues.map(({ path, code }) => path.length + (code === "unrecognized_keys" ? 1 : 0)),
  );
}

function unknownKey(key: string, path: readonly PropertyKey[], locator: Locator): Diagnostic {
  const refused = refusedKeys.get(key);
  const suggestion = nearest(key, knownKeys(path));
  const hint = refused ?? (suggestion === undefined ? undefined : `Did you mean "${suggestion}"?`);
  const owner = path.length === 0 ? "a manifest" : describePath(path);
  return error("unknown-key", locator.key([...path, key]), {
    message: `"${key}" is not a key of ${owner}.`,
    ...(hint === undefined ? {} : { hint }),
  });
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return typeName(issue.expected);
  if (issue.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  return issue.message;
}

/** Zod's own sentences begin with a capital; the schema's wordings are nouns already. */
function nounOf(message: string): string {
  if (message.startsWith("Too small"))
    return message.replace(/^Too small: expected (?:\w+ to be )?/, "");
  if (message.startsWith("Too big"))
    return message.replace(/^Too big: expected (?:\w+ to be )?/, "");
  if (message.startsWith("Invalid input: expected "))
    return message.slice("Invalid input: expected ".length);
  if (message.startsWith("Invalid string: must match"))
    return "in the form that docs/manifest.md shows";
  return message
    .replace(/^Invalid input: /, "")
    .replace(/^Invalid string: must /, "a text that must ");
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
    case "null":
      return "empty";
    default:
      return `a ${expected}`;
  }
}

function describePath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "The manifest";
  return `"${path
    .map((part) => (typeof part === "number" ? `[${part}]` : String(part)))
    .join(".")
    .replaceAll(".[", "[")}"`;
}

function show(value: unknown): string {
  if (value === null) return "empty";
  if (typeof value === "string")
    return `"${value.length > 60 ? `${value.slice(0, 57)}...` : value}"`;
  if (typeof value === "number" || typeof value === "boolean")
    return `the ${typeof value} ${value}`;
  if (isMap(value)) return "a map";
  return isSeq(value) ? "a list" : "something else";
}

function error(
  code: Diagnostic["code"],
  location: Location,
  parts: { readonly message: string; readonly hint?: string },
): Diagnostic {
  return { severity: "error", code, location, related: [], ...parts };
}
