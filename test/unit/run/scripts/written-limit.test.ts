import { expect, test } from "vitest";
import { mostWrittenBytes, watchWritten } from "../../../../src/run/scripts/written-limit.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

/** Watch a container that has written so much each time it is looked at; then it is not told. */
async function watched(written: readonly (number | Error)[]) {
  const clock = fakeClock();
  const left = [...written];
  let alarms = 0;
  const engine = {
    writtenBytes: async () => {
      const next = left.shift();
      if (next instanceof Error) throw next;
      return next;
    },
  };
  const { signal } = new AbortController();
  await watchWritten({ engine, id: "c", clock }, () => (alarms += 1), signal);
  return { alarms, sleeps: clock.sleeps, left };
}

test("scripts may write 8 GiB, and one byte more is told once", async () => {
  expect(mostWrittenBytes).toBe(8_589_934_592);
  expect(await watched([1, mostWrittenBytes])).toMatchObject({ alarms: 0 });
  const over = await watched([1, mostWrittenBytes + 1, mostWrittenBytes + 2]);
  expect(over).toMatchObject({ alarms: 1, left: [mostWrittenBytes + 2] });
});

test("it is looked every three seconds, not before the first three, until the Engine does not tell", async () => {
  expect((await watched([1, 2])).sleeps).toEqual([3000, 3000, 3000]);
});

test("an Engine that fails ends the watch without an alarm", async () => {
  expect(await watched([new Error("gone"), mostWrittenBytes * 2])).toMatchObject({ alarms: 0 });
});

test("an interruption ends the watch", async () => {
  const clock = fakeClock();
  const engine = { writtenBytes: async () => 1 };
  const signal = AbortSignal.abort();
  await watchWritten({ engine, id: "c", clock }, () => expect.unreachable(), signal);
});
