/** Options of `set`: letter and name, in the order of dash's own list. */
export const optionNames = [
  ["e", "errexit"],
  ["f", "noglob"],
  ["I", "ignoreeof"],
  ["i", "interactive"],
  ["m", "monitor"],
  ["n", "noexec"],
  ["s", "stdin"],
  ["x", "xtrace"],
  ["v", "verbose"],
  ["V", "vi"],
  ["E", "emacs"],
  ["C", "noclobber"],
  ["a", "allexport"],
  ["b", "notify"],
  ["u", "nounset"],
  ["p", "privileged"],
  ["", "nolog"],
  ["", "debug"],
] as const;

export type OptionName = (typeof optionNames)[number][1] | "pipefail";

/** The option of a letter; undefined for a letter that stands for none. */
export function optionOf(letter: string): OptionName | undefined {
  return optionNames.find(([each]) => each !== "" && each === letter)?.[1];
}

/** The value of `$-`. */
export function optionLetters(options: ReadonlySet<OptionName>): string {
  return optionNames
    .toReversed()
    .filter(([letter, name]) => letter !== "" && options.has(name))
    .map(([letter]) => letter)
    .join("");
}

/** `set -o name`; false for a name that stands for none. */
export function findLongOption(name: string, dialect: "dash" | "bash"): OptionName | undefined {
  if (dialect === "bash" && name === "pipefail") return "pipefail";
  return optionNames.find(([, each]) => each === name)?.[1];
}
