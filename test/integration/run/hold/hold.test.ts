import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { engineStatus } from "../../../../src/docker/errors.ts";
import { QclockError } from "../../../../src/error.ts";
import { createFromEmptyImage } from "../../../../src/run/services/helper.ts";
import {
  type Hold,
  type HoldContext,
  takeHold,
  unlockStack,
} from "../../../../src/run/hold/hold.ts";
import type { Clock } from "../../../../src/run/context.ts";
import { up } from "../../../../src/run/up.ts";
import { createTestStack, type TestStack } from "../../../support/runtime.ts";

function contextOf(rig: TestStack, changes: Partial<HoldContext> = {}): HoldContext {
  return { ...rig.context(rig.stack({ services: [] })), stackName: rig.name, ...changes };
}

async function refusal(work: Promise<unknown>): Promise<QclockError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof QclockError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn("true");
  await new Promise((resolve) => void child.once("close", resolve));
  return child.pid ?? 0;
}

/** A clock by which what was seen last was seen long ago. */
function leaping(clock: Clock): Clock {
  let leaps = 0;
  return { ...clock, now: () => clock.now() + 1000 * leaps++ };
}

test("of many that want the hold at once one gets it, and the others are told who has it", async () => {
  await using rig = await createTestStack();
  const racers = Array.from({ length: 12 }, () => takeHold(contextOf(rig)));
  const settled = await Promise.allSettled(racers);
  const won = settled.flatMap((one): readonly Hold[] =>
    one.status === "fulfilled" ? [one.value] : [],
  );
  const lost = settled.flatMap((one): readonly unknown[] =>
    one.status === "rejected" ? [one.reason] : [],
  );

  expect(won).toHaveLength(1);
  for (const error of lost)
    expect(error).toMatchObject({
      code: "stack-locked",
      message: expect.stringMatching(new RegExp(`tester.*${process.pid}|${process.pid}.*tester`)),
      hint: expect.stringContaining("qclock unlock"),
    });
  await won[0]?.[Symbol.asyncDispose]();
  await using _next = await takeHold(contextOf(rig));
});

test("a hold that is given back in time is waited for", async () => {
  await using rig = await createTestStack();
  const first = await takeHold(contextOf(rig));
  const waiting = takeHold(contextOf(rig, { holdTimeoutMs: 10_000 }));
  setTimeout(() => void first[Symbol.asyncDispose](), 300);

  await using hold = await waiting;
  await hold.assertHeld();
  expect(rig.events).toContainEqual(
    expect.objectContaining({ type: "notice", message: expect.stringContaining("Waiting for") }),
  );
});

test("the hold of a process of this machine that has died is taken over", async () => {
  await using rig = await createTestStack();
  const { holder } = contextOf(rig);
  const dead = { ...holder, pid: await deadPid() };
  await takeHold(contextOf(rig, { holder: dead }));

  await using hold = await takeHold(contextOf(rig));
  await hold.assertHeld();
  expect(rig.events).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining("which has died") }),
  );
});

test("the hold of a zombie is taken over: it has ended, though it keeps its number", async () => {
  await using rig = await createTestStack();
  await using zombie = await startZombie();
  const { holder } = contextOf(rig);
  await takeHold(contextOf(rig, { holder: { ...holder, pid: zombie.pid } }));
  zombie.end();
  await vi.waitFor(() => expect(stateOf(zombie.pid)).toBe("Z"), { timeout: 10_000, interval: 10 });

  await using hold = await takeHold(contextOf(rig));
  await hold.assertHeld();
});

test("a run with nothing to do takes the hold of a dead run away, and leaves that of a live one", async () => {
  await using rig = await createTestStack();
  const stack = rig.stack({ services: [] });
  await up(rig.context(stack), {});
  const { holder } = contextOf(rig);
  const lost = {
    holder: { ...holder, pid: await deadPid() },
    clock: leaping(contextOf(rig).clock),
  };
  const dead = await takeHold(contextOf(rig, lost));

  expect((await up(rig.context(stack), {})).nodes).toEqual([]);
  expect(await refusal(dead.assertHeld())).toMatchObject({ code: "stack-locked" });

  await using live = await takeHold(contextOf(rig));
  const beside = up(rig.context(stack, { holdTimeoutMs: 0 }), {});
  expect(await refusal(beside)).toMatchObject({ code: "stack-locked" });
  await live.assertHeld();
});

test("an Engine that can make nothing lets what only removes go on, unless another run is at work", async () => {
  await using rig = await createTestStack();
  const full = new QclockError("disk-full", "The Engine's disk is full: could not load images.");
  const engine = Object.assign(Object.create(rig.engine), {
    createContainer: () => Promise.reject(full),
    loadImages: () => Promise.reject(full),
  });
  const onFullDisk = { engine: async () => engine };

  expect(await refusal(takeHold(contextOf(rig, onFullDisk)))).toBe(full);
  const hold = await takeHold(contextOf(rig, { ...onFullDisk, mayGoWithout: true }));
  await hold.assertHeld();
  expect(rig.events).toContainEqual(
    expect.objectContaining({ level: "warning", message: expect.stringContaining("without one") }),
  );
  await using _other = await takeHold(contextOf(rig));
  expect(await refusal(hold.assertHeld())).toMatchObject({ code: "stack-locked" });
  const second = takeHold(contextOf(rig, { ...onFullDisk, mayGoWithout: true }));
  expect(await refusal(second)).toMatchObject({ code: "stack-locked" });
});

/** A process whose parent never asks how it ended. */
async function startZombie(): Promise<
  { readonly pid: number; readonly end: () => void } & AsyncDisposable
> {
  const parent = spawn("sh", ["-c", "sleep 600 & echo $!; exec sleep 600"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [text] = await once(parent.stdout, "data");
  const pid = Number(String(text));
  return {
    pid,
    end: () => void process.kill(pid, "SIGKILL"),
    [Symbol.asyncDispose]: async () => void parent.kill("SIGKILL"),
  };
}

function stateOf(pid: number): string | undefined {
  return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1];
}

test("the hold of a process elsewhere is not taken over, however dead its number is here", async () => {
  await using rig = await createTestStack();
  const { holder } = contextOf(rig);
  const elsewhere = { ...holder, pid: await deadPid(), host: "elsewhere.invalid" };
  await using _held = await takeHold(contextOf(rig, { holder: elsewhere }));

  expect(await refusal(takeHold(contextOf(rig)))).toMatchObject({
    code: "stack-locked",
    message: expect.stringContaining("elsewhere.invalid"),
  });
});

test("unlock takes away the hold that is named, and no other", async () => {
  await using rig = await createTestStack();
  const stack = rig.context(rig.stack({ services: [] }));
  const { holder } = contextOf(rig);
  const elsewhere = { holder: { ...holder, host: "elsewhere.invalid" } };
  const hold = await takeHold(
    contextOf(rig, { ...elsewhere, clock: leaping(contextOf(rig).clock) }),
  );
  const { hint = "" } = await refusal(takeHold(contextOf(rig)));
  const id = /qclock unlock (\w+)/.exec(hint)?.[1] ?? "";

  expect(await refusal(unlockStack(stack, "0123456789ab"))).toMatchObject({ code: "usage" });
  expect(await refusal(unlockStack(stack, ""))).toMatchObject({ code: "usage" });
  await unlockStack(stack, id);
  expect(await refusal(hold.assertHeld())).toMatchObject({ code: "stack-locked" });
  expect(await refusal(unlockStack(stack, id))).toMatchObject({ code: "usage" });
});

test("a container that only bears the hold's name is not touched", async () => {
  await using rig = await createTestStack();
  const { engine } = rig;
  const request = {
    name: `${rig.name}-qclock-hold`,
    environment: new Map(),
    labels: new Map([["dev.qclock.test", "1"]]),
    ports: [],
    mounts: [],
    tmpfs: [],
    readOnlyRoot: true,
    dropCapabilities: [],
    addCapabilities: [],
    noNewPrivileges: true,
    init: false,
    restart: { type: "no" },
  } as const;
  const create = (): Promise<string> =>
    createFromEmptyImage(engine, request, new AbortController().signal);
  const id = await create();
  try {
    expect(await refusal(takeHold(contextOf(rig)))).toMatchObject({ code: "foreign-object" });
    expect(await engine.inspectContainer(id)).toBeDefined();
    const conflict = await refusal(create());
    expect(engineStatus(conflict)).toBe(409);
  } finally {
    await engine.removeContainer(id);
  }
});
