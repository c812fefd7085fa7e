import type { SedAddress, SedCommand } from "./script.ts";

/** What addresses ask about. */
export interface SedPlace {
  readonly line: number;
  readonly isLast: boolean;
  readonly matches: (address: SedAddress & { readonly type: "pattern" }) => boolean;
}

/** Whether the addresses of a command select a line, before `!`. Keeps track of its range. */
export function isSelected(command: SedCommand, place: SedPlace): boolean {
  const [first, second] = command.addresses;
  if (first === undefined) return true;
  if (second === undefined) return holds(first, place);
  if (command.range === undefined) return startsRange(command, { first, second }, place);
  const { end } = command.range;
  if (end === undefined) {
    if (holds(second, place)) command.range = undefined;
    return true;
  }
  if (place.line >= end) command.range = undefined;
  // Lines that another command read may have led past the end.
  return place.line <= end || holds(first, place);
}

function startsRange(
  command: SedCommand,
  { first, second }: { readonly first: SedAddress; readonly second: SedAddress },
  place: SedPlace,
): boolean {
  const isFromStart = first.type === "line" && first.line === 0 && place.line === 1;
  if (isFromStart) {
    if (!holds(second, place)) command.range = { end: undefined };
    return true;
  }
  if (!holds(first, place)) return false;
  const end = endOf(second, place.line);
  // A second line that is not behind the first selects one line.
  const isOneLine =
    (end !== undefined && end <= place.line) || (second.type === "last" && place.isLast);
  if (!isOneLine) command.range = { end };
  return true;
}

function holds(address: SedAddress, place: SedPlace): boolean {
  const { line } = place;
  switch (address.type) {
    case "line":
      return address.line === line;
    case "last":
      return place.isLast;
    case "pattern":
      return place.matches(address);
    case "step":
      if (address.step === 0) return line === address.first;
      return line >= address.first && (line - address.first) % address.step === 0;
    case "more":
    case "multiple":
      return false;
  }
}

function endOf(second: SedAddress, line: number): number | undefined {
  if (second.type === "line") return second.line;
  if (second.type === "more") return line + second.lines;
  if (second.type !== "multiple") return undefined;
  // A line that is one of them begins a range that ends with the next one.
  return second.of === 0 ? line : (Math.floor(line / second.of) + 1) * second.of;
}
