import { createHash } from "node:crypto";
import path from "node:path";
import type { Node } from "yaml";
import type { Diagnostic, Location } from "../diagnostic.ts";
import { fail, ok, type Result } from "../result.ts";
import { findForbiddenCharacters } from "./text/characters.ts";
import { limits } from "./text/guard.ts";
import { diagnoseIssue } from "./keys/issue.ts";
import { comparePlaces, type Locator, placeKey } from "./text/locate.ts";
import { type MergedSources, mergeSources } from "./merge/sources.ts";
import { plainValue } from "./text/plain.ts";
import { isExtension, pruneKeys } from "./keys/prune.ts";
import { retypeReplaced } from "./variables/retype.ts";
import { type Manifest, manifestSchema } from "./schema/manifest.ts";
import { refuseSentVariables } from "./variables/sent-values.ts";
import { readSource, type Source, type SourceText } from "./text/source.ts";

/** A valid manifest with everything needed to point back at its text. */
export interface LoadedManifest {
  readonly manifest: Manifest;
  /** Absolute. */
  readonly path: string;
  /** Absolute path of the folder that holds it. */
  readonly directory: string;
  /** Of the text, or of all texts in their order. */
  readonly digest: `sha256:${string}`;
  readonly locator: Locator;
}

export interface LoadRequest extends SourceText {
  /** Absolute path of the manifest. */
  readonly path: string;
  /** Further texts, each laid over what is before it. */
  readonly overrides?: readonly SourceText[];
  readonly environment: ReadonlyMap<string, string>;
  /**
   * Read on as if unknown keys were not there, so that what is wrong with the rest can be told as
   * well.
   */
  readonly ignoreUnknownKeys?: boolean;
}

/**
 * Texts to a typed manifest, or everything that is wrong with them, sorted by place: in the files'
 * order, and within a file in that of its text.
 */
export function loadManifest(request: LoadRequest): Result<LoadedManifest, readonly Diagnostic[]> {
  const texts = [request, ...(request.overrides ?? [])];
  const read = texts.map((text) => readSource(text, request.environment));
  const unread = read.flatMap((source) => (source.ok ? [] : source.error));
  if (unread.length > 0) return fail(unread);
  const sources = read.flatMap((source) => (source.ok ? [source.value] : []));
  const merged = mergeSources(sources);
  if (merged === undefined) return fail([emptyManifest(request.displayPath)]);
  const { manifest, problems } = checkTree(merged, {
    sources,
    isIgnored: request.ignoreUnknownKeys === true ? () => true : isExtension,
  });
  if (problems.length > 0 || manifest === undefined) {
    const compare = comparePlaces(sources.map(({ places }) => places));
    return fail(problems.toSorted((a, b) => compare(a.location, b.location)));
  }
  return ok({
    manifest,
    path: request.path,
    directory: path.dirname(request.path),
    digest: digestOf(texts),
    locator: merged.locator,
  });
}

function checkTree(
  { root, locator, placeOf }: MergedSources,
  request: {
    readonly sources: readonly Source[];
    readonly isIgnored: (key: string) => boolean;
  },
): { readonly manifest?: Manifest; readonly problems: readonly Diagnostic[] } {
  const { sources, isIgnored } = request;
  const replaced = new Map(sources.flatMap((source) => [...source.replaced]));
  const sent = refuseSentVariables(root, replaced);
  const value = (): unknown => pruneKeys(plainValue(root), manifestSchema, isIgnored);
  const forbidden = findForbiddenCharacters(value(), locator);
  let parsed = manifestSchema.safeParse(value());
  if (!parsed.success && retypeReplaced(parsed.error.issues, root, replaced))
    parsed = manifestSchema.safeParse(value());
  const known = [
    ...sources.flatMap(({ problems }) => problems),
    ...sent.problems,
    ...forbidden.problems,
  ];
  if (parsed.success) return { manifest: parsed.data, problems: known };
  // A variable that is not set leaves an empty value, whose own problem would only repeat it; so
  // does a line end in a name.
  const repeated: readonly Node[] = [
    ...sources.flatMap(({ broken }) => [...broken]),
    ...sent.scalars,
  ];
  const places = new Set([...repeated.map((node) => placeKey(placeOf(node))), ...forbidden.places]);
  const issues = parsed.error.issues
    .slice(0, limits.problems)
    .flatMap((issue) => diagnoseIssue({ issue, root, locator }))
    .filter(({ location }) => !places.has(placeKey(location)));
  return { problems: [...known, ...issues] };
}

function digestOf(texts: readonly SourceText[]): `sha256:${string}` {
  const digests = texts.map(({ text }) => sha256(text.replace(/^\uFEFF/, "")));
  const [only = ""] = digests;
  return `sha256:${digests.length === 1 ? only : sha256(digests.join("\n"))}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function emptyManifest(file: string): Diagnostic {
  const location: Location = { file, line: 1, column: 1, offset: 0, length: 1, sourceLine: "" };
  return {
    severity: "error",
    code: "missing-key",
    message: "The manifest is empty.",
    related: [],
    location,
    hint: "Start with `name:` and `images:`; docs/manifest.md begins with a small one, and `qclock init` writes one.",
  };
}
