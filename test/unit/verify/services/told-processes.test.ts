import { expect, test } from "vitest";
import { toldProcesses } from "../../../../src/verify/services/told-processes.ts";

const process = (pid: number, parent: number, uid = 10_001) => ({
  pid,
  parent,
  uid,
  command: "sh",
  privileged: false,
});

test("what does not descend from the container's first process was put into it", () => {
  // The Engine's shim (100) is the parent of the first process and of what docker exec starts.
  const told = [process(12, 11), process(10, 100), process(11, 10), process(20, 100, 0)];
  expect(toldProcesses(told, 10)?.map(({ pid, entered }) => [pid, entered])).toEqual([
    [12, false],
    [10, false],
    [11, false],
    [20, true],
  ]);
});

test("nothing is told apart without the first process", () => {
  expect(toldProcesses([process(30, 100)], 10)).toBeUndefined();
});
