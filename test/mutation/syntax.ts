import { parseSync } from "oxc-parser";

/** A node of a syntax tree (ESTree), with its place in UTF-16 units of the text. */
export type Node = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly start: number;
  readonly end: number;
};

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The tree of a source text. Throws an `Error` when it is not TypeScript. */
export function parse(file: string, text: string): Node {
  const { program, errors } = parseSync(file, text);
  const tree: unknown = program;
  if (!isNode(tree) || errors.length > 0) throw new Error(`${file} cannot be parsed`);
  return tree;
}
