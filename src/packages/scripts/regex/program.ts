import { type AssertionKind, type ByteSet, RegexError, type RegexNode } from "./tree.ts";

/** A step of a program: it reads a byte, asks about its place, or goes on elsewhere. */
export type RegexStep =
  | { readonly type: "byte"; readonly set: ByteSet; next: number }
  /** The first way is preferred. */
  | { readonly type: "fork"; first: number; second: number }
  | { readonly type: "save"; readonly slot: number; next: number }
  | { readonly type: "assertion"; readonly kind: AssertionKind; next: number }
  | { readonly type: "reference"; readonly index: number; next: number }
  | { readonly type: "match" };

export interface RegexProgram {
  readonly steps: readonly RegexStep[];
  readonly start: number;
  readonly hasReferences: boolean;
}

/** Copies that `{m,n}` makes are counted here, too. */
const MOST_STEPS = 50_000;

/** A tree as steps of an automaton (Thompson's construction). Throws `RegexError`. */
export function programOf(tree: RegexNode): RegexProgram {
  const steps: RegexStep[] = [{ type: "match" }];
  let hasReferences = false;

  function add(step: RegexStep): number {
    if (steps.length >= MOST_STEPS) throw new RegexError("Regular expression too big");
    return steps.push(step) - 1;
  }

  /** From the end to the start: each part knows where it goes on. */
  function build(node: RegexNode, next: number): number {
    switch (node.type) {
      case "set":
        return add({ type: "byte", set: node.set, next });
      case "assertion":
        return add({ type: "assertion", kind: node.kind, next });
      case "reference":
        hasReferences = true;
        return add({ type: "reference", index: node.index, next });
      case "sequence":
        return node.items.reduceRight((after, item) => build(item, after), next);
      case "choice":
        return node.options
          .map((option) => build(option, next))
          .reduceRight((second, first) => add({ type: "fork", first, second }));
      case "group": {
        const close = add({ type: "save", slot: 2 * node.index + 1, next });
        return add({ type: "save", slot: 2 * node.index, next: build(node.item, close) });
      }
      case "repeat":
        return buildRepeat(node, next);
    }
  }

  function buildRepeat(node: RegexNode & { type: "repeat" }, next: number): number {
    const { item, least, most } = node;
    let at = next;
    if (most === Infinity) {
      const loop: RegexStep = { type: "fork", first: next, second: next };
      const loopAt = add(loop);
      loop.first = build(item, loopAt);
      at = loopAt;
      // One or more is the loop entered by its body.
      if (least > 0) at = loop.first;
    } else {
      for (let count = least; count < most; count++) {
        at = add({ type: "fork", first: build(item, at), second: next });
      }
    }
    const copies = most === Infinity ? least - 1 : least;
    for (let count = 0; count < copies; count++) at = build(item, at);
    return at;
  }

  const start = build(tree, 0);
  return { steps, start, hasReferences };
}
