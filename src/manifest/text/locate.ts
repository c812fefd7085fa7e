import { isScalar, LineCounter, type Node } from "yaml";
import type { Location } from "../../diagnostic.ts";
import { maskCredentials } from "../variables/credentials.ts";
import { nodeAt, pairAt } from "./node-at.ts";

/** A step in a document: a key, or the index of an item. */
export type DocumentPath = readonly PropertyKey[];

/** Finds places in one text. */
export interface TextPlaces {
  /** As messages show it. */
  readonly file: string;
  /** Any range of offsets. */
  range(start: number, end: number): Location;
  /** A whole line, by its number from 1. */
  line(number: number): Location;
}

/**
 * Finds the text that a value or a key of a manifest comes from, whichever of its files that is.
 */
export interface Locator {
  /** The value at a path, or its nearest ancestor that exists. */
  value(path: DocumentPath): Location;
  /** The key at the end of a path. */
  key(path: DocumentPath): Location;
  /** Whether something stands at a path. */
  has(path: DocumentPath): boolean;
  /**
   * Which of two places comes first: in the files' order, and within a file in that of the text.
   */
  compare(one: Location, other: Location): number;
}

/** The places of a text. */
export function placesOf(request: {
  readonly text: string;
  readonly file: string;
  readonly lineCounter: LineCounter;
}): TextPlaces {
  const { text, file, lineCounter } = request;
  const range = (start: number, end: number): Location => {
    const { line, col } = lineCounter.linePos(start);
    const lineStart = start - (col - 1);
    const lineEnd = text.indexOf("\n", lineStart);
    const sourceLine = text
      .slice(lineStart, lineEnd === -1 ? text.length : lineEnd)
      .replace(/\r$/, "");
    // An underline stays on its first line: a block's range reaches over all of its lines.
    const length = Math.max(1, Math.min(end - start, sourceLine.trimEnd().length - (col - 1)));
    return {
      file,
      line,
      column: col,
      offset: start,
      length,
      sourceLine: maskCredentials(sourceLine),
    };
  };
  const line = (number: number): Location =>
    range(lineCounter.lineStarts[number - 1] ?? text.length, text.length);
  return { file, range, line };
}

/** The places of a text that no parser has counted the lines of. */
export function placesOfPlain(source: {
  readonly text: string;
  readonly file: string;
}): TextPlaces {
  const { text } = source;
  const lineCounter = new LineCounter();
  lineCounter.addNewLine(0);
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1))
    lineCounter.addNewLine(at + 1);
  return placesOf({ ...source, lineCounter });
}

/**
 * Make a locator for a tree. `files` are the texts that it comes from, in order; `ownerOf` tells of
 * which one a node is.
 */
export function createLocator(request: {
  readonly root: Node;
  readonly files: readonly TextPlaces[];
  readonly ownerOf: (node: Node) => TextPlaces;
}): Locator {
  const { root, ownerOf } = request;
  const place = (node: Node): Location =>
    ownerOf(node).range(node.range?.[0] ?? 0, node.range?.[1] ?? 1);
  const value = (path: DocumentPath): Location => {
    for (let depth = path.length; depth > 0; depth--) {
      const node = nodeAt(root, path.slice(0, depth));
      if (node?.range) return place(node);
    }
    return place(root);
  };
  const key = (path: DocumentPath): Location => {
    const node = pairAt(root, path)?.key;
    return isScalar(node) && node.range ? place(node) : value(path);
  };
  return {
    value,
    key,
    has: (path) => (nodeAt(root, path) ?? pairAt(root, path)) !== undefined,
    compare: comparePlaces(request.files),
  };
}

/** Orders places of several files. */
export function comparePlaces(files: readonly TextPlaces[]): Locator["compare"] {
  const order = new Map(files.map(({ file }, index) => [file, index]));
  const rank = ({ file }: Location): number => order.get(file) ?? files.length;
  return (one, other) => rank(one) - rank(other) || one.offset - other.offset;
}

/** Tells whether two places are the same. */
export function placeKey({ file, offset }: Location): string {
  return `${offset} ${file}`;
}
