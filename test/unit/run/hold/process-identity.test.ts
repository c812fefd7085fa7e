import { expect, test } from "vitest";
import { parseStart } from "../../../../src/run/hold/process-identity.ts";

const stat = (state: string, name = "node"): string =>
  `4711 (${name}) ${state} 1 4711 4711 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456 0 0`;

test.for(["R", "S", "D", "T", "t", "I"])("a process in state %s has its start", (state) => {
  expect(parseStart(stat(state))).toBe("123456");
});

test.for(["Z", "X", "x"])("one in state %s has ended", (state) => {
  expect(parseStart(stat(state))).toBeUndefined();
});

test("a name with spaces and parentheses moves no field", () => {
  expect(parseStart(stat("S", "a) Z 1 (b"))).toBe("123456");
});
