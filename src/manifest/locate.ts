import { type Document, isScalar, type LineCounter } from "yaml";
import type { Location } from "../diagnostic.ts";
import { maskCredentials } from "./credentials.ts";
import { nodeAt, pairAt } from "./node-at.ts";

/** A step in a document: a key, or the index of an item. */
export type DocumentPath = readonly PropertyKey[];

/** Finds places in a text. */
export interface TextPlaces {
  /** Any range of offsets. */
  range(start: number, end: number): Location;
}

/** Finds the text in a document that a value or a key comes from. */
export interface Locator extends TextPlaces {
  /** The value at a path, or its nearest ancestor that exists. */
  value(path: DocumentPath): Location;
  /** The key at the end of a path. */
  key(path: DocumentPath): Location;
}

/** Make a locator for one parsed document. `file` is the name that messages show. */
export function createLocator(request: {
  readonly document: Document.Parsed;
  readonly text: string;
  readonly file: string;
  readonly lineCounter: LineCounter;
}): Locator {
  const { document, text, file, lineCounter } = request;
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
  const value = (path: DocumentPath): Location => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = nodeAt(document.contents, path.slice(0, depth));
      if (node?.range) return range(node.range[0], node.range[1]);
    }
    return range(0, 1);
  };
  const key = (path: DocumentPath): Location => {
    const node = pairAt(document.contents, path)?.key;
    return isScalar(node) && node.range ? range(node.range[0], node.range[1]) : value(path);
  };
  return { value, key, range };
}
