import { expect, test } from "vitest";
import type { RunEventBody } from "../../../../src/run/execution/event.ts";
import { countedInPhase, inPhase, phaseSequence } from "../../../../src/run/execution/phase.ts";

/** What is told, one line an event. */
function aListener(): { readonly emit: (event: RunEventBody) => void; readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    emit: (event) => {
      if (event.type === "phase-started") told.push(`${event.phase} started: ${event.title}`);
      if (event.type === "phase-progress")
        told.push(`${event.phase}: ${event.done} of ${event.total} ${event.unit}`);
      if (event.type === "phase-finished") told.push(`${event.phase} finished: ${event.note}`);
    },
  };
}

const fetching = { phase: "fetch", title: "Fetching" };

test("work is told from its start over its progress to what came of it", async () => {
  const listener = aListener();
  const value = await inPhase(
    listener,
    { ...fetching, unit: "items", note: (count: number) => `${count} of them` },
    async (onProgress) => {
      onProgress(1, 3);
      return 3;
    },
  );
  expect(value).toBe(3);
  expect(listener.told).toEqual([
    "fetch started: Fetching",
    "fetch: 1 of 3 items",
    "fetch finished: 3 of them",
  ]);
});

test("progress is of bytes and the note is empty unless said otherwise", async () => {
  const listener = aListener();
  await inPhase(listener, fetching, async (onProgress) => onProgress(10, 20));
  expect(listener.told.slice(1)).toEqual(["fetch: 10 of 20 bytes", "fetch finished: "]);
});

test("work that fails leaves its phase unfinished", async () => {
  const listener = aListener();
  const failing = inPhase(listener, fetching, () => Promise.reject(new Error("no route")));
  await expect(failing).rejects.toThrow("no route");
  expect(listener.told).toEqual(["fetch started: Fetching"]);
});

test("the bytes of a stream are told while they go by", async () => {
  const { told, emit } = aListener();
  const { signal } = new AbortController();
  const stream = countedInPhase({ emit, signal }, { ...fetching, total: 5 }, pieces("abc", "de"));
  expect(Buffer.concat(await Array.fromAsync(stream)).toString()).toBe("abcde");
  expect(told).toEqual([
    "fetch started: Fetching",
    "fetch: 3 of 5 bytes",
    "fetch: 5 of 5 bytes",
    "fetch finished: ",
  ]);
});

test("a stream ends when the run is interrupted", async () => {
  const { told, emit } = aListener();
  const signal = AbortSignal.abort(new Error("interrupted"));
  const stream = countedInPhase({ emit, signal }, { ...fetching, total: 3 }, pieces("abc"));
  await expect(Array.fromAsync(stream)).rejects.toThrow("interrupted");
  expect(told).toEqual(["fetch started: Fetching"]);
});

test("of work that names what it does next each title ends the phase before it", () => {
  const listener = aListener();
  const sequence = phaseSequence(listener, "lock");
  // Nothing was named yet.
  sequence.onProgress(1, 2);
  sequence.finish("nothing");
  sequence.onPhase("Reading");
  sequence.onPhase("Fetching");
  sequence.onProgress(1, 2);
  sequence.finish("2 packages");
  expect(listener.told).toEqual([
    "lock:Reading started: Reading",
    "lock:Reading finished: ",
    "lock:Fetching started: Fetching",
    "lock:Fetching: 1 of 2 bytes",
    "lock:Fetching finished: 2 packages",
  ]);
});

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
