import { expect, test } from "vitest";
import type { ContainerState } from "../../../../src/docker/engine.ts";
import { QclockError } from "../../../../src/error.ts";
import { findUnready } from "../../../../src/run/services/find-unready.ts";
import { type AheadResults, probeAhead } from "../../../../src/run/services/probe-ahead.ts";
import { labels } from "../../../../src/stack/labels.ts";
import { recordOf } from "../../../../src/stack/ownership.ts";
import { afterUp, anImage, aService, aStack } from "../../../support/builders.ts";
import { aProbe } from "../../../support/a-probe.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { scriptedEngine, unreachableEngine } from "../../../support/scripted-engine.ts";

const MADE_AT = "2026-01-01T00:00:00.000Z";

/** A stack of so many services, each with one probe that runs a command. */
function stackOf(count = 1) {
  const probes = [aProbe({ type: "exec", command: ["check"] }, { name: "check" })];
  const services = Array.from({ length: count }, (_, index) =>
    aService({ name: index === 0 ? "app" : `app${index}`, image: "app", probes }),
  );
  return aStack({ images: [anImage("app")], services });
}

/** What the Engine says of the container that qclock made for the service `app`. */
function own(parts: Partial<ContainerState> = {}): Partial<ContainerState> {
  const name = "t-app-1";
  const found = new Map([
    [labels.stack, "t"],
    [labels.service, "app"],
  ]);
  const record = recordOf({ kind: "container", name, labels: found }, Date.parse(MADE_AT));
  const all = new Map([...found, [labels.record, record]]);
  return { id: "c1", name, status: "running", createdAt: MADE_AT, labels: all, ...parts };
}

/** The results of probing ahead, and how many commands were run for them. */
async function probed(
  said: Partial<ContainerState> | QclockError,
  count?: number,
): Promise<{ readonly results: AheadResults; readonly commands: number }> {
  let commands = 0;
  const engine = scriptedEngine({
    inspect: () => said,
    exec: () => {
      commands += 1;
      return { exitCode: 1, output: "not yet" };
    },
  });
  const { signal } = new AbortController();
  const context = { stack: stackOf(count), engine: async () => engine, clock: fakeClock(), signal };
  return { results: await probeAhead(context), commands };
}

test("each probe of what runs is tried once, and says what it saw", async () => {
  const { results, commands } = await probed(own());

  expect(commands).toBe(1);
  expect([...results]).toEqual([
    ["c1", [expect.objectContaining({ service: "app", probe: "check", ok: false })]],
  ]);
});

test("nothing is run in a container that only bears the name", async () => {
  const { labels: all = new Map<string, string>(), ...rest } = own();
  const unrecorded = new Map([...all].filter(([key]) => key !== labels.record));

  expect(await probed({ ...rest, labels: unrecorded })).toEqual({
    results: new Map(),
    commands: 0,
  });
  const copied = own({ createdAt: "2026-02-01T00:00:00Z" });
  expect(await probed(copied)).toEqual({ results: new Map(), commands: 0 });
});

test("what does not run is left to the look that follows", async () => {
  const { results, commands } = await probed(own({ status: "exited" }));
  expect([results.size, commands]).toEqual([0, 0]);
});

test("a large stack is not asked service by service", async () => {
  expect((await probed(own(), 16)).commands).toBe(16);
  expect((await probed(own(), 17)).commands).toBe(0);
});

test("an Engine that fails is for the look that follows to tell", async () => {
  await expect(probed(unreachableEngine())).resolves.toMatchObject({ results: new Map() });
});

test("what was probed ahead is not probed again, unless the container is another one by now", async () => {
  const stack = stackOf();
  const observed = afterUp(stack);
  const [container] = observed.containers;
  const result = { service: "app", probe: "check", ok: false, message: "not yet", durationMs: 0 };
  const asked: string[] = [];
  const context = {
    stack,
    engine: async () => {
      asked.push("the Engine");
      return Promise.reject(new QclockError("engine-unreachable", "asked again"));
    },
    clock: fakeClock(),
    signal: new AbortController().signal,
  };

  const known = new Map([[container?.id ?? "", [result]]]);
  expect(await findUnready(context, observed, known)).toEqual(new Map([["app", "check: not yet"]]));
  expect(asked).toEqual([]);
  await expect(findUnready(context, observed, new Map([["another", [result]]]))).rejects.toThrow(
    "asked again",
  );
});
