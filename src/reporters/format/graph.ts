import { parentsOf } from "../../stack/images/parents.ts";
import type { DependencyCondition, Stack } from "../../stack/stack.ts";

/** How `qclock graph` writes the two graphs of a stack. */
export type GraphFormat = "tree" | "mermaid" | "dot" | "json";

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

interface Graph {
  readonly images: readonly { readonly name: string; readonly label: string }[];
  readonly services: readonly { readonly name: string; readonly label: string }[];
  /** A child to the image that it stands on. */
  readonly imageEdges: readonly Edge[];
  /** A service to what it waits for. */
  readonly serviceEdges: readonly Edge[];
  /** A service to its image. */
  readonly uses: readonly Edge[];
}

/** Images and services with what each stands on and waits for. Ends with a newline. */
export function formatGraph(stack: Stack, format: GraphFormat): string {
  const graph = readGraph(stack);
  switch (format) {
    case "tree":
      return formatTree(stack, graph);
    case "mermaid":
      return formatMermaid(graph);
    case "dot":
      return formatDot(stack, graph);
    case "json":
      return `${JSON.stringify({ schema: "qclock/graph/v1", stack: stack.name, ...graph }, undefined, 2)}\n`;
  }
}

function readGraph(stack: Stack): Graph {
  const images = [...stack.images.values()];
  const services = [...stack.services.values()];
  return {
    images: images.map((image) => ({ name: image.name, label: image.type })),
    services: services.map(({ name, job }) => ({ name, label: job ? "job" : "service" })),
    imageEdges: images.flatMap((image) =>
      parentsOf(image).map((parent) => ({ from: image.name, to: parent, label: "from" })),
    ),
    serviceEdges: services.flatMap(({ name, dependsOn }) =>
      [...dependsOn].map(([to, condition]) => ({ from: name, to, label: wordOf(condition) })),
    ),
    uses: services.map(({ name, image }) => ({ from: name, to: image, label: "image" })),
  };
}

function wordOf(condition: DependencyCondition): string {
  switch (condition) {
    case "service_started":
      return "started";
    case "service_healthy":
      return "healthy";
    case "service_completed_successfully":
      return "completed";
  }
}

function formatTree(stack: Stack, graph: Graph): string {
  const lines = [stack.name, "images"];
  const roots = graph.images.filter(
    ({ name }) => !graph.imageEdges.some(({ from }) => from === name),
  );
  const children = (name: string): readonly string[] =>
    graph.imageEdges.filter(({ to }) => to === name).map(({ from }) => from);
  const labels = new Map(graph.images.map(({ name, label }) => [name, label]));
  addBranches({
    names: roots.map(({ name }) => name),
    indent: "",
    children,
    describe: (name) =>
      `${name}${labels.get(name) === "assembled" ? "" : ` (${labels.get(name)})`}`,
    lines,
  });
  lines.push("services");
  // Of services the reader asks what each waits for, so the branches are its dependencies.
  const tops = graph.services.filter(
    ({ name }) => !graph.serviceEdges.some(({ to }) => to === name),
  );
  addBranches({
    names: tops.map(({ name }) => name),
    indent: "",
    children: (name) => graph.serviceEdges.filter(({ from }) => from === name).map(({ to }) => to),
    describe: (name, parent) => {
      const image = graph.uses.find(({ from }) => from === name)?.to ?? "";
      const edge = graph.serviceEdges.find(({ from, to }) => from === parent && to === name);
      return `${name} [${image}]${edge === undefined ? "" : ` waits until ${edge.label}`}`;
    },
    lines,
  });
  return `${lines.join("\n")}\n`;
}

function addBranches(branch: {
  readonly names: readonly string[];
  readonly indent: string;
  readonly parent?: string;
  readonly children: (name: string) => readonly string[];
  readonly describe: (name: string, parent: string | undefined) => string;
  readonly lines: string[];
}): void {
  const { names, indent, parent, children, describe, lines } = branch;
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    lines.push(`${indent}${isLast ? "└── " : "├── "}${describe(name, parent)}`);
    addBranches({
      ...branch,
      names: children(name),
      indent: `${indent}${isLast ? "    " : "│   "}`,
      parent: name,
    });
  }
}

function formatMermaid(graph: Graph): string {
  const lines = ["flowchart LR", "  subgraph images"];
  for (const { name } of graph.images) lines.push(`    ${node("image", name)}[("${name}")]`);
  lines.push("  end", "  subgraph services");
  for (const { name } of graph.services) lines.push(`    ${node("service", name)}["${name}"]`);
  lines.push("  end");
  for (const { from, to } of graph.imageEdges) {
    lines.push(`  ${node("image", from)} -->|from| ${node("image", to)}`);
  }
  for (const { from, to, label } of graph.serviceEdges) {
    lines.push(`  ${node("service", from)} -->|${label}| ${node("service", to)}`);
  }
  for (const { from, to } of graph.uses) {
    lines.push(`  ${node("service", from)} -.-> ${node("image", to)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Mermaid's ids take neither dots nor dashes; the hex keeps `a-b` and `a_b` apart. */
function node(kind: string, name: string): string {
  return `${kind}_${name.replace(/[^a-z0-9]/g, (character) => `x${character.charCodeAt(0).toString(16)}`)}`;
}

function formatDot(stack: Stack, graph: Graph): string {
  const lines = [
    `digraph ${JSON.stringify(stack.name)} {`,
    "  rankdir=LR;",
    "  node [fontname=sans];",
  ];
  for (const { name } of graph.images)
    lines.push(`  "image ${name}" [label="${name}", shape=cylinder];`);
  for (const { name } of graph.services)
    lines.push(`  "service ${name}" [label="${name}", shape=box];`);
  for (const { from, to } of graph.imageEdges) lines.push(`  "image ${from}" -> "image ${to}";`);
  for (const { from, to, label } of graph.serviceEdges) {
    lines.push(`  "service ${from}" -> "service ${to}" [label="${label}"];`);
  }
  for (const { from, to } of graph.uses) {
    lines.push(`  "service ${from}" -> "image ${to}" [style=dashed];`);
  }
  return `${lines.join("\n")}\n}\n`;
}
