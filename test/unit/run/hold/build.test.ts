import { expect, test, vi } from "vitest";
import { build } from "../../../../src/run/build.ts";
import { takeHold } from "../../../../src/run/hold/hold.ts";
import {
  aMemoryService,
  failuresOf,
  memoryName,
  type MemoryStack,
  openMemoryStack,
} from "../../../support/memory-stack.ts";

const hold = "create container shop-qclock-hold";

/** A stack whose image is built, and of which a file is other than it was then. */
async function openChanged(): Promise<MemoryStack> {
  const memory = await openMemoryStack();
  await build(contextOf(memory), {});
  await memory.rig.writeTool("greeting", "hello");
  memory.told();
  return memory;
}

function contextOf({ rig }: MemoryStack) {
  return rig.context(rig.stack({ services: [aMemoryService("app")] }));
}

test("with nothing to do no hold is taken", async () => {
  await using memory = await openMemoryStack();
  await build(contextOf(memory), {});
  memory.told();
  expect(await build(contextOf(memory), {})).toMatchObject({ status: "succeeded", nodes: [] });
  expect(memory.told()).toEqual([]);
});

test("of a changed file the hold is asked for before the Engine was looked at", async () => {
  await using memory = await openChanged();
  const seen = memory.engine.calls.length;
  const engine = {
    ...memory.engine,
    observe: async (...request: Parameters<typeof memory.engine.observe>) => {
      await vi.waitFor(() => expect(memory.engine.calls.slice(seen)).toContain(hold));
      return memory.engine.observe(...request);
    },
  };
  const report = await build({ ...contextOf(memory), engine: async () => engine }, {});
  expect(failuresOf(report)).toEqual([]);
  const told = memory.told();
  expect(told.filter((call) => call === hold)).toHaveLength(1);
  expect(told.at(-1)).toBe("remove container shop-qclock-hold");
});

test("a hold that was asked for in vain is given back", async () => {
  await using memory = await openChanged();
  const { stack, ...context } = contextOf(memory);
  const observe = () => Promise.reject(new Error("the Engine is gone"));
  const engine = async () => ({ ...memory.engine, observe });
  await expect(build({ ...context, stack, engine }, {})).rejects.toThrow("the Engine is gone");
  expect(memory.told()).toEqual([hold, "remove container shop-qclock-hold"]);
});

test("a run that is at work is waited for, and what it made is not made again", async () => {
  await using memory = await openChanged();
  const first = await takeHold({ ...contextOf(memory), stackName: memoryName });
  const context = { ...contextOf(memory), holdTimeoutMs: 60_000 };
  const sleep = async () => {
    if (memory.told().includes("load images")) return;
    await first.release();
    // The other run's work, and the first one's to have the hold again.
    await build(contextOf(memory), {});
  };
  const report = await build({ ...context, clock: { ...context.clock, sleep } }, {});
  expect(report).toMatchObject({ status: "succeeded", nodes: [] });
  expect(memory.rig.events).toContainEqual(
    expect.objectContaining({ message: expect.stringMatching(/^Waiting for /) }),
  );
});

test("the Engine takes the hold away while notes are written", async () => {
  await using memory = await openChanged();
  const context = contextOf(memory);
  const removed = "remove container shop-qclock-hold";
  const seen = memory.engine.calls.length;
  const isRemoved = async (): Promise<void> => {
    await vi.waitFor(() => expect(memory.engine.calls.slice(seen)).toContain(removed));
  };
  const writeNote = context.store.writeNote.bind(context.store);
  const noted: string[] = [];
  const writing = vi.spyOn(context.store, "writeNote");
  writing.mockImplementation(async (kind, key, value) => {
    if (["image-inputs", "durations"].includes(kind)) {
      await isRemoved();
      noted.push(kind);
    }
    await writeNote(kind, key, value);
  });
  expect(failuresOf(await build(context, {}))).toEqual([]);
  expect(noted.toSorted()).toEqual(["durations", "image-inputs"]);
});

test("while the Engine makes the hold it is looked at what has the image's name, and once", async () => {
  await using memory = await openChanged();
  const looked: string[] = [];
  const reference = `qclock.invalid/${memoryName}/tools:latest`;
  const { inspectImage, createContainer } = memory.engine;
  const engine: typeof memory.engine = {
    ...memory.engine,
    inspectImage: (name) => {
      looked.push(name);
      return inspectImage(name);
    },
    createContainer: async (request) => {
      await vi.waitFor(() => expect(looked).toContain(reference));
      return createContainer(request);
    },
  };
  const report = await build({ ...contextOf(memory), engine: async () => engine }, {});
  expect(failuresOf(report)).toEqual([]);
  expect(looked.filter((name) => name === reference)).toHaveLength(1);
});
