import { type Document, isNode, LineCounter, type Node } from "yaml";
import type { Diagnostic } from "../../diagnostic.ts";
import { fail, ok, type Result } from "../../result.ts";
import { expandDocument } from "./expand.ts";
import { parseGuarded, type Refusal, refuseText } from "./guard.ts";
import { inspectDocument } from "./inspect.ts";
import {
  interpolateDocument,
  type InterpolatedDocument,
} from "../variables/interpolate-document.ts";
import { placesOf, type TextPlaces } from "./locate.ts";
import { readTagged } from "../merge/tags.ts";
import { syntaxProblems } from "./syntax.ts";

/** One text of a manifest. */
export interface SourceText {
  readonly text: string;
  /** The file's path as messages show it. */
  readonly displayPath: string;
}

/** A text that was read: its tree, without aliases and merge keys, and the variables replaced. */
export interface Source extends InterpolatedDocument {
  /** Absent: the text holds nothing but comments. */
  readonly root?: Node;
  readonly places: TextPlaces;
}

/**
 * Read one text, or tell what is wrong with its YAML, sorted by place. Hostile text (bombs of
 * aliases, endless nesting, huge scalars) is refused before it costs time.
 */
export function readSource(
  source: SourceText,
  environment: ReadonlyMap<string, string>,
): Result<Source, readonly Diagnostic[]> {
  const interpolated = (sound: SoundText): InterpolatedDocument =>
    interpolateDocument({ ...sound, environment });
  const read = readSound(source, interpolated);
  if (!read.ok) return read;
  const { document, places, before } = read.value;
  if (document === undefined || !isNode(document.contents))
    return ok({ places, problems: [], replaced: new Map(), broken: new Set() });
  return ok({ root: document.contents, places, ...before });
}

/** A text that was read, its variables as they are written. */
export interface SourceTree {
  /** Absent: the text holds nothing but comments. */
  readonly document?: Document.Parsed;
  readonly places: TextPlaces;
}

/** Read one text as `readSource` does, without replacing its variables. */
export function readTree(source: SourceText): Result<SourceTree, readonly Diagnostic[]> {
  return readSound(source, () => noVariables);
}

const noVariables: InterpolatedDocument = { problems: [], replaced: new Map(), broken: new Set() };

/** A document that `inspectDocument` found nothing wrong with; its aliases are not followed yet. */
interface SoundText {
  readonly document: Document.Parsed;
  readonly text: string;
  readonly places: TextPlaces;
}

/** `prepare` sees the document before an alias makes one node stand at several places. */
function readSound(
  source: SourceText,
  prepare: (sound: SoundText) => InterpolatedDocument,
): Result<SourceTree & { readonly before: InterpolatedDocument }, readonly Diagnostic[]> {
  const { displayPath: file } = source;
  const text = source.text.replace(/^\uFEFF/, "");
  const refused = refuseText(text);
  if (refused !== undefined) return fail([diagnoseRefusal(refused, text, file)]);
  const lineCounter = new LineCounter();
  const documents = parseGuarded(text, lineCounter);
  if ("code" in documents) return fail([diagnoseRefusal(documents, text, file)]);
  const places = placesOf({ text, file, lineCounter });
  const [document] = documents;
  if (document === undefined || !isNode(document.contents))
    return ok({ places, before: noVariables });
  const syntax = syntaxProblems(documents, { places, text });
  if (syntax.length > 0) return fail(syntax.toSorted(byOffset));
  readTagged(document);
  const unsound = inspectDocument(document, places);
  if (unsound.length > 0) return fail(unsound.toSorted(byOffset));
  const before = prepare({ document, text, places });
  const unmerged = expandDocument(document, places);
  if (unmerged.length > 0) return fail([...before.problems, ...unmerged].toSorted(byOffset));
  return ok({ document, places, before });
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

function byOffset(a: Diagnostic, b: Diagnostic): number {
  return a.location.offset - b.location.offset;
}
