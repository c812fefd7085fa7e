import type { Regex } from "../../regex/regex.ts";
import { filledReplacement } from "./replacement.ts";
import type { Substitution } from "./script.ts";

/** The text with its matches replaced; undefined when none was. */
export function substituted(
  space: string,
  regex: Regex,
  { replacement, isGlobal, occurrence }: Substitution,
): string | undefined {
  let result = "";
  let copied = 0;
  let count = 0;
  let lastEnd = -1;
  let isChanged = false;
  for (let from = 0; from <= space.length;) {
    const match = regex.exec(space, from);
    if (match === undefined) break;
    const { start, end } = match;
    from = end > start ? end : end + 1;
    // An empty match right behind another one is none.
    if (start === end && start === lastEnd) continue;
    lastEnd = end;
    if (++count < occurrence) continue;
    const group = (index: number): string =>
      index === 0 ? space.slice(start, end) : (match.group(index) ?? "");
    result += space.slice(copied, start) + filledReplacement(replacement, group);
    copied = end;
    isChanged = true;
    if (!isGlobal) break;
  }
  return isChanged ? result + space.slice(copied) : undefined;
}
