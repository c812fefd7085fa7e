import { isNode, type Node, parse } from "./syntax.ts";

/** One token of a source text, and what stands in its place. */
export interface Change {
  /** Where the token begins and ends, in UTF-16 units of the text. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const OPERATORS: ReadonlyMap<string, string> = mapOf({
  "===": "!==",
  "!==": "===",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "&": "|",
  "|": "&",
  "<<": ">>",
  ">>": "<<",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "+=": "-=",
  "-=": "+=",
  "++": "--",
  "--": "++",
});

const METHODS: ReadonlyMap<string, string> = mapOf({
  some: "every",
  every: "some",
  find: "findLast",
  findLast: "find",
  indexOf: "lastIndexOf",
  lastIndexOf: "indexOf",
  startsWith: "endsWith",
  endsWith: "startsWith",
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
  push: "unshift",
  shift: "pop",
});

/**
 * Every change of one token that may turn a program into a wrong one: an operator, a number, a
 * boolean, a word that is compared with, a method with a counterpart. Types and messages are left
 * alone: no test is about them.
 */
export function changesOf(file: string, text: string): readonly Change[] {
  const changes: Change[] = [];
  visit(parse(file, text), text, changes);
  return changes.toSorted((a, b) => a.start - b.start);
}

function visit(node: Node, text: string, changes: Change[]): void {
  if (
    /^TS(?!AsExpression|SatisfiesExpression|NonNullExpression)|^Import|^Export(?:All)/.test(
      node.type,
    )
  )
    return;
  changes.push(...changesAt(node, text));
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) visit(child, text, changes);
    }
  }
}

function changesAt(node: Node, text: string): readonly Change[] {
  switch (node.type) {
    case "BinaryExpression":
      return [...operatorBetween(node, text), ...comparedWords(node)];
    case "LogicalExpression":
    case "AssignmentExpression":
      return operatorBetween(node, text);
    case "UpdateExpression":
      return node["prefix"] === true
        ? swapped(node.start, String(node["operator"]))
        : swapped(node.end - 2, String(node["operator"]));
    case "UnaryExpression":
      return node["operator"] === "!"
        ? [{ start: node.start, end: node.start + 1, replacement: "" }]
        : [];
    case "SwitchCase":
      return wordOf(node["test"]);
    case "MemberExpression":
      return methodOf(node);
    case "Literal":
      return literal(node);
    default:
      return [];
  }
}

function operatorBetween(node: Node, text: string): readonly Change[] {
  const { left, right, operator } = node;
  if (!isNode(left) || !isNode(right) || typeof operator !== "string") return [];
  const at = text.indexOf(operator, left.end);
  return at < 0 || at >= right.start ? [] : swapped(at, operator);
}

function swapped(start: number, operator: string): readonly Change[] {
  const replacement = OPERATORS.get(operator);
  return replacement === undefined ? [] : [{ start, end: start + operator.length, replacement }];
}

function comparedWords(node: Node): readonly Change[] {
  return [...wordOf(node["left"]), ...wordOf(node["right"])];
}

/** A text that is compared with becomes one that nothing is equal to. */
function wordOf(node: unknown): readonly Change[] {
  if (!isNode(node) || node.type !== "Literal" || typeof node["value"] !== "string") return [];
  return [{ start: node.start, end: node.end, replacement: '"\\u0000"' }];
}

function methodOf(node: Node): readonly Change[] {
  const { property, computed } = node;
  if (computed === true || !isNode(property)) return [];
  const replacement = METHODS.get(String(property["name"]));
  if (replacement === undefined) return [];
  return [{ start: property.start, end: property.end, replacement }];
}

function literal(node: Node): readonly Change[] {
  const { start, end, value } = node;
  if (typeof value === "boolean") return [{ start, end, replacement: String(!value) }];
  if (typeof value === "number") return [{ start, end, replacement: String(value + 1) }];
  return [];
}

/** As a map, since an object has `toString` and its like beside its own keys. */
function mapOf(values: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(values));
}
