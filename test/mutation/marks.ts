import { isNode, type Node, parse } from "./syntax.ts";

/** A place in a source text that somebody wants to know of whether it runs. */
export interface Place {
  readonly at: number;
  readonly number: number;
}

/** What a marked source calls with the number of a place. */
export const MARK = "__qclockMark";

/**
 * A source text in which the function around each place says that it runs. What stands outside of
 * every function runs when the module is loaded.
 */
export function markPlaces(file: string, text: string, places: readonly Place[]): string {
  const tree = parse(file, text);
  const insertions: { readonly at: number; readonly text: string }[] = [];
  for (const { at, number } of places) {
    const mark = `globalThis.${MARK}?.(${number})`;
    const body = bodyAround(tree, at);
    if (body === undefined) insertions.push({ at: text.length, text: `\n;${mark};` });
    else if (body.type === "BlockStatement" || body.type === "FunctionBody")
      insertions.push({ at: body.start + 1, text: ` ${mark};` });
    else insertions.push({ at: body.start, text: `(${mark}, ` }, { at: body.end, text: ")" });
  }
  let marked = text;
  for (const { at, text: inserted } of insertions.toSorted((a, b) => b.at - a.at))
    marked = marked.slice(0, at) + inserted + marked.slice(at);
  return marked;
}

/** The body of the innermost function that holds a place. */
function bodyAround(node: Node, at: number): Node | undefined {
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (!isNode(child) || child.start > at || child.end <= at) continue;
      const inner = bodyAround(child, at);
      if (inner !== undefined) return inner;
    }
  }
  const body = /Function/.test(node.type) ? node["body"] : undefined;
  return isNode(body) ? body : undefined;
}
