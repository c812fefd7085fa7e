import type { ConditionWord } from "../tree.ts";
import { END } from "./reader.ts";
import { literalWord } from "./word-builder.ts";
import { type Grammar, WordReader } from "./word-reader.ts";

const OPERATORS = ["&&", "||", "(", ")", "<", ">"];

/** The words of `[[ … ]]`, of which the opening brackets are read. */
export function parseCondition(
  grammar: Grammar,
  fail: (message: string) => never,
): readonly ConditionWord[] {
  const { reader } = grammar;
  const words: ConditionWord[] = [];
  for (;;) {
    const char = reader.getJoined();
    if (char === END) fail('end of file unexpected (expecting "]]")');
    if (char === "\n") reader.line++;
    if (/^[\n\t ]$/.test(char)) continue;
    reader.back();
    const operator = OPERATORS.find((each) => reader.startsWith(each));
    if (operator !== undefined) {
      reader.skip(operator.length);
      words.push({ word: literalWord(operator), operator });
      continue;
    }
    const word = new WordReader(grammar).word().finish();
    if (word.parts.length === 0) fail(`"${reader.get()}" unexpected`);
    if (word.plain === "]]") return words;
    words.push({ word, operator: undefined });
  }
}
