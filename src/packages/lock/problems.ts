import { isNode, type parseDocument, visit } from "yaml";
import type { Diagnostic } from "../../diagnostic.ts";
import { placesOfPlain } from "../../manifest/text/locate.ts";

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
    location: placesOfPlain(request).range(request.offset, request.text.length),
    related: [],
    hint: request.hint,
  };
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
