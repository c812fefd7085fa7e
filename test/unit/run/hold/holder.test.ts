import { expect, test } from "vitest";
import { describe, holdName, readHolder, removeDead } from "../../../../src/run/hold/holder.ts";
import type { RunEventBody } from "../../../../src/run/execution/event.ts";
import { labels } from "../../../../src/stack/labels.ts";
import { aContainerState } from "../../../support/a-subject.ts";
import { memoryEngine } from "../../../support/memory-engine.ts";
import { instead, refusing } from "../../../support/operation-rig.ts";

const holder = {
  host: "here",
  pid: 2 ** 22 + 1,
  process: { machine: "", boot: "", namespace: "", start: "" },
  user: "ada",
  command: "up",
  since: "2026-05-01T12:34:56.789Z",
};
const context = {
  stackName: "t",
  holder: { host: "here", pid: process.pid, user: "ada", command: "up" },
  signal: new AbortController().signal,
};

/** The holder that the labels of a container tell. */
async function holderBy(changes: Readonly<Record<string, string>>) {
  const found = new Map([
    [labels.role, "hold"],
    [labels.stack, "t"],
    [labels.holder, JSON.stringify(holder)],
    ...Object.entries(changes),
  ]);
  const engine = instead(memoryEngine(), {
    inspectContainer: async (name) =>
      name === "t-qclock-hold" ? aContainerState({ name, labels: found }) : undefined,
  });
  return await readHolder(engine, { ...context, emit: () => undefined });
}

test("a hold says who has it, as far as its label can be read", async () => {
  const id = "c".repeat(64);
  expect(await holderBy({})).toEqual({ id, holder });
  for (const label of ["no JSON", "{}", JSON.stringify({ ...holder, pid: "7" })])
    expect(await holderBy({ [labels.holder]: label })).toEqual({ id, holder: undefined });
  const foreign = {
    code: "foreign-object",
    message: "A container named t-qclock-hold exists, but is no hold of qclock's.",
  };
  await expect(holderBy({ [labels.role]: "service" })).rejects.toMatchObject(foreign);
  await expect(holderBy({ [labels.stack]: "other" })).rejects.toMatchObject(foreign);
  expect(holdName("shop")).toBe("shop-qclock-hold");
});

test("a holder is told by what people know of it", () => {
  expect(describe(holder)).toBe(
    `"qclock up" of ada@here (process ${2 ** 22 + 1}) since 12:34:56 UTC`,
  );
  expect(describe(undefined)).toBe("another run");
});

test("only the hold of a process of this machine that is over is taken away", async () => {
  const { identifyProcess } = await import("../../../../src/run/hold/process-identity.ts");
  const dead = { ...holder, process: await identifyProcess(process.pid) };
  const remove = async (one: typeof holder | undefined, status?: number) => {
    const events: RunEventBody[] = [];
    const removed: string[] = [];
    const engine = instead(memoryEngine(), {
      async removeContainer(id) {
        removed.push(id);
        if (status !== undefined) await refusing(status)();
      },
    });
    const other = { id: "c1", holder: one };
    const emit = (event: RunEventBody): void => void events.push(event);
    const isRemoved = await removeDead(engine, other, { ...context, emit });
    return { isRemoved, removed, events };
  };
  const message = `Taking over from ${describe(dead)}, which has died.`;
  const taken = {
    isRemoved: true,
    removed: ["c1"],
    events: [{ type: "notice", level: "info", message }],
  };
  const left = { isRemoved: false, removed: [], events: [] };
  expect(await remove(dead)).toEqual(taken);
  // Another run was faster.
  expect(await remove(dead, 404)).toEqual(taken);
  await expect(remove(dead, 500)).rejects.toThrow("refused");
  expect(await remove({ ...dead, host: "elsewhere" })).toEqual(left);
  expect(await remove({ ...dead, pid: process.pid })).toEqual(left);
  expect(await remove(undefined)).toEqual(left);
});
