import { LimitReached } from "./limits.ts";
import { Parser } from "./shell/parse/parser.ts";
import { ScriptSyntaxError } from "./shell/parse/syntax-error.ts";
import type { Node, Part, Redirection, SimpleNode, Word } from "./shell/tree.ts";

/** How deep commands may be nested in a script that is looked through. */
const DEPTH = 200;

/** Commands after which the command stands that they start. */
const STARTERS = new Set(["exec", "command", "builtin", "nohup", "nice", "sudo", "time", "xargs"]);

/**
 * The commands that a shell script names, whether it comes to them or not: names and paths that
 * stand there as they are. Functions of the script are none. Where the script is no script, those
 * before that place.
 */
export function usedCommands(text: string, dialect: "dash" | "bash"): ReadonlySet<string> {
  const parser = new Parser(text, { dialect, alias: () => undefined, depth: DEPTH });
  const walk = new Walk();
  try {
    for (let node = parser.next(); node !== "end"; node = parser.next())
      if (node !== undefined) walk.node(node);
  } catch (error) {
    if (!(error instanceof ScriptSyntaxError) && !(error instanceof LimitReached)) throw error;
  }
  return walk.commands.difference(walk.functions);
}

class Walk {
  readonly commands = new Set<string>();
  readonly functions = new Set<string>();

  node(node: Node | undefined): void {
    if (node === undefined) return;
    switch (node.type) {
      case "simple":
        return this.#simple(node);
      case "list":
        return this.#nodes(node.items);
      case "pipeline":
        return this.#nodes(node.commands);
      case "and-or":
        this.node(node.first);
        return this.#nodes(node.rest.map((each) => each.node));
      case "not":
      case "background":
        return this.node(node.node);
      case "redirected":
        this.#redirections(node.redirections);
        return this.node(node.node);
      case "subshell":
        this.#redirections(node.redirections);
        return this.node(node.body);
      case "if":
        return this.#nodes([node.condition, node.body, node.otherwise]);
      case "loop":
        return this.#nodes([node.condition, node.body]);
      case "for":
        this.#words(node.words ?? []);
        return this.node(node.body);
      case "case":
        this.#words([node.subject]);
        return this.#nodes(node.branches.map(({ body }) => body));
      case "function":
        this.functions.add(node.name);
        return this.node(node.body);
      case "condition":
        return this.#words(node.words.map(({ word }) => word));
      case "arithmetic":
        return this.#words([node.expression]);
    }
  }

  #nodes(nodes: readonly (Node | undefined)[]): void {
    for (const node of nodes) this.node(node);
  }

  #simple({ words, assignments, redirections }: SimpleNode): void {
    this.#words(words);
    this.#words(assignments.map(({ value }) => value));
    this.#redirections(redirections);
    for (const [index, { plain }] of words.entries()) {
      if (plain === undefined) return;
      // A question whether it is there.
      if (plain === "command" && /^-[vV]$/.test(words[index + 1]?.plain ?? "")) return;
      if (STARTERS.has(plain) || plain.startsWith("-")) continue;
      this.commands.add(plain);
      return;
    }
  }

  #redirections(redirections: readonly Redirection[]): void {
    this.#words(redirections.flatMap((each) => ("target" in each ? [each.target] : [])));
  }

  #words(words: readonly Word[]): void {
    for (const { parts } of words) this.#parts(parts);
  }

  #parts(parts: readonly Part[]): void {
    for (const part of parts) {
      if (part.type === "command") this.node(part.body);
      else if (part.type === "quoted") this.#parts(part.parts);
      else if (part.type === "arithmetic") this.#words([part.expression]);
      else if (part.type === "parameter" && part.word !== undefined) this.#words([part.word]);
    }
  }
}
