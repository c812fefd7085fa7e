import type { Shell } from "../execute/shell.ts";
import { compilePattern, prefixes, reverse, reversed } from "./pattern.ts";

/** `${x#pattern}` and its three kin. */
export function trim(
  shell: Shell,
  value: string,
  { pattern, operator }: { readonly pattern: string; readonly operator: string },
): string {
  const { meter } = shell.world;
  const count = (work: number) => meter.work(work);
  const compiled = compilePattern(pattern);
  const isLongest = operator.startsWith("trim-longest");
  meter.work(value.length);
  if (operator.endsWith("prefix")) {
    if (compiled.literal !== undefined) {
      return value.startsWith(compiled.literal) ? value.slice(compiled.literal.length) : value;
    }
    const found = prefixes(compiled, value, count);
    return found === undefined ? value : value.slice(isLongest ? found.longest : found.shortest);
  }
  if (compiled.literal !== undefined) {
    const { literal } = compiled;
    return value.endsWith(literal) ? value.slice(0, value.length - literal.length) : value;
  }
  const found = prefixes(reversed(compiled), reverse(value), count);
  if (found === undefined) return value;
  return value.slice(0, value.length - (isLongest ? found.longest : found.shortest));
}
