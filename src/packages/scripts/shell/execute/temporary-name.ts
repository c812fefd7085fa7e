import type { World } from "./shell.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** A template with its last run of `X`s replaced by a number in letters that is given once. */
export function temporaryName(world: World, template: string): string {
  const number = world.nextTemporary++;
  return template.replace(/X+(?=[^X]*$)/, (run) => {
    let rest = number;
    let text = "";
    while (text.length < run.length) {
      text = (LETTERS[rest % LETTERS.length] ?? "") + text;
      rest = Math.floor(rest / LETTERS.length);
    }
    return text;
  });
}
