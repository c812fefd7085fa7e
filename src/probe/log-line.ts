import type { TriedKind } from "./kind.ts";
import { shorten } from "./shorten.ts";

/** A line of the container's log. */
export const logLineProbe: TriedKind<"log_line"> = {
  attempt: async ({ check: { pattern }, target, signal }) => {
    const { findLine } = await import("./find-line.ts");
    const line = await findLine(target.readLog(signal), pattern, signal);
    return line === undefined
      ? { ok: false, message: `no line of the log matches /${pattern}/` }
      : { ok: true, message: shorten(line) };
  },
  timedOut: ({ pattern }, timeoutMs) =>
    `the log could not be searched for /${pattern}/ within ${timeoutMs} ms`,
  // The log is read from its beginning each time.
  cost: "engine",
};
