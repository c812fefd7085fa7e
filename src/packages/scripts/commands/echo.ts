import type { Command } from "../command.ts";
import { filledFormat } from "./format.ts";

/** `/bin/echo`, which xargs and find call. */
export const echo: Command = (call) => {
  const args = [...call.args];
  let hasNewline = true;
  while (/^-[neE]+$/.test(args[0] ?? "")) {
    const letters = args.shift() ?? "";
    if (letters.includes("e")) return call.unsupported("the option -e of echo");
    if (letters.includes("n")) hasNewline = false;
  }
  call.stdout.write(args.join(" ") + (hasNewline ? "\n" : ""));
  return 0;
};

/** `/usr/bin/printf`. */
export const printf: Command = (call) => {
  const [format = "", ...rest] = call.args;
  if (/%\d*b|%q|\\[^nt\\"0]/.test(format))
    return call.unsupported(`the format ${format} of printf`);
  const unescaped = format.replaceAll(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
  let at = 0;
  do {
    const before = at;
    const filled = filledFormat(
      unescaped,
      {
        text: () => rest[at++],
        number: () => Number(rest[at++] ?? 0),
        character: () => rest[at++]?.slice(0, 1),
      },
      (conversion) => call.unsupported(`${conversion} of printf`),
    );
    call.stdout.write(filled);
    if (at === before) break;
  } while (at < rest.length);
  return 0;
};

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\", "0": "\0" };
