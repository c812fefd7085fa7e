import { createHash } from "node:crypto";
import path from "node:path";
import { LineCounter, parseAllDocuments, type Document, visit } from "yaml";
import type { Diagnostic, DiagnosticCode, Location } from "../diagnostic.ts";
import { fail, ok, type Result } from "../result.ts";
import { interpolate } from "./interpolate.ts";
import { diagnoseIssue } from "./issue.ts";
import { createLocator, type Locator } from "./locate.ts";
import { type Manifest, manifestSchema } from "./schema/manifest.ts";

/** A valid manifest with everything needed to point back at its text. */
export interface LoadedManifest {
  readonly manifest: Manifest;
  readonly text: string;
  /** Absolute. */
  readonly path: string;
  /** Absolute path of the folder that holds it. */
  readonly directory: string;
  readonly digest: `sha256:${string}`;
  readonly locator: Locator;
}

export interface LoadRequest {
  /** Absolute path of the manifest. */
  readonly path: string;
  readonly text: string;
  /** As messages show it. */
  readonly displayPath: string;
  readonly environment: ReadonlyMap<string, string>;
}

/** A manifest is written by hand; ten times the largest one imaginable is still below this. */
const MAXIMUM_CHARACTERS = 1024 * 1024;
const MAXIMUM_DEPTH = 64;
const MAXIMUM_ALIASES = 100;

/**
 * Text to a typed manifest, or everything that is wrong with it, sorted by place. Hostile text (bombs of
 * aliases, endless nesting, huge scalars) is refused before it costs time.
 */
export function loadManifest(request: LoadRequest): Result<LoadedManifest, readonly Diagnostic[]> {
  const text = request.text.replace(/^\uFEFF/, "");
  const guard = guardText(text, request.displayPath);
  if (guard !== undefined) return fail([guard]);
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter,
    prettyErrors: false,
    logLevel: "error",
  });
  const [document] = documents;
  if (!Array.isArray(documents) || document === undefined) {
    return fail([emptyManifest(request.displayPath)]);
  }
  const locator = createLocator({ document, text, file: request.displayPath, lineCounter });
  const syntax = syntaxProblems(documents, locator);
  if (syntax.length > 0) return fail(syntax);
  const unset = interpolateDocument(document, request.environment, locator);
  const parsed = manifestSchema.safeParse(document.toJS({ maxAliasCount: MAXIMUM_ALIASES }));
  const issues = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => diagnoseIssue({ issue, document, locator }));
  // A variable that is not set leaves an empty value, whose own problem would only repeat it.
  const problems = [
    ...unset,
    ...issues.filter((issue) => !unset.some((one) => one.location.line === issue.location.line)),
  ];
  if (problems.length > 0 || !parsed.success) return fail(problems.toSorted(byPlace));
  return ok({
    manifest: parsed.data,
    text,
    path: request.path,
    directory: path.dirname(request.path),
    digest: `sha256:${createHash("sha256").update(text).digest("hex")}`,
    locator,
  });
}

function guardText(text: string, file: string): Diagnostic | undefined {
  const at = (offset: number): Location => {
    const before = text.slice(0, offset);
    const line = before.split("\n").length;
    const column = offset - (before.lastIndexOf("\n") + 1) + 1;
    const sourceLine = (text.slice(offset - column + 1).split("\n", 1)[0] ?? "").slice(0, 200);
    return { file, line, column, offset, length: 1, sourceLine };
  };
  if (text.length > MAXIMUM_CHARACTERS) {
    return problem("manifest-too-large", {
      message: `The manifest has ${text.length} characters; at most ${MAXIMUM_CHARACTERS} are read.`,
      location: at(0),
      hint: "Put large values into files of the project and name them.",
    });
  }
  const nul = text.indexOf("\0");
  if (nul !== -1) {
    return problem("yaml-syntax", {
      message: "The manifest holds a NUL character.",
      location: at(nul),
    });
  }
  const deep = tooDeep(text);
  if (deep === undefined) return undefined;
  return problem("manifest-too-deep", {
    message: `The manifest is nested more than ${MAXIMUM_DEPTH} levels deep.`,
    location: at(deep),
  });
}

/** Offset at which flow brackets or indentation go deeper than allowed; a cheap look before the real parser. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "[" || character === "{") depth++;
    else if ((character === "]" || character === "}") && depth > 0) depth--;
    else if (character === "\n") {
      const indent =
        /^ */.exec(text.slice(index + 1, index + 1 + 4 * MAXIMUM_DEPTH))?.[0].length ?? 0;
      if (indent > 2 * MAXIMUM_DEPTH) return index + 1;
      // `- - - -` nests without indentation.
      const dashes = /^(?:- ){65}/.exec(text.slice(index + 1, index + 140));
      if (dashes !== null) return index + 1;
    }
    if (depth > MAXIMUM_DEPTH) return index;
  }
  return undefined;
}

function syntaxProblems(
  documents: readonly Document.Parsed[],
  locator: Locator,
): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  for (const document of documents) {
    for (const error of [...document.errors, ...document.warnings]) {
      const code = syntaxCode(error.code);
      problems.push(
        problem(code, {
          message: sentence(error.message),
          location: locator.range(error.pos[0], Math.max(error.pos[0] + 1, error.pos[1])),
          ...(syntaxHint(error.code) === undefined ? {} : { hint: syntaxHint(error.code) ?? "" }),
        }),
      );
    }
  }
  const [first, second] = documents;
  if (second?.range) {
    problems.push(
      problem("yaml-syntax", {
        message: "The manifest holds more than one document.",
        location: locator.range(second.range[0], second.range[0] + 1),
        hint: "One file describes one stack; remove the `---` line.",
      }),
    );
  }
  if (first !== undefined && problems.length === 0) problems.push(...aliasProblems(first, locator));
  return problems;
}

/** `a: &a [*a]` is legal YAML, and would send every walker round for ever. */
function aliasProblems(document: Document.Parsed, locator: Locator): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  let count = 0;
  visit(document, {
    Alias(_, alias, ancestors) {
      count++;
      const target = alias.resolve(document);
      const isCircular = ancestors.some((ancestor) => ancestor === target);
      if ((isCircular || count > MAXIMUM_ALIASES) && alias.range) {
        problems.push(
          problem("yaml-alias", {
            message: isCircular
              ? `Alias *${alias.source} is inside what it names.`
              : `The manifest holds more than ${MAXIMUM_ALIASES} aliases.`,
            location: locator.range(alias.range[0], alias.range[1]),
          }),
        );
        return visit.BREAK;
      }
      return undefined;
    },
    Scalar(key, scalar) {
      if (key === "key" && scalar.value === "__proto__" && scalar.range) {
        problems.push(
          problem("unknown-key", {
            message: '"__proto__" is not a key.',
            location: locator.range(scalar.range[0], scalar.range[1]),
          }),
        );
      }
    },
  });
  return problems;
}

function syntaxCode(code: string): DiagnosticCode {
  if (code === "DUPLICATE_KEY") return "duplicate-name";
  if (code === "TAG_RESOLVE_FAILED") return "yaml-tag";
  return "yaml-syntax";
}

function syntaxHint(code: string): string | undefined {
  switch (code) {
    case "TAB_AS_INDENT":
      return "Indent with spaces.";
    case "DUPLICATE_KEY":
      return "Rename one of the two, or merge them.";
    case "TAG_RESOLVE_FAILED":
      return "Tags are not used in a manifest; remove it.";
    default:
      return undefined;
  }
}

function interpolateDocument(
  document: Document.Parsed,
  environment: ReadonlyMap<string, string>,
  locator: Locator,
): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  visit(document, {
    Scalar(key, scalar) {
      const { value } = scalar;
      if (key === "key" || typeof value !== "string" || !value.includes("$")) return;
      const result = interpolate(value, environment);
      const start = scalar.range?.[0] ?? 0;
      const quote = scalar.type === "QUOTE_DOUBLE" || scalar.type === "QUOTE_SINGLE" ? 1 : 0;
      for (const { code, message, hint, start: from, end } of result.problems) {
        problems.push(
          problem(code, {
            message,
            hint,
            location: locator.range(start + quote + from, start + quote + end),
          }),
        );
      }
      scalar.value = scalar.type === "PLAIN" ? retype(result.text) : result.text;
    },
    Alias: () => undefined,
  });
  return problems;
}

/** A plain scalar that held a variable is typed by what it became, as if it had been written so: `${PORT}` is a number. */
function retype(text: string): string | number | boolean {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return Number(text);
  if (text === "true") return true;
  if (text === "false") return false;
  return text;
}

function emptyManifest(file: string): Diagnostic {
  return problem("missing-key", {
    message: "The manifest is empty.",
    location: { file, line: 1, column: 1, offset: 0, length: 1, sourceLine: "" },
    hint: "Start with `name:` and `images:`; the README has one of ten lines.",
  });
}

function problem(
  code: DiagnosticCode,
  parts: { readonly message: string; readonly location: Location; readonly hint?: string },
): Diagnostic {
  return { severity: "error", code, related: [], ...parts };
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.location.offset - b.location.offset;
}

function sentence(text: string): string {
  const first = text.split("\n", 1)[0] ?? text;
  return first.endsWith(".") ? first : `${first}.`;
}
