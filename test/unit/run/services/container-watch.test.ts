import { expect, test } from "vitest";
import type { ContainerEnd, ContainerState } from "../../../../src/docker/engine.ts";
import { watchContainer } from "../../../../src/run/services/container-watch.ts";
import { aContainerState } from "../../../support/a-subject.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { type Said, scriptedEngine, unreachableEngine } from "../../../support/scripted-engine.ts";

const startedAt = "2026-05-01T12:00:00.000Z";
const startedMs = Date.parse(startedAt);

/** Watch a container of which the Engine says this, by the time since the watch began. */
function watching(
  say: (nowMs: number) => Said,
  { state = {}, ends = [] }: Partial<{ state: Partial<ContainerState>; ends: ContainerEnd[] }> = {},
) {
  const clock = fakeClock();
  const told: string[] = [];
  const asked: number[] = [];
  const scripted = scriptedEngine({ inspect: () => say(clock.now()), ends: () => ends });
  const over = new AbortController();
  const watch = watchContainer({
    engine: {
      ...scripted,
      containerEnds(id, since, signal) {
        asked.push(since);
        return scripted.containerEnds(id, since, signal);
      },
    },
    state: aContainerState({ startedAt, ...state }),
    clock,
    onEngine: (message, isAway) => void told.push(`${isAway ? "away" : "back"}: ${message}`),
    signal: over.signal,
  });
  return { watch, clock, told, asked, over };
}

test("a container is looked at every two seconds, until it does not run as it did", async () => {
  const stoppedAfter = async (later: Said): Promise<number> => {
    const { watch, clock } = watching((nowMs) => (nowMs < 5000 ? { startedAt } : later));
    using _watch = watch;
    await watch.stopped;
    return clock.now();
  };
  expect(await stoppedAfter({ status: "exited", startedAt })).toBe(6000);
  expect(await stoppedAfter({ startedAt: "2026-05-01T12:00:05Z" })).toBe(6000);
  expect(await stoppedAfter("gone")).toBe(6000);
});

test("an end that is told of at once counts when it is of the present life", async () => {
  const stoppedAfter = async (atMs: number): Promise<number> => {
    const ends = [{ exitCode: 1, atMs }];
    const { watch, clock } = watching((nowMs) => (nowMs < 5000 ? { startedAt } : "gone"), { ends });
    using _watch = watch;
    await watch.stopped;
    return clock.now();
  };
  expect(await stoppedAfter(startedMs + 1)).toBe(0);
  expect(await stoppedAfter(startedMs)).toBe(6000);
  expect(await stoppedAfter(startedMs - 1000)).toBe(6000);
});

test("ends are asked for from when the container was made", async () => {
  const since = async (createdAt: string): Promise<readonly number[]> => {
    const { watch, asked } = watching(() => "gone", { state: { createdAt } });
    using _watch = watch;
    await watch.stopped;
    return asked;
  };
  expect(await since("2026-05-01T11:59:58.500Z")).toEqual([startedMs / 1000 - 1.5]);
  expect(await since("0001-01-01T00:00:00Z")).toEqual([0]);
  expect(await since("unknown")).toEqual([0]);
  expect(await since("1970-01-01T00:00:00.001Z")).toEqual([0.001]);
});

test("the last of the ends that are told is the one that counts", async () => {
  const lastOf = async (exitCodes: readonly number[]) => {
    const ends = exitCodes.map((exitCode) => ({ exitCode, atMs: startedMs - 1 }));
    const { watch, clock } = watching(() => ({ startedAt }), { ends });
    using _watch = watch;
    const before = clock.now();
    return [await watch.lastExitCode(3000), clock.now() - before];
  };
  expect(await lastOf([1, 78])).toEqual([78, 20]);
  // Nothing is told in that time.
  const { watch, clock } = watching(() => ({ startedAt }));
  using _watch = watch;
  expect(await watch.lastExitCode(1000)).toBeUndefined();
  expect(clock.now()).toBe(1020);
});

test("an Engine that is away has half a minute, and how long it was away is summed up", async () => {
  const isAway = (nowMs: number): boolean =>
    (nowMs > 3000 && nowMs < 7500) || (nowMs > 13_000 && nowMs < 14_500);
  const { watch, told, clock } = watching((nowMs) => {
    if (isAway(nowMs)) return unreachableEngine();
    return nowMs < 17_000 ? { startedAt } : "gone";
  });
  using _watch = watch;
  expect(watch.awayMs).toBe(0);
  await watch.stopped;
  // Seen every two seconds, and every second while it is away.
  expect(told).toEqual([
    "away: the Engine has gone away; it has 30 s to come back",
    "back: the Engine answers again after 4 s",
    "away: the Engine has gone away; it has 30 s to come back",
    "back: the Engine answers again after 1 s",
  ]);
  expect(watch.awayMs).toBe(5000);
  expect(clock.now()).toBe(17_000);
});

test("an Engine that stays away is given up when its half minute is over", async () => {
  const { watch, clock, told } = watching((nowMs) =>
    nowMs < 3000 ? { startedAt } : unreachableEngine(),
  );
  using _watch = watch;
  await expect(watch.stopped).rejects.toMatchObject({ code: "engine-unreachable" });
  expect(clock.now()).toBe(34_000);
  expect(told).toHaveLength(1);
});

test("looking at the container waits for an Engine that is away, and for no other failure", async () => {
  let looks = 0;
  const { watch, clock } = watching((nowMs) => {
    looks += 1;
    return nowMs < 1500 ? unreachableEngine() : { startedAt, pid: 7 };
  });
  using _watch = watch;
  const { signal } = new AbortController();
  expect(await watch.inspect(signal)).toMatchObject({ pid: 7 });
  expect(clock.now()).toBe(2000);
  expect(looks).toBeGreaterThanOrEqual(3);
  const broken = watching(() => {
    throw new TypeError("a bug");
  });
  using _broken = broken.watch;
  await expect(broken.watch.inspect(signal)).rejects.toThrow("a bug");
  await expect(broken.watch.stopped).rejects.toThrow("a bug");
});

test("the Engine is listened to anew when it comes back, and once at a time", async () => {
  let isCut = false;
  const clock = fakeClock();
  let listeners = 0;
  let most = 0;
  let times = 0;
  const { signal } = new AbortController();
  using watch = watchContainer({
    engine: {
      inspectContainer: async () =>
        clock.now() < 9000 ? aContainerState({ startedAt }) : undefined,
      // oxlint-disable-next-line require-yield -- one that has nothing to tell
      async *containerEnds(_id, _since, listening) {
        times += 1;
        most = Math.max(most, ++listeners);
        try {
          if (!isCut) {
            isCut = true;
            throw new Error("the connection was cut");
          }
          await new Promise((resolve) => listening?.addEventListener("abort", resolve));
        } finally {
          listeners -= 1;
        }
      },
    },
    state: aContainerState({ startedAt }),
    clock,
    onEngine: () => undefined,
    signal,
  });
  await watch.stopped;
  expect([times, most]).toEqual([2, 1]);
});
