import type { CharacterSet, Part } from "./ignore-expression.ts";

/** A part of a pattern, behind all the parts before it. */
interface Node {
  readonly part: Part;
  /** The number of the last pattern that ends here; -1 for none. */
  pattern: number;
  readonly children: Node[];
  /**
   * Twice the order of its making: the part is behind us. The number after it: inside of the
   * folders that it stands for.
   */
  readonly place: number;
}

const SLASH = 0x2f;
const NEWLINE = 0x0a;

/** Many times what anybody writes, in some tens of megabytes. */
const MAXIMUM_NODES = 500_000;

/** So many children are looked through as they are; more have an index. */
const LISTED_CHILDREN = 16;

/**
 * Patterns as a tree in which those that begin alike share their beginning, and the places in it
 * that a path can have reached: all of them are followed at once, so the time for a character grows
 * with the number of places and not with the ways to read the path.
 */
export class PatternTrie {
  readonly #root: Node = { part: { type: "start" }, pattern: -1, children: [], place: 0 };
  readonly #nodes: Node[] = [this.#root];
  readonly #indexes = new Map<Node, Map<string, Node>>();
  /** The round in which a place was entered last, so that it is entered once. */
  #entered = new Uint32Array(0);
  #round = 0;

  /**
   * Add a pattern of these parts. A later one has a greater number. Throws `SyntaxError` when that
   * makes too many parts.
   */
  add(parts: readonly Part[], pattern: number): void {
    let node = this.#root;
    for (const part of parts) node = this.#findChild(node, part) ?? this.#addChild(node, part);
    node.pattern = pattern;
  }

  /** The places before the first character. */
  begin(): readonly number[] {
    const places = this.#newRound();
    this.#enter(this.#root, places, true);
    return places;
  }

  /** The places after one more character, in no order. */
  step(places: readonly number[], code: number): readonly number[] {
    const next = this.#newRound();
    for (const place of places) {
      const node = this.#nodes[place >> 1];
      if (node === undefined) continue;
      if (place % 2 === 1) this.#stepFolders(node, code, next);
      else this.#stepNode(node, code, next);
    }
    return next;
  }

  /** The number of the last pattern that ends at one of the places; -1 for none. */
  lastPattern(places: readonly number[]): number {
    let last = -1;
    for (const place of places) {
      if (place % 2 === 1) continue;
      const { pattern } = this.#nodes[place >> 1] ?? this.#root;
      if (pattern > last) last = pattern;
    }
    return last;
  }

  #findChild(node: Node, part: Part): Node | undefined {
    const index = this.#indexes.get(node);
    if (index !== undefined) return index.get(keyOf(part));
    if (node.children.length < LISTED_CHILDREN)
      return node.children.find((child) => isSame(child.part, part));
    const made = new Map(node.children.map((child) => [keyOf(child.part), child]));
    this.#indexes.set(node, made);
    return made.get(keyOf(part));
  }

  #addChild(node: Node, part: Part): Node {
    if (this.#nodes.length >= MAXIMUM_NODES)
      throw new SyntaxError(`more than ${MAXIMUM_NODES} different characters of patterns`);
    const child = { part, pattern: -1, children: [], place: 2 * this.#nodes.length };
    this.#nodes.push(child);
    node.children.push(child);
    this.#indexes.get(node)?.set(keyOf(part), child);
    return child;
  }

  #newRound(): number[] {
    if (this.#entered.length < 2 * this.#nodes.length)
      this.#entered = new Uint32Array(2 * this.#nodes.length);
    this.#round += 1;
    return [];
  }

  #isNew(place: number): boolean {
    if (this.#entered[place] === this.#round) return false;
    this.#entered[place] = this.#round;
    return true;
  }

  #stepFolders(node: Node, code: number, next: number[]): void {
    if (code === NEWLINE) return;
    if (this.#isNew(node.place + 1)) next.push(node.place + 1);
    if (code === SLASH) this.#enter(node, next, false);
  }

  #stepNode(node: Node, code: number, next: number[]): void {
    if (node.part.type === "any" && node.part.set.has(code)) this.#enter(node, next, false);
    for (const child of node.children) {
      const { part } = child;
      if (
        part.type === "character" ? part.code === code : part.type === "one" && part.set.has(code)
      )
        this.#enter(child, next, false);
    }
  }

  /** Add the place behind a node, and those that can be reached from it without a character. */
  #enter(from: Node, places: number[], isStart: boolean): void {
    const waiting = [from];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (!this.#isNew(node.place)) continue;
      places.push(node.place);
      for (const child of node.children) {
        const { type } = child.part;
        if (type === "any" || type === "folders" || (type === "start" && isStart))
          waiting.push(child);
        if (type === "folders" && this.#isNew(child.place + 1)) places.push(child.place + 1);
      }
    }
  }
}

function isSame(left: Part, right: Part): boolean {
  if (left.type === "character") return right.type === "character" && left.code === right.code;
  return left.type === right.type && setOf(left)?.key === setOf(right)?.key;
}

function keyOf(part: Part): string {
  return part.type === "character" ? `=${part.code}` : `${part.type} ${setOf(part)?.key ?? ""}`;
}

function setOf(part: Part): CharacterSet | undefined {
  return "set" in part ? part.set : undefined;
}
