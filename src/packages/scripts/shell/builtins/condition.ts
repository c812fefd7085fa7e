import { evaluateArithmetic } from "../arithmetic/evaluate.ts";
import { NeedsMore } from "../../command.ts";
import { compilePattern, matches } from "../expand/pattern.ts";
import { expandPattern, expandText } from "../expand/words.ts";
import type { Shell } from "../execute/shell.ts";
import type { ConditionWord, Word } from "../tree.ts";
import { compareFiles, testFile } from "./file-test.ts";
import { compareIntegers } from "./test.ts";

const EMPTY: Word = { parts: [], plain: undefined, isQuoted: true };

/** `[[ … ]]` of bash: words are not split, and what is not reached is not expanded. */
export function evaluateCondition(shell: Shell, words: readonly ConditionWord[]): boolean {
  let at = 0;
  const operator = () => words[at]?.operator ?? "";

  function or(isIdle: boolean): boolean {
    let result = and(isIdle);
    while (operator() === "||") {
      at++;
      const right = and(isIdle || result);
      result ||= right;
    }
    return result;
  }

  function and(isIdle: boolean): boolean {
    let result = not(isIdle);
    while (operator() === "&&") {
      at++;
      const right = not(isIdle || !result);
      result &&= right;
    }
    return result;
  }

  function not(isIdle: boolean): boolean {
    shell.world.meter.step();
    if (words[at]?.word.plain === "!") {
      at++;
      return !not(isIdle);
    }
    if (operator() === "(") {
      at++;
      const result = or(isIdle);
      at++;
      return result;
    }
    return primary(isIdle);
  }

  function primary(isIdle: boolean): boolean {
    const first = words[at]?.word ?? EMPTY;
    const { plain = "" } = first;
    const next = words[at + 1];
    if (/^-[a-zA-Z]$/.test(plain) && next !== undefined && next.operator === undefined) {
      at += 2;
      return isIdle ? false : unary(shell, plain, next.word);
    }
    const name = next?.operator ?? next?.word.plain ?? "";
    const right = words[at + 2]?.word;
    if (right === undefined || !/^(?:==?|!=|=~|<|>|-[a-z]{2})$/.test(name)) {
      at++;
      return isIdle ? false : expandText(shell, first) !== "";
    }
    at += 3;
    return isIdle ? false : binary(shell, name, [first, right]);
  }

  return or(false);
}

function unary(shell: Shell, operator: string, word: Word): boolean {
  const text = expandText(shell, word);
  if (operator === "-z") return text === "";
  if (operator === "-n") return text !== "";
  if (operator === "-v") return shell.variables.get(text) !== undefined;
  if (operator === "-t") return false;
  return testFile(shell, operator, text);
}

function binary(shell: Shell, operator: string, [first, second]: readonly [Word, Word]): boolean {
  const left = expandText(shell, first);
  switch (operator) {
    case "=":
    case "==":
    case "!=": {
      const pattern = compilePattern(expandPattern(shell, second));
      const isMatch = matches(pattern, left, (work) => shell.world.meter.work(work));
      return isMatch === (operator !== "!=");
    }
    case "=~":
      // A regular expression of a script's author could take any time to match.
      throw new NeedsMore("a regular expression in [[ ]]");
    case "<":
      return left < expandText(shell, second);
    case ">":
      return left > expandText(shell, second);
    case "-nt":
    case "-ot":
    case "-ef":
      return compareFiles(shell, operator, [left, expandText(shell, second)]);
    default:
      return compareIntegers(
        operator,
        evaluateArithmetic(shell, left),
        evaluateArithmetic(shell, expandText(shell, second)),
      );
  }
}
