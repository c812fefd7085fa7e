import { expect, test } from "vitest";
import type { Observed } from "../../../../src/plan/observed.ts";
import { settle } from "../../../../src/run/execution/settle.ts";
import { anObserved, anObservedNetwork, anObservedVolume } from "../../../support/builders.ts";
import { aNetwork, aVolume } from "../../../support/builders.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { memoryEngine } from "../../../support/memory-engine.ts";

/** How often an Engine is looked at that shows one thing after the other, the last one for good. */
async function looksAt(shown: readonly Partial<Omit<Observed, "images">>[]) {
  const clock = fakeClock();
  let looks = 0;
  const engine = {
    ...memoryEngine(),
    observe: async () => anObserved(shown[Math.min(looks++, shown.length - 1)]),
  };
  const { signal } = new AbortController();
  await settle({ clock, signal, stackName: "t" }, engine);
  return { looks, ms: clock.now() };
}

const network = [anObservedNetwork(aNetwork("edge"))];

test("an Engine that shows the same four times has done what it was asked for", async () => {
  expect(await looksAt([{}])).toEqual({ looks: 4, ms: 1600 });
});

test("what appears meanwhile is waited for anew", async () => {
  expect(await looksAt([{}, {}, {}, { networks: network }])).toEqual({ looks: 7, ms: 2800 });
  const volumes = [anObservedVolume(aVolume("data"))];
  expect(await looksAt([{}, { volumes }])).toMatchObject({ looks: 5 });
});

test("an Engine that never comes to rest is waited for ten seconds", async () => {
  const restless = Array.from({ length: 100 }, (_, index) => ({
    networks: network.map((each) => ({ ...each, id: String(index) })),
  }));
  expect(await looksAt(restless)).toEqual({ looks: 25, ms: 10_000 });
});
