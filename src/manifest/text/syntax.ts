import type { Document, ErrorCode } from "yaml";
import { type Diagnostic, type DiagnosticCode, errorAt } from "../../diagnostic.ts";
import { limits } from "./guard.ts";
import type { TextPlaces } from "./locate.ts";
import { findUnclosed, type Unclosed } from "./unclosed.ts";

/** What breaks YAML's grammar, and what a manifest takes no part of: tags and further documents. */
export function syntaxProblems(
  documents: readonly Document.Parsed[],
  { places, text }: { readonly places: TextPlaces; readonly text: string },
): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  if (documents.some(({ errors }) => errors.some(({ code }) => unclosedCodes.has(code)))) {
    const unclosed = findUnclosed(text);
    // Everything behind it was read inside of it, so that further problems say nothing of their
    // own.
    if (unclosed !== undefined) return [unclosedProblem(unclosed, places)];
  }
  for (const { errors, warnings } of documents) {
    const told = [...withoutEchoes(errors), ...warnings].slice(0, limits.problems);
    for (const { code, message, pos } of told) {
      if (problems.length >= limits.problems) return problems;
      problems.push(
        errorAt(places.range(pos[0], Math.max(pos[0] + 1, pos[1])), codeOf(code), {
          message: sentence(message),
          hint: hintOf(code),
        }),
      );
    }
  }
  const second = documents[1];
  if (second !== undefined && problems.length === 0) {
    problems.push(
      errorAt(places.range(second.range[0], second.range[0] + 1), "yaml-syntax", {
        message: "The manifest holds more than one document.",
        hint: "One file describes one stack; remove the `---` line.",
      }),
    );
  }
  return problems;
}

/** What the parser says of a bracket or a quote that is never closed. */
const unclosedCodes: ReadonlySet<ErrorCode> = new Set(["BAD_INDENT", "MISSING_CHAR"]);

function unclosedProblem({ offset, opening }: Unclosed, places: TextPlaces): Diagnostic {
  const isBracket = opening === "[" || opening === "{";
  const closing = opening === "[" ? "]" : opening === "{" ? "}" : opening;
  return errorAt(places.range(offset, offset + 1), "yaml-syntax", {
    message: `This ${isBracket ? "bracket" : "quote"} is never closed.`,
    hint: `Close it with ${closing}${isBracket ? ", or put the value in quotes if it is meant as text" : ""}.`,
  });
}

/**
 * After the first slip the parser stumbles over much that is right: tokens that it did not expect
 * from there on say nothing of their own.
 */
function withoutEchoes(
  errors: Document.Parsed["errors"],
): readonly Document.Parsed["errors"][number][] {
  return errors.filter(({ code }, index) => index === 0 || code !== "UNEXPECTED_TOKEN");
}

function codeOf(code: ErrorCode): DiagnosticCode {
  return code === "TAG_RESOLVE_FAILED" ? "yaml-tag" : "yaml-syntax";
}

function hintOf(code: ErrorCode): string | undefined {
  switch (code) {
    case "TAB_AS_INDENT":
      return "Indent with spaces.";
    case "TAG_RESOLVE_FAILED":
      return "A manifest has the tags `!reset` and `!override` alone; remove it.";
    case "BAD_SCALAR_START":
      return "Put the text in quotes.";
    case "UNEXPECTED_TOKEN":
      return "Put the value in quotes if it holds any of { } [ ] , : # as text, as in ${NAME}.";
    case "MISSING_CHAR":
      return "Look for an open quote or bracket before this place.";
    default:
      return undefined;
  }
}

function sentence(text: string): string {
  const first = text.split("\n", 1)[0] ?? text;
  return first.endsWith(".") ? first : `${first}.`;
}
