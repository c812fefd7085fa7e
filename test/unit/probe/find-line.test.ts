import { expect, test } from "vitest";
import { findLine } from "../../../src/probe/find-line.ts";
import { logOf } from "../../support/a-probe.ts";

const { signal } = new AbortController();

/** Lines, and how many of them were asked for. */
function counted(lines: readonly string[]): {
  readonly log: AsyncIterable<string>;
  readonly given: () => number;
} {
  let count = 0;
  const log = async function* (): AsyncGenerator<string> {
    for (const line of lines) {
      count += 1;
      yield line;
    }
  };
  return { log: log(), given: () => count };
}

test.each(["ready", "read[y]+"])(
  "the first line that /%s/ matches is the answer",
  async (source) => {
    const lines = ["start", "ready 1", "ready 2"];
    expect(await findLine(logOf(...lines), source, signal)).toBe("ready 1");
    expect(await findLine(logOf("start"), source, signal)).toBeUndefined();
    expect(await findLine(logOf(), source, signal)).toBeUndefined();
  },
);

test("a plain pattern reads no further than the line that matches", async () => {
  const { log, given } = counted(["start", "ready", "more"]);
  await findLine(log, "ready", signal);
  expect(given()).toBe(2);
});

test("other patterns are searched for in pieces of 256 KB, line ends counted", async () => {
  // A piece is full with its 256th line: of 1023 characters and their line ends.
  const lines = Array.from({ length: 600 }, (_, index) =>
    (index === 3 ? "ready" : "").padEnd(1023, "."),
  );
  const { log, given } = counted(lines);
  expect(await findLine(log, "^read[y]+", signal)).toBe(lines[3]);
  expect(given()).toBe(256);

  const late = counted(lines.toReversed());
  expect(await findLine(late.log, "^read[y]+", signal)).toBe(lines[3]);
  expect(late.given()).toBe(600);
});

test("an interruption ends the search with its reason", async () => {
  const reason = new Error("interrupted");
  const search = findLine(logOf("x"), "x+", AbortSignal.abort(reason));
  await expect(search).rejects.toBe(reason);
});

test("a pattern that is none fails the search", async () => {
  await expect(findLine(logOf("x"), "(", signal)).rejects.toThrow("regular expression");
  await expect(findLine(logOf("x"), "(+", signal)).rejects.toThrow("regular expression");
});
