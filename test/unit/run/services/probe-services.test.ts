import { expect, test } from "vitest";
import type { ContainerState } from "../../../../src/docker/engine.ts";
import { findUnready } from "../../../../src/run/services/find-unready.ts";
import { probeServices } from "../../../../src/run/services/probe-services.ts";
import type { Service } from "../../../../src/stack/stack.ts";
import { aProbe } from "../../../support/a-probe.ts";
import { aContainerState } from "../../../support/a-subject.ts";
import { afterUp, anImage, aService, aStack } from "../../../support/builders.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { memoryEngine } from "../../../support/memory-engine.ts";

const check = aProbe({ type: "exec", command: ["check"] }, { name: "check" });
const other = aProbe({ type: "exec", command: ["other"] }, { name: "other" });

function setting(
  services: readonly Service[],
  states: Readonly<Record<string, Partial<ContainerState> | undefined>>,
) {
  const clock = fakeClock();
  const commands: string[] = [];
  const engine = {
    ...memoryEngine(),
    inspectContainer: async (name: string) => {
      const state = states[name];
      return state === undefined ? undefined : aContainerState({ name, ...state });
    },
    exec: async (_: string, command: readonly string[]) => {
      commands.push(command.join(" "));
      clock.advance(70);
      return command[0] === "check"
        ? { exitCode: 0, output: "" }
        : { exitCode: 1, output: "not yet" };
    },
  };
  const stack = aStack({ images: [anImage("app")], services });
  const { signal } = new AbortController();
  clock.advance(1000);
  return { context: { stack, engine: async () => engine, clock, signal }, commands };
}

const all = [
  aService({ name: "web", image: "app", probes: [check, other] }),
  aService({ name: "plain", image: "app" }),
  aService({ name: "absent", image: "app", probes: [check] }),
  aService({ name: "ended", image: "app", probes: [check, other] }),
  aService({ name: "done", image: "app", job: true }),
  aService({ name: "broken", image: "app", job: true }),
  aService({ name: "working", image: "app", job: true }),
];
const states = {
  "t-web-1": {},
  "t-plain-1": {},
  "t-ended-1": { status: "exited", exitCode: 0 },
  "t-done-1": { status: "exited", exitCode: 0 },
  "t-broken-1": { status: "exited", exitCode: 1 },
  "t-working-1": { status: "created" },
} as const;

test("each probe of each service says what it saw, or why it was not tried", async () => {
  const { context, commands } = setting(all, states);
  const results = await probeServices(context, {});
  expect(
    results.map(({ service, probe, ok, message }) => [service, probe, ok, message].join(" | ")),
  ).toEqual([
    "web | check | true | exit code 0",
    "web | other | false | exit code 1: not yet",
    "plain | container | true | running",
    "absent | check | false | the service has no container",
    "ended | check | false | the container is exited, exit code 0 (no error)",
    "ended | other | false | the container is exited, exit code 0 (no error)",
    "done | container | true | completed",
    "broken | container | false | the container is exited, exit code 1",
    "working | container | false | the container is created, never started",
  ]);
  expect(commands).toEqual(["check", "other"]);

  const some = await probeServices(context, { services: ["plain", "done"] });
  expect(some.map(({ service }) => service)).toEqual(["plain", "done"]);
});

test("how long a probe took is told of what was tried", async () => {
  const services = [aService({ name: "web", image: "app", probes: [check] })];
  const durations = async (state: Partial<ContainerState>): Promise<readonly number[]> => {
    const results = await probeServices(setting(services, { "t-web-1": state }).context, {});
    return results.map(({ durationMs }) => durationMs);
  };
  expect(await durations({})).toEqual([70]);
  expect(await durations({ status: "exited" })).toEqual([0]);
});

test("of what runs and is ours each service that a probe fails for is not ready", async () => {
  const { context, commands } = setting(all, states);
  const observed = afterUp(context.stack, {
    absent: { ours: false },
    ended: { status: "exited" },
    broken: { status: "running" },
  });
  const unready = await findUnready(context, observed);
  expect(unready).toEqual(new Map([["web", "other: exit code 1: not yet"]]));
  expect(commands).toEqual(["check", "other"]);
  // Nothing runs: nothing is asked.
  const asleep = { ...context, engine: async () => Promise.reject(new Error("it was asked")) };
  expect(await findUnready(asleep, { containers: [] })).toEqual(new Map());
});
