import { createHash } from "node:crypto";
import path from "node:path";
import { isNode, LineCounter, type Node } from "yaml";
import type { Diagnostic } from "../diagnostic.ts";
import { fail, ok, type Result } from "../result.ts";
import { findForbiddenCharacters } from "./characters.ts";
import { expandDocument } from "./expand.ts";
import { limits, parseGuarded, type Refusal, refuseText } from "./guard.ts";
import { inspectDocument } from "./inspect.ts";
import { interpolateDocument, type InterpolatedDocument } from "./interpolate-document.ts";
import { diagnoseIssue } from "./issue.ts";
import { createLocator, type Locator } from "./locate.ts";
import { plainValue } from "./plain.ts";
import { isExtension, pruneKeys } from "./prune.ts";
import { retypeReplaced } from "./retype.ts";
import { type Manifest, manifestSchema } from "./schema/manifest.ts";
import { refuseSentVariables } from "./sent-values.ts";
import { syntaxProblems } from "./syntax.ts";

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
  /** Read on as if unknown keys were not there, so that what is wrong with the rest can be told as well. */
  readonly ignoreUnknownKeys?: boolean;
}

/**
 * Text to a typed manifest, or everything that is wrong with it, sorted by place. Hostile text (bombs of
 * aliases, endless nesting, huge scalars) is refused before it costs time.
 */
export function loadManifest(request: LoadRequest): Result<LoadedManifest, readonly Diagnostic[]> {
  const text = request.text.replace(/^\uFEFF/, "");
  const refused = refuseText(text);
  if (refused !== undefined) return fail([diagnoseRefusal(refused, text, request.displayPath)]);
  const lineCounter = new LineCounter();
  const documents = parseGuarded(text, lineCounter);
  if ("code" in documents) return fail([diagnoseRefusal(documents, text, request.displayPath)]);
  const [document] = documents;
  if (document === undefined || !isNode(document.contents)) {
    return fail([emptyManifest(request.displayPath)]);
  }
  const locator = createLocator({ document, text, file: request.displayPath, lineCounter });
  const syntax = syntaxProblems(documents, { places: locator, text });
  if (syntax.length > 0) return fail(syntax.toSorted(byPlace));
  const unsound = inspectDocument(document, locator);
  if (unsound.length > 0) return fail(unsound.toSorted(byPlace));
  const interpolated = interpolateDocument({ ...request, document, text, places: locator });
  const unmerged = expandDocument(document, locator);
  if (unmerged.length > 0) return fail([...interpolated.problems, ...unmerged].toSorted(byPlace));
  const { manifest, problems } = checkTree(document.contents, locator, {
    ...interpolated,
    isIgnored: request.ignoreUnknownKeys === true ? () => true : isExtension,
  });
  if (problems.length > 0 || manifest === undefined) return fail(problems.toSorted(byPlace));
  return ok({
    manifest,
    text,
    path: request.path,
    directory: path.dirname(request.path),
    digest: `sha256:${createHash("sha256").update(text).digest("hex")}`,
    locator,
  });
}

function checkTree(
  root: Node,
  locator: Locator,
  {
    problems,
    replaced,
    broken,
    isIgnored,
  }: InterpolatedDocument & { readonly isIgnored: (key: string) => boolean },
): { readonly manifest?: Manifest; readonly problems: readonly Diagnostic[] } {
  const sent = refuseSentVariables(root, replaced);
  const value = (): unknown => pruneKeys(plainValue(root), manifestSchema, isIgnored);
  const forbidden = findForbiddenCharacters(value(), locator);
  let parsed = manifestSchema.safeParse(value());
  if (!parsed.success && retypeReplaced(parsed.error.issues, root, replaced))
    parsed = manifestSchema.safeParse(value());
  const known = [...problems, ...sent.problems, ...forbidden.problems];
  if (parsed.success) return { manifest: parsed.data, problems: known };
  // A variable that is not set leaves an empty value, whose own problem would only repeat it; so does a line end in a name.
  const repeated = [...broken, ...sent.scalars];
  const places = new Set([...repeated.map(({ range }) => range?.[0]), ...forbidden.offsets]);
  const issues = parsed.error.issues
    .slice(0, limits.problems)
    .flatMap((issue) => diagnoseIssue({ issue, root, locator }))
    .filter(({ location }) => !places.has(location.offset));
  return { problems: [...known, ...issues] };
}

/** The places of refused text are found by hand: nothing has been parsed. */
function diagnoseRefusal({ offset, ...parts }: Refusal, text: string, file: string): Diagnostic {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return {
    severity: "error",
    related: [],
    ...parts,
    location: {
      file,
      line: text.slice(0, offset).split("\n").length,
      column: offset - start + 1,
      offset,
      length: 1,
      sourceLine: text.slice(start, end === -1 ? undefined : end),
    },
  };
}

function emptyManifest(file: string): Diagnostic {
  return {
    severity: "error",
    code: "missing-key",
    message: "The manifest is empty.",
    related: [],
    location: { file, line: 1, column: 1, offset: 0, length: 1, sourceLine: "" },
    hint: "Start with `name:` and `images:`; docs/manifest.md begins with a small one.",
  };
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.location.offset - b.location.offset;
}
