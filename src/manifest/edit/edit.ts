import { isMap, isScalar, isSeq, type Node, parse, parseDocument } from "yaml";
import { defaultOs } from "../../os.ts";

/**
 * A published port whose number comes from a variable with a default: `"${SHOP_PORT:-8080}:80"`.
 */
export interface PortVariable {
  readonly service: string;
  readonly variable: string;
  /** The default. */
  readonly port: number;
}

/**
 * The text of a manifest with another name of the stack. Everything else stays as it is written,
 * comments and quotes included, which printing the parsed document anew would not give.
 */
export function withStackName(text: string, name: string): string {
  const { contents } = parseDocument(text);
  const node = isMap(contents) ? contents.get("name", true) : undefined;
  const range = isScalar(node) ? node.range : undefined;
  if (range === undefined || range === null) throw new Error("The manifest has no name to replace");
  // 123 and null are names of stacks; unquoted they would be a number and nothing at all.
  const written = parse(name) === name ? name : JSON.stringify(name);
  return text.slice(0, range[0]) + written + text.slice(range[1]);
}

/**
 * The text of a manifest whose list of systems begins with the one given; as it is where the list
 * has it first, or not at all.
 */
export function withFirstOs(text: string, os: string): string {
  const { contents } = parseDocument(text);
  const node = isMap(contents) ? contents.get("os", true) : undefined;
  if (!isSeq(node)) return text;
  const items = node.items.flatMap((item) =>
    isScalar(item) && item.range ? [{ name: String(item.value), range: item.range }] : [],
  );
  const first = items.find(({ name }) => name === os);
  if (first === undefined) return text;
  const ordered = [first, ...items.filter((item) => item !== first)];
  // Name by name, so that the list keeps its layout and its comments; from the end on, since places
  // before a change stay.
  return items.reduceRight((written, { range: [start, end] }, at) => {
    const [from, to] = ordered[at]?.range ?? [start, end];
    return written.slice(0, start) + text.slice(from, to) + written.slice(end);
  }, text);
}

/** The systems that the text of a manifest lists; the default one where it lists none. */
export function osListOf(text: string): readonly string[] {
  const { contents } = parseDocument(text);
  const node: unknown = isMap(contents) ? contents.get("os", true) : undefined;
  if (isScalar(node)) return [String(node.value)];
  if (!isSeq(node)) return [defaultOs];
  return node.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : []));
}

/** The ports that a variable with a default publishes, in the order of the text. */
export function portVariables(text: string): readonly PortVariable[] {
  const { contents } = parseDocument(text);
  const services = isMap(contents) ? contents.get("services") : undefined;
  if (!isMap(services)) return [];
  return services.items.flatMap(({ key, value: service }) => {
    const ports = isMap(service) ? service.get("ports") : undefined;
    if (!isScalar(key) || !isSeq(ports)) return [];
    return ports.items.flatMap((item) => {
      const written = publishedOf(item);
      // The number may follow an address: `"127.0.0.1:${SHOP_PORT:-8080}:80"`.
      const found = /(?:^|:)\$\{(\w+):?-(\d+)\}(?::|$)/.exec(written ?? "");
      const [, variable, port] = found ?? [];
      if (variable === undefined || port === undefined) return [];
      return [{ service: String(key.value), variable, port: Number(port) }];
    });
  });
}

/** The text of a manifest in which a variable has another default, wherever it is used. */
export function withPort(text: string, { variable, port }: PortVariable, other: number): string {
  return text.replaceAll(
    new RegExp(String.raw`\$\{${variable}(:?-)${port}\}`, "g"),
    (_, operator: string) => `\${${variable}${operator}${other}}`,
  );
}

/** What a port of a service says about the host's side. */
function publishedOf(item: unknown): string | undefined {
  const node: unknown = isMap<Node>(item) ? item.get("published", true) : item;
  return isScalar(node) && typeof node.value === "string" ? node.value : undefined;
}
