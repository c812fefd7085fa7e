import { normalizeName } from "./name.ts";
import { parseSpecifiers, satisfies } from "./specifier.ts";

/** What the variables of a marker stand for, but for `extra`. */
export interface MarkerEnvironment {
  readonly os_name: string;
  readonly sys_platform: string;
  readonly platform_machine: string;
  readonly platform_python_implementation: string;
  readonly platform_release: string;
  readonly platform_system: string;
  readonly platform_version: string;
  readonly python_version: string;
  readonly python_full_version: string;
  readonly implementation_name: string;
  readonly implementation_version: string;
}

type Variable = keyof MarkerEnvironment | "extra";

type Value =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "variable"; readonly name: Variable };

/**
 * A condition on where something is installed, such as `python_version < "3.11"`. Source: the
 * packaging specifications, "Dependency specifiers" (PEP 508).
 */
export type Marker =
  | { readonly type: "and" | "or"; readonly of: readonly Marker[] }
  | {
      readonly type: "comparison";
      readonly left: Value;
      readonly operator: string;
      readonly right: Value;
    };

/** Names that markers of before PEP 508 use. */
const oldNames: ReadonlyMap<string, Variable> = new Map([
  ["os.name", "os_name"],
  ["sys.platform", "sys_platform"],
  ["platform.version", "platform_version"],
  ["platform.machine", "platform_machine"],
  ["platform.python_implementation", "platform_python_implementation"],
  ["python_implementation", "platform_python_implementation"],
]);

const variables: ReadonlySet<string> = new Set<Variable>([
  "os_name",
  "sys_platform",
  "platform_machine",
  "platform_python_implementation",
  "platform_release",
  "platform_system",
  "platform_version",
  "python_version",
  "python_full_version",
  "implementation_name",
  "implementation_version",
  "extra",
]);

/** Variables that are compared as versions; all others are texts. */
const versions: ReadonlySet<string> = new Set([
  "python_version",
  "python_full_version",
  "implementation_version",
]);

const token =
  /\s*(?:(?<open>\()|(?<close>\))|(?<operator>===|==|~=|!=|<=|>=|<|>|not\s+in\b|in\b)|(?<join>and\b|or\b)|"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<name>[A-Za-z_][\w.]*))/y;

type Token = Readonly<Record<string, string | undefined>>;

/** Brackets within each other; no marker that anybody writes has a tenth of that. */
const DEEPEST = 50;

/** Throws an `Error` that says, as a clause, why a text is no marker. */
export function parseMarker(text: string): Marker {
  const tokens = [...tokensOf(text)];
  let at = 0;
  let depth = 0;
  const joined = (join: "or" | "and", part: () => Marker): Marker => {
    const of = [part()];
    while (tokens[at]?.["join"] === join) {
      at++;
      of.push(part());
    }
    const [only] = of;
    return of.length === 1 && only !== undefined ? only : { type: join, of };
  };
  const either = (): Marker => joined("or", () => joined("and", one));
  const one = (): Marker => {
    if (tokens[at]?.["open"] !== undefined) {
      at++;
      if (++depth > DEEPEST) throw new Error("its brackets are nested too deeply");
      const inner = either();
      if (tokens[at++]?.["close"] === undefined) throw new Error("a bracket is not closed");
      depth--;
      return inner;
    }
    const left = valueOf(tokens[at++]);
    const operator = tokens[at++]?.["operator"]?.replace(/\s+/, " ");
    if (operator === undefined) throw new Error("a comparison is missing");
    return { type: "comparison", left, operator, right: valueOf(tokens[at++]) };
  };
  const marker = either();
  if (at < tokens.length) throw new Error("something stands behind its end");
  return marker;
}

function* tokensOf(text: string): Generator<Token> {
  const whole = text.trimEnd();
  const reader = new RegExp(token);
  while (reader.lastIndex < whole.length) {
    const start = reader.lastIndex;
    const { groups } = reader.exec(whole) ?? {};
    if (groups === undefined) throw new Error(`"${whole.slice(start).trim()}" cannot be read`);
    yield groups;
  }
}

function valueOf(found: Token | undefined): Value {
  const text = found?.["double"] ?? found?.["single"];
  if (text !== undefined) return { type: "text", text };
  const name = found?.["name"];
  if (name === undefined) throw new Error("a variable or a text in quotes is missing");
  const known = oldNames.get(name) ?? name;
  if (!isVariable(known)) throw new Error(`"${name}" is no variable of a marker`);
  return { type: "variable", name: known };
}

function isVariable(name: string): name is Variable {
  return variables.has(name);
}

/**
 * Whether a marker holds where something is installed with these extras; without any, `extra` is an
 * empty text.
 */
export function holds(
  marker: Marker | undefined,
  environment: MarkerEnvironment,
  extras: readonly string[] = [],
): boolean {
  if (marker === undefined) return true;
  const asked = extras.length === 0 ? [""] : extras;
  return asked.some((extra) => holdsFor(marker, { ...environment, extra }));
}

type Values = MarkerEnvironment & { readonly extra: string };

function holdsFor(marker: Marker, values: Values): boolean {
  switch (marker.type) {
    case "and":
      return marker.of.every((part) => holdsFor(part, values));
    case "or":
      return marker.of.some((part) => holdsFor(part, values));
    case "comparison":
      return compare(marker, values);
  }
}

function compare(
  { left, operator, right }: Extract<Marker, { type: "comparison" }>,
  values: Values,
): boolean {
  const names = [left, right].flatMap((value) => (value.type === "variable" ? [value.name] : []));
  const isExtra = names.includes("extra");
  const textOf = (value: Value): string => {
    const text = value.type === "text" ? value.text : values[value.name];
    return isExtra ? normalizeName(text) : text;
  };
  const [one, other] = [textOf(left), textOf(right)];
  if (names.some((name) => versions.has(name))) {
    const specifiers = parseSpecifiers(`${operator}${other}`);
    if (specifiers !== undefined) return satisfies(one, specifiers);
  }
  switch (operator) {
    case "==":
    case "===":
      return one === other;
    case "!=":
      return one !== other;
    case "in":
      return other.includes(one);
    case "not in":
      return !other.includes(one);
    case "<":
      return one < other;
    case "<=":
      return one <= other;
    case ">":
      return one > other;
    case ">=":
      return one >= other;
    default:
      // `~=` of texts that are no versions means nothing.
      return false;
  }
}
