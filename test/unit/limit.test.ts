import { expect, test } from "vitest";
import { limit } from "../../src/limit.ts";

test("calls run in the order in which they came, so many at a time", async () => {
  const log: string[] = [];
  let running = 0;
  let most = 0;
  const work = limit(2, async (name: string) => {
    most = Math.max(most, ++running);
    log.push(name);
    await new Promise((resolve) => void setImmediate(resolve));
    running--;
    return name.toUpperCase();
  });

  expect(await Promise.all(["a", "b", "c", "d", "e"].map((name) => work(name)))).toEqual([
    "A",
    "B",
    "C",
    "D",
    "E",
  ]);
  expect(log).toEqual(["a", "b", "c", "d", "e"]);
  expect(most).toBe(2);
});

test("a call that fails gives its place on", async () => {
  const work = limit(1, async (fails: boolean) => {
    if (fails) throw new Error("it failed");
    return "done";
  });

  const first = work(true);
  const second = work(false);
  await expect(first).rejects.toThrow("it failed");
  expect(await second).toBe("done");
  expect(await work(false)).toBe("done");
});
