import { hostname } from "node:os";
import { expect, test, vi } from "vitest";
import type { Engine } from "../../../../src/docker/engine.ts";
import { QclockError } from "../../../../src/error.ts";
import { EarlyHold } from "../../../../src/run/hold/early-hold.ts";
import { isHeld, takeHold, unlockStack } from "../../../../src/run/hold/hold.ts";
import { releaseDeadHold } from "../../../../src/run/hold/holder.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { memoryName, type MemoryStack, openMemoryStack } from "../../../support/memory-stack.ts";

function contextOf(memory: MemoryStack, holdTimeoutMs = 0) {
  const context = memory.rig.context(memory.rig.stack({ services: [] }));
  return { ...context, stackName: memoryName, holdTimeoutMs, clock: fakeClock() };
}

/** A process of this machine that is certainly over. */
const gone = { host: hostname(), pid: 2 ** 22 + 1, user: "tester", command: "up" };

test("one at a time has it, and it is there until it is given back", async () => {
  await using memory = await openMemoryStack();
  const context = contextOf(memory);
  {
    await using hold = await takeHold(context);
    expect(hold.waited).toBe(false);
    await hold.assertHeld();
    expect(await isHeld(context)).toBe(true);
    const refusal = await takeHold(context).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: "stack-locked",
      message: expect.stringContaining("tester@"),
    });
  }
  expect(await isHeld(context)).toBe(false);
  expect(memory.engine.containers.size).toBe(0);
});

test("the Engine is asked for it, unless it said a moment ago that it is there", async () => {
  await using memory = await openMemoryStack();
  const context = contextOf(memory);
  const inspecting = vi.fn<Engine["inspectContainer"]>(memory.engine.inspectContainer);
  const engine = { ...memory.engine, inspectContainer: inspecting };
  await using hold = await takeHold({ ...context, engine: async () => engine });
  await hold.assertHeld();
  expect(inspecting).not.toHaveBeenCalled();
  context.clock.advance(100);
  await hold.assertHeld();
  await hold.assertHeld();
  expect(inspecting).toHaveBeenCalledOnce();
});

test("it is given back once", async () => {
  await using memory = await openMemoryStack();
  {
    await using hold = await takeHold(contextOf(memory));
    await hold.release();
    expect(memory.engine.containers.size).toBe(0);
  }
  const removed = memory.told().filter((call) => call.startsWith("remove"));
  expect(removed).toHaveLength(1);
});

test("one that was begun early is taken, or given back when nobody takes it", async () => {
  await using memory = await openMemoryStack();
  {
    await using early = new EarlyHold(contextOf(memory));
    early.begin();
    early.begin();
    let worked = 0;
    await using hold = await early.take(() => void worked++);
    expect([hold.waited, worked]).toEqual([false, 1]);
    await hold.assertHeld();
  }
  {
    await using early = new EarlyHold(contextOf(memory));
    early.begin();
  }
  expect(memory.engine.containers.size).toBe(0);
  expect(memory.told().filter((call) => call.startsWith("create"))).toHaveLength(2);
});

test("one that was begun early while another run had it is waited for when it is taken", async () => {
  await using memory = await openMemoryStack();
  const first = await takeHold(contextOf(memory));
  await using early = new EarlyHold(contextOf(memory, 10_000));
  early.begin();
  const refused = new EarlyHold(contextOf(memory));
  refused.begin();
  await expect(refused.take(() => undefined)).rejects.toMatchObject({ code: "stack-locked" });

  await first.release();
  await using hold = await early.take(() => undefined);
  expect(hold.waited).toBe(true);
});

test("whoever waits gets it when it is given back, and knows that it waited", async () => {
  await using memory = await openMemoryStack();
  const first = await takeHold(contextOf(memory));
  const context = contextOf(memory, 10_000);
  const { clock } = context;
  const sleep = clock.sleep.bind(clock);
  let sleeps = 0;
  const waiting = takeHold({
    ...context,
    clock: {
      ...clock,
      now: clock.now,
      async sleep(durationMs, signal) {
        if (++sleeps === 3) await first[Symbol.asyncDispose]();
        await sleep(durationMs, signal);
      },
    },
  });
  await using hold = await waiting;
  expect(hold.waited).toBe(true);
  const notices = memory.rig.events.filter(
    (event) => event.type === "notice" && event.message.startsWith("Waiting for"),
  );
  expect(notices).toHaveLength(1);
});

test("it is waited for as long as was asked for, and not longer", async () => {
  await using memory = await openMemoryStack();
  await using _first = await takeHold(contextOf(memory));
  const context = contextOf(memory, 10_000);
  await expect(takeHold(context)).rejects.toMatchObject({ code: "stack-locked" });
  expect(context.clock.now()).toBeGreaterThanOrEqual(10_000);
  expect(context.clock.now()).toBeLessThan(11_000);
});

test("that of a process of this machine that is over is taken over, and it is said", async () => {
  await using memory = await openMemoryStack();
  await takeHold({ ...contextOf(memory), holder: gone });
  await using hold = await takeHold(contextOf(memory));
  await hold.assertHeld();
  expect(memory.rig.events).toContainEqual(
    expect.objectContaining({ message: expect.stringMatching(/^Taking over from .* has died\.$/) }),
  );
});

test("that of a process elsewhere is not taken over", async () => {
  await using memory = await openMemoryStack();
  await takeHold({ ...contextOf(memory), holder: { ...gone, host: "elsewhere.invalid" } });
  const refusal = await takeHold(contextOf(memory)).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "stack-locked", hint: expect.stringContaining("unlock") });
  expect(await releaseDeadHold(contextOf(memory), memory.engine)).toBe(false);
});

test("a run with nothing to do takes a dead one's away, and says whether there was one", async () => {
  await using memory = await openMemoryStack();
  expect(await releaseDeadHold(contextOf(memory), memory.engine)).toBe(false);
  await takeHold({ ...contextOf(memory), holder: gone });
  expect(await releaseDeadHold(contextOf(memory), memory.engine)).toBe(true);
  expect(await isHeld(contextOf(memory))).toBe(false);
});

test("unlock takes away the hold that is named by eight or more of its id, and no other", async () => {
  await using memory = await openMemoryStack();
  const context = contextOf(memory);
  await expect(unlockStack(context, "0123456789ab")).rejects.toMatchObject({ code: "usage" });
  const hold = await takeHold(context);
  const [id = ""] = memory.engine.containers.keys();
  await expect(unlockStack(context, "0123456789ab")).rejects.toThrow(
    `The hold of stack shop has the id ${id.slice(0, 12)}, not 0123456789ab.`,
  );
  await expect(unlockStack(context, id.slice(0, 7))).rejects.toMatchObject({ code: "usage" });
  await unlockStack(context, id.slice(0, 8));
  context.clock.advance(1000);
  await expect(hold.assertHeld()).rejects.toMatchObject({ code: "stack-locked" });
});

test("a container that only bears the hold's name is told, and not touched", async () => {
  await using memory = await openMemoryStack();
  const context = contextOf(memory);
  await takeHold(context);
  const [id = ""] = memory.engine.containers.keys();
  const { request } = memory.engine.containers.get(id) ?? {};
  if (request === undefined) throw new Error("it was made");
  await memory.engine.removeContainer(id);
  await memory.engine.createContainer({ ...request, labels: new Map() });
  await expect(takeHold(context)).rejects.toMatchObject({ code: "foreign-object" });
  expect(memory.engine.containers.size).toBe(1);
});

test.each(["disk-full", "engine-failed", "load-failed"] as const)(
  "what only removes goes on without one where the Engine can make none: %s",
  async (code) => {
    await using memory = await openMemoryStack();
    const broken = {
      ...memory.engine,
      createContainer: async () => Promise.reject(new QclockError(code, "The disk is full.")),
    };
    const context = { ...contextOf(memory), engine: async () => broken };
    await expect(takeHold(context)).rejects.toMatchObject({ code });
    await using hold = await takeHold({ ...context, mayGoWithout: true });
    expect(hold.waited).toBe(true);
    await hold.assertHeld();
    expect(memory.rig.events).toContainEqual(
      expect.objectContaining({
        level: "warning",
        message: expect.stringContaining("The disk is full."),
      }),
    );

    // As soon as another run has one it is not gone on without.
    await takeHold(contextOf(memory));
    await expect(hold.assertHeld()).rejects.toMatchObject({ code: "stack-locked" });
  },
);

test("an Engine that is not there is no reason to go without", async () => {
  await using memory = await openMemoryStack();
  const away = {
    ...memory.engine,
    createContainer: async () =>
      Promise.reject(new QclockError("engine-unreachable", "connect ECONNREFUSED")),
  };
  const context = { ...contextOf(memory), engine: async () => away, mayGoWithout: true };
  await expect(takeHold(context)).rejects.toMatchObject({ code: "engine-unreachable" });
});

test("what needs no hold is begun once, while the Engine makes it", async () => {
  await using memory = await openMemoryStack();
  let begun = 0;
  const meanwhile = (): void => void (begun += 1);
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const first = await takeHold({ ...contextOf(memory), meanwhile });
  await turns();
  expect(begun).toBe(1);
  const waiting = takeHold({ ...contextOf(memory, 2000), meanwhile });
  await expect(waiting).rejects.toMatchObject({ code: "stack-locked" });
  await turns();
  expect(begun).toBe(2);
  await first[Symbol.asyncDispose]();
});

test("whoever waits looks twice a second, and sooner for a name that is about to be free", async () => {
  await using memory = await openMemoryStack();
  await using _first = await takeHold(contextOf(memory));
  const context = contextOf(memory, 1500);
  await expect(takeHold(context)).rejects.toMatchObject({
    code: "stack-locked",
    message: expect.stringMatching(/^The stack is held by "qclock up" of tester@/),
    hint: expect.stringMatching(/qclock unlock [0-9a-f]{12}$/),
  });
  expect(context.clock.sleeps).toEqual([500, 500, 500]);

  // The Engine keeps the name of a container that is gone already.
  await using other = await openMemoryStack();
  let refusals = 2;
  const engine = {
    ...other.engine,
    createContainer: async (...asked: Parameters<typeof other.engine.createContainer>) => {
      if (refusals > 0) other.engine.refuse(/^create container/, 409, "the name is taken");
      refusals -= 1;
      return await other.engine.createContainer(...asked);
    },
  };
  const late = { ...contextOf(other), engine: async () => engine };
  await using hold = await takeHold(late);
  expect(late.clock.sleeps).toEqual([20, 20]);
  expect(hold.waited).toBe(true);
});

test("before a dead run's work is looked at the Engine finishes it", async () => {
  await using memory = await openMemoryStack();
  await takeHold({ ...contextOf(memory), holder: gone });
  const context = contextOf(memory);
  await using hold = await takeHold(context);
  expect(context.clock.sleeps).toEqual([400, 400, 400, 400]);
  expect(hold.waited).toBe(true);
  const fresh = contextOf(memory, 0);
  await expect(takeHold(fresh)).rejects.toMatchObject({ code: "stack-locked" });
  expect(fresh.clock.sleeps).toEqual([]);
});

test("an interrupted run waits for no hold", async () => {
  await using memory = await openMemoryStack();
  const signal = AbortSignal.abort(new QclockError("interrupted", "Interrupted by SIGINT."));
  await expect(takeHold({ ...contextOf(memory), signal })).rejects.toMatchObject({
    code: "interrupted",
  });
  expect(memory.engine.calls).toEqual([]);
});
