import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { engineStatus } from "../../../src/docker/errors.ts";
import { QclockError } from "../../../src/error.ts";
import { createFromEmptyImage } from "../../../src/run/helper.ts";
import { type HeldLock, type LockContext, takeLock, unlockStack } from "../../../src/run/lock.ts";
import { createTestStack, type TestStack } from "../../support/runtime.ts";

function contextOf(rig: TestStack, changes: Partial<LockContext> = {}): LockContext {
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

test("of many that want the lock at once one gets it, and the others are told who has it", async () => {
  await using rig = await createTestStack();
  const racers = Array.from({ length: 12 }, () => takeLock(contextOf(rig)));
  const settled = await Promise.allSettled(racers);
  const won = settled.flatMap((one): readonly HeldLock[] =>
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
  await using _next = await takeLock(contextOf(rig));
});

test("a lock that is given back in time is waited for", async () => {
  await using rig = await createTestStack();
  const first = await takeLock(contextOf(rig));
  const waiting = takeLock(contextOf(rig, { lockTimeoutMs: 10_000 }));
  setTimeout(() => void first[Symbol.asyncDispose](), 300);

  await using lock = await waiting;
  await lock.assertHeld();
  expect(rig.events).toContainEqual(
    expect.objectContaining({ type: "notice", message: expect.stringContaining("Waiting for") }),
  );
});

test("the lock of a process of this machine that has died is taken over", async () => {
  await using rig = await createTestStack();
  const { holder } = contextOf(rig);
  const dead = { ...holder, pid: await deadPid() };
  await takeLock(contextOf(rig, { holder: dead }));

  await using lock = await takeLock(contextOf(rig));
  await lock.assertHeld();
  expect(rig.events).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining("which has died") }),
  );
});

test("the lock of a process elsewhere is not taken over, however dead its number is here", async () => {
  await using rig = await createTestStack();
  const { holder } = contextOf(rig);
  const elsewhere = { ...holder, pid: await deadPid(), host: "elsewhere.invalid" };
  await using _held = await takeLock(contextOf(rig, { holder: elsewhere }));

  expect(await refusal(takeLock(contextOf(rig)))).toMatchObject({
    code: "stack-locked",
    message: expect.stringContaining("elsewhere.invalid"),
  });
});

test("unlock takes away the lock that is named, and no other", async () => {
  await using rig = await createTestStack();
  const stack = rig.context(rig.stack({ services: [] }));
  const { holder } = contextOf(rig);
  const lock = await takeLock(contextOf(rig, { holder: { ...holder, host: "elsewhere.invalid" } }));
  const { hint = "" } = await refusal(takeLock(contextOf(rig)));
  const id = /qclock unlock (\w+)/.exec(hint)?.[1] ?? "";

  expect(await refusal(unlockStack(stack, "0123456789ab"))).toMatchObject({ code: "usage" });
  expect(await refusal(unlockStack(stack, ""))).toMatchObject({ code: "usage" });
  await unlockStack(stack, id);
  expect(await refusal(lock.assertHeld())).toMatchObject({ code: "stack-locked" });
  expect(await refusal(unlockStack(stack, id))).toMatchObject({ code: "usage" });
});

test("a container that only bears the lock's name is not touched", async () => {
  await using rig = await createTestStack();
  const { engine } = rig;
  const request = {
    name: `${rig.name}-qclock-lock`,
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
    expect(await refusal(takeLock(contextOf(rig)))).toMatchObject({ code: "foreign-object" });
    expect(await engine.inspectContainer(id)).toBeDefined();
    const conflict = await refusal(create());
    expect(engineStatus(conflict)).toBe(409);
  } finally {
    await engine.removeContainer(id);
  }
});
