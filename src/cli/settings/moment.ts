import { InvalidArgumentError } from "commander";
import { parseTimeSpan } from "./settings.ts";

/** A moment as an option takes it: so long ago, or a time. In seconds since 1970. */
export function parseMoment(text: string): number {
  const time = Date.parse(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(time)) return time / 1000;
  try {
    return (Date.now() - parseTimeSpan(text)) / 1000;
  } catch {
    throw new InvalidArgumentError(
      "It must be a duration such as 10m, or a time such as 2026-05-01T12:00:00Z.",
    );
  }
}
