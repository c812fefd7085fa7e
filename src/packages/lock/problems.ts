import { isNode, type parseDocument, visit } from "yaml";
import type { Diagnostic, Location } from "../../diagnostic.ts";

/** What to do with a lock that is not as qclock wrote it. */
export const REPAIR = "Restore it from version control, or delete it and run `qclock lock`.";

/** A problem at a place in the lock's text. */
export function problem(request: {
  readonly text: string;
  readonly file: string;
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}): Diagnostic {
  return {
    severity: "error",
    code: "lock-invalid",
    message: request.message,
    location: locate(request.text, request.file, request.offset),
    related: [],
    hint: request.hint,
  };
}

function locate(text: string, file: string, offset: number): Location {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const start = before.lastIndexOf("\n") + 1;
  const end = text.indexOf("\n", offset);
  const sourceLine = text.slice(start, end === -1 ? text.length : end).replace(/\r$/, "");
  const length = Math.max(1, sourceLine.trimEnd().length - (offset - start));
  return { file, line, column: offset - start + 1, offset, length, sourceLine };
}

/**
 * Where the first alias stands: one without its anchor, or some thousands of them, would end in an
 * exception.
 */
export function aliasOffset(document: ReturnType<typeof parseDocument>): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias: (_, { range }) => {
      offset = range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** Where the value at a path stands, or the nearest thing above it. */
export function offsetOf(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
