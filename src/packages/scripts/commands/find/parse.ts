import type { CommandCall } from "../../command.ts";
import { unknownOption } from "../options.ts";
import type { FindTest } from "./expression.ts";
import { primaries } from "./primaries.ts";

export interface FindPlan {
  readonly test: FindTest;
  readonly leastDepth: number;
  readonly mostDepth: number;
  /** What a folder holds comes before it. */
  readonly isDepthFirst: boolean;
  readonly follows: "never" | "operands" | "always";
}

/** The expression of find, as one test. What is not known here is not supported. */
export function parseFind(
  call: CommandCall,
  words: readonly string[],
  follows: FindPlan["follows"],
): FindPlan {
  return new FindParser(call, words, follows).plan();
}

class FindParser {
  readonly #call: CommandCall;
  readonly #words: readonly string[];
  #at = 0;
  #hasAction = false;
  #plan: Omit<FindPlan, "test">;

  constructor(call: CommandCall, words: readonly string[], follows: FindPlan["follows"]) {
    this.#call = call;
    this.#words = words;
    this.#plan = { leastDepth: 0, mostDepth: Infinity, isDepthFirst: false, follows };
  }

  plan(): FindPlan {
    const expression = this.#words.length === 0 ? () => true : this.#either();
    if (this.#at < this.#words.length) this.#call.unsupported("this expression of find");
    const print = primaries.get("-print")?.make([], this.#call) ?? (() => true);
    const test: FindTest = this.#hasAction
      ? expression
      : (found, state) => expression(found, state) && print(found, state);
    return { ...this.#plan, test };
  }

  #either(): FindTest {
    let left = this.#all();
    for (;;) {
      const word = this.#words[this.#at];
      if (word !== "-o" && word !== "-or" && word !== ",") return left;
      this.#at++;
      const [before, right] = [left, this.#all()];
      left =
        word === ","
          ? (found, state) => {
              before(found, state);
              return right(found, state);
            }
          : (found, state) => before(found, state) || right(found, state);
    }
  }

  #all(): FindTest {
    let left = this.#one();
    for (;;) {
      const word = this.#words[this.#at];
      if (word === undefined || [")", "-o", "-or", ","].includes(word)) return left;
      if (word === "-a" || word === "-and") this.#at++;
      const [before, right] = [left, this.#one()];
      left = (found, state) => before(found, state) && right(found, state);
    }
  }

  #one(): FindTest {
    const word = this.#words[this.#at++];
    if (word === undefined) return this.#call.unsupported("this expression of find");
    if (word === "!" || word === "-not") {
      const inner = this.#one();
      return (found, state) => !inner(found, state);
    }
    if (word === "(") {
      if (this.#at > 200) return this.#call.unsupported("an expression of find so deep");
      const inner = this.#either();
      if (this.#words[this.#at++] !== ")") return this.#call.unsupported("this expression of find");
      return inner;
    }
    const option = this.#option(word);
    if (option !== undefined) return option;
    const primary = primaries.get(word);
    if (primary === undefined) return unknownOption(this.#call, word);
    if (primary.isAction) this.#hasAction = true;
    if (word === "-delete") this.#plan = { ...this.#plan, isDepthFirst: true };
    return primary.make(this.#arguments(primary.takes), this.#call);
  }

  /** An option of the whole walk, which is true for each path. */
  #option(word: string): FindTest | undefined {
    const depth = (): number => Number(this.#words[this.#at++] ?? Number.NaN);
    if (word === "-maxdepth") this.#plan = { ...this.#plan, mostDepth: depth() };
    else if (word === "-mindepth") this.#plan = { ...this.#plan, leastDepth: depth() };
    else if (word === "-depth" || word === "-d") this.#plan = { ...this.#plan, isDepthFirst: true };
    else if (word === "-follow") this.#plan = { ...this.#plan, follows: "always" };
    else if (!["-xdev", "-mount", "-noleaf", "-ignore_readdir_race"].includes(word))
      return undefined;
    return () => true;
  }

  #arguments(takes: number | "command"): readonly string[] {
    if (takes !== "command") {
      const args = this.#words.slice(this.#at, this.#at + takes);
      this.#at += takes;
      return args.length === takes ? args : this.#call.unsupported("this expression of find");
    }
    const args: string[] = [];
    for (;;) {
      const word = this.#words[this.#at++];
      if (word === undefined) return this.#call.unsupported("this expression of find");
      args.push(word);
      if (word === ";" || (word === "+" && args.at(-2) === "{}")) return args;
    }
  }
}
