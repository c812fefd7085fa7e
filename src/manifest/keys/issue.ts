import type { Node } from "yaml";
import type * as z from "zod";
import { type Diagnostic, type DiagnosticCode, errorAt } from "../../diagnostic.ts";
import { nearest } from "../../nearest.ts";
import { areOsNames } from "../../os.ts";
import { limits } from "../text/guard.ts";
import type { Locator } from "../text/locate.ts";
import { knownKeys } from "./known-keys.ts";
import { valueAt } from "../text/node-at.ts";
import { refusalOf } from "./refused-keys.ts";
import { describePath, expectation, show } from "./wording.ts";

interface IssueRequest {
  readonly issue: z.core.$ZodIssue;
  /** The whole manifest, aliases followed. */
  readonly root: Node;
  readonly locator: Locator;
}

/**
 * Turn one issue of the schema into diagnostics that point at the text: one for each unknown key.
 */
export function diagnoseIssue(request: IssueRequest): readonly Diagnostic[] {
  const { issue, root, locator } = request;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys
        .slice(0, limits.problems)
        .map((key) => unknownKey(key, issue.path, locator));
    case "invalid_union":
      return diagnoseUnion(request, issue.errors);
    case "invalid_type":
      return [diagnoseType(request)];
    case "invalid_key":
      return [
        errorAt(locator.key(issue.path), "invalid-value", {
          message: `"${String(issue.path.at(-1))}" is not ${expectation(issue.issues[0] ?? issue)}.`,
        }),
      ];
    default:
      return [diagnoseValue(issue, root, locator)];
  }
}

function diagnoseValue(issue: z.core.$ZodIssue, root: Node, locator: Locator): Diagnostic {
  const value = valueAt(root, issue.path);
  const values = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const suggestion = typeof value === "string" ? nearest(value, values) : undefined;
  return errorAt(locator.value(issue.path), codeOfValues(values), {
    message: `${describePath(issue.path)} must be ${expectation(issue)}; it is ${show(value)}.`,
    hint: suggestion === undefined ? undefined : `Did you mean "${suggestion}"?`,
  });
}

function codeOfValues(values: readonly string[]): DiagnosticCode {
  return areOsNames(values) ? "unknown-os" : "invalid-value";
}

function diagnoseType(request: IssueRequest): Diagnostic {
  const { issue, root, locator } = request;
  const value = valueAt(root, issue.path);
  if (value === undefined) return missingKey(issue.path, locator);
  return errorAt(locator.value(issue.path), "wrong-type", {
    message: `${describePath(issue.path)} must be ${expectation(issue)}, but is ${show(value)}.`,
  });
}

/** Where the value of a key is found that is not known by heart. */
const missingKeyHints: ReadonlyMap<PropertyKey | undefined, string> = new Map([
  ["sha256", "It is mandatory: `curl -sL URL | sha256sum` prints it."],
]);

function missingKey(path: readonly PropertyKey[], locator: Locator): Diagnostic {
  const parent = path.slice(0, -1);
  const location = parent.length === 0 ? locator.value([]) : locator.key(parent);
  return errorAt(location, "missing-key", {
    message: `${describePath(parent)} lacks "${String(path.at(-1))}".`,
    hint: missingKeyHints.get(path.at(-1)),
  });
}

/**
 * Of the alternatives those count that the value's type allows; of these the one with the fewest
 * complaints.
 */
function diagnoseUnion(
  request: IssueRequest,
  alternatives: readonly (readonly z.core.$ZodIssue[])[],
): readonly Diagnostic[] {
  const { issue, root, locator } = request;
  const value = valueAt(root, issue.path);
  if (value === undefined) return [missingKey(issue.path, locator)];
  const [best] = alternatives
    .filter((issues) => !issues.some(isOfAnotherType))
    .toSorted((a, b) => a.length - b.length);
  if (best !== undefined) {
    return best.flatMap((inner) =>
      diagnoseIssue({ ...request, issue: { ...inner, path: [...issue.path, ...inner.path] } }),
    );
  }
  const wanted = new Set(
    alternatives.map(([first]) => (first === undefined ? "" : expectation(first))),
  );
  const { message } = issue;
  return [
    errorAt(locator.value(issue.path), "wrong-type", {
      message: `${describePath(issue.path)} must be ${
        message === "Invalid input" ? [...wanted].join(", or ") : message
      }, but is ${show(value)}.`,
    }),
  ];
}

/**
 * Whether an alternative fails at once, because the value is a list where it wants a map and so on.
 */
function isOfAnotherType({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function unknownKey(key: string, path: readonly PropertyKey[], locator: Locator): Diagnostic {
  const known = knownKeys(path);
  const suggestion = nearest(key, known);
  const refused = refusalOf(key, path);
  const isOs = areOsNames(known);
  const hint = refused ?? (suggestion === undefined ? undefined : `Did you mean "${suggestion}"?`);
  return errorAt(locator.key([...path, key]), isOs ? "unknown-os" : "unknown-key", {
    message: isOs
      ? `"${key}" is not an operating system that qclock knows.`
      : `"${key}" is not a key of ${path.length === 0 ? "a manifest" : describePath(path)}.`,
    hint,
  });
}
