import { expect, test } from "vitest";
import { together } from "../../src/together.ts";

const never = new AbortController().signal;

test("what is done together gives the result of each", async () => {
  expect(await together(never, () => [Promise.resolve(1), "two"])).toEqual([1, "two"]);
});

test("the first failure ends the others, and is thrown once they have ended", async () => {
  const ended: string[] = [];
  const work = together(never, (signal) => [
    Promise.reject(new Error("first")),
    untilAborted(signal).finally(() => ended.push("the other one")),
  ]);
  await expect(work).rejects.toThrow("first");
  expect(ended).toEqual(["the other one"]);
});

test("the signal of the whole ends them all", async () => {
  const work = together(AbortSignal.abort(new Error("interrupted")), (signal) => [
    untilAborted(signal),
  ]);
  await expect(work).rejects.toThrow("interrupted");
});

async function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return await promise;
}
