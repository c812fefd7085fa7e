import { expect, test } from "vitest";
import { takeHold } from "../../../../src/run/hold/hold.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { json, startFakeEngine } from "../../../support/fake-engine.ts";

test("what needs no hold is done while the Engine makes its container, and once", async () => {
  const order: string[] = [];
  const isDone = Promise.withResolvers<void>();
  await using fake = await startFakeEngine({
    routes: {
      "POST /containers/create": async (response, request) => {
        order.push("asked for");
        // Never answered unless the work is done meanwhile.
        await isDone.promise;
        await json({ Id: "c1" }, 201)(response, request);
      },
      "DELETE /containers/c1": (response) => void response.writeHead(204).end(),
    },
  });
  await using engine = await fake.connect();
  await using hold = await takeHold({
    stackName: "shop",
    engine: async () => engine,
    runId: "1",
    version: "0",
    holder: { host: "here", pid: process.pid, user: "tester", command: "up" },
    clock: fakeClock(),
    signal: new AbortController().signal,
    holdTimeoutMs: 0,
    emit: () => undefined,
    meanwhile: () => {
      order.push("worked");
      isDone.resolve();
    },
  });
  order.push("held");

  expect(order.toSorted()).toEqual(["asked for", "held", "worked"]);
  expect(order.at(-1)).toBe("held");
  expect(hold.waited).toBe(false);
});
