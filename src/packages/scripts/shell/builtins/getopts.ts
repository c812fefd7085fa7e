import { assign, fail } from "../execute/failure.ts";
import type { BuiltinCall, Shell } from "../execute/shell.ts";

/** Takes one option of the parameters, as dash does: 1 when there is none any more. */
export function getopts(shell: Shell, { args }: BuiltinCall): number {
  const [known, variable, ...given] = args;
  if (known === undefined || variable === undefined) {
    return fail(shell, "Usage: getopts optstring var [arg...]");
  }
  const words = args.length > 2 ? given : shell.parameters;
  if (shell.optionIndex < 1 || shell.optionIndex > words.length + 1) {
    shell.optionIndex = 1;
    shell.optionOffset = -1;
  }
  const taken = take(shell, known, words);
  const { index, offset } = taken;
  assign(shell, "OPTIND", `${index}`);
  assign(shell, variable, taken.letter);
  shell.optionIndex = index;
  shell.optionOffset = offset;
  return taken.isOver ? 1 : 0;
}

interface Taken {
  readonly letter: string;
  readonly index: number;
  /** Within the word before `index`; -1 when that is done. */
  readonly offset: number;
  readonly isOver: boolean;
}

function take(shell: Shell, known: string, words: readonly string[]): Taken {
  let index = shell.optionIndex;
  let at = shell.optionOffset;
  let word = words[index - 2] ?? "";
  if (index <= 1 || at < 0 || at >= word.length) {
    word = words[index - 1] ?? "";
    if (!/^-./.test(word)) return { letter: "?", index, offset: -1, isOver: true };
    index++;
    if (word === "--") return { letter: "?", index, offset: -1, isOver: true };
    at = 1;
  }
  const letter = word[at++] ?? "";
  const isQuiet = known.startsWith(":");
  const place = letter === ":" ? -1 : known.indexOf(letter);
  const offset = at < word.length ? at : -1;
  if (place === -1) {
    if (isQuiet) assign(shell, "OPTARG", letter);
    else {
      shell.write(2, `Illegal option -${letter}\n`);
      shell.variables.unset("OPTARG");
    }
    return { letter: "?", index, offset, isOver: false };
  }
  if (known[place + 1] !== ":") {
    assign(shell, "OPTARG", "");
    return { letter, index, offset, isOver: false };
  }
  const value = offset === -1 ? words[index - 1] : word.slice(at);
  if (value === undefined) {
    if (isQuiet) assign(shell, "OPTARG", letter);
    else {
      shell.write(2, `No arg for -${letter} option\n`);
      shell.variables.unset("OPTARG");
    }
    return { letter: isQuiet ? ":" : "?", index, offset: -1, isOver: false };
  }
  assign(shell, "OPTARG", value);
  return { letter, index: offset === -1 ? index + 1 : index, offset: -1, isOver: false };
}
