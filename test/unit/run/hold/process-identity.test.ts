import { expect, test, vi } from "vitest";
import {
  identifyProcess,
  isDead,
  isOver,
  parseStart,
} from "../../../../src/run/hold/process-identity.ts";

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

const other = { machine: "m1", boot: "b1", namespace: "n1", start: "100" };

test.each([
  ["it bears its number still", {}, "100", false],
  ["nobody bears its number", {}, undefined, true],
  ["another process bears its number", {}, "101", true],
  ["it is of another container", { namespace: "n2" }, undefined, false],
  ["its machine was started anew", { boot: "b2" }, "100", true],
  ["it is of another machine", { machine: "m2", boot: "b2" }, undefined, false],
  ["nobody knows which machine this is", { machine: "", boot: "b2" }, undefined, false],
  ["nobody knows since when this machine runs", { boot: "" }, undefined, false],
])("whether a process is over when %s", (_, here, start, over) => {
  expect(isOver(other, { here: { ...other, ...here }, start })).toBe(over);
});

test("two machines that say nothing of themselves are not the same one", () => {
  const here = { ...other, machine: "", boot: "b2" };
  expect(isOver({ ...other, machine: "" }, { here, start: undefined })).toBe(false);
});

test("a process that runs is told from one that had its number before", async () => {
  const own = await identifyProcess(process.pid);
  expect(await isDead(process.pid, own)).toBe(false);
  // Where the system says none of it, nothing can be told.
  const isKnown = own.boot !== "" && own.start !== "";
  expect(await isDead(process.pid, { ...own, start: `${own.start}0` })).toBe(isKnown);
  const [gone, nobody] = [2 ** 22 + 1, await identifyProcess(2 ** 22 + 1)];
  expect(nobody.start).toBe("");
  expect(await isDead(gone, own)).toBe(isKnown);
  // There is no such process, which is more than that nothing is known of its start.
  expect(await isDead(gone, nobody)).toBe(own.boot !== "");
});

test.each([
  ["EPERM", false],
  ["ESRCH", true],
  [undefined, true],
])(
  "where /proc tells nothing, a process that answers %s to a signal is over: %s",
  async (code, over) => {
    // Nobody has this number, as if the processes of others were hidden.
    const hidden = 2 ** 22 + 1;
    const own = await identifyProcess(hidden);
    using kill = vi.spyOn(process, "kill").mockImplementation(() => {
      throw Object.assign(new Error("kill"), code === undefined ? {} : { code });
    });
    expect(await isDead(hidden, own)).toBe(over && own.boot !== "");
    expect(kill).toHaveBeenCalledWith(hidden, 0);
  },
);
