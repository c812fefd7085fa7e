import { noSources } from "../../../../src/packages/lock/locked-files.ts";
import { expect, test } from "vitest";
import type { RunContext } from "../../../../src/run/context.ts";
import type { RunEventBody } from "../../../../src/run/execution/event.ts";
import { lockStack, openLock } from "../../../../src/run/images/lock-stack.ts";
import type { Lock } from "../../../../src/packages/package.ts";
import type { Stack } from "../../../../src/stack/stack.ts";
import { aLoadContext } from "../../../support/bundles.ts";
import { startFakeMirror } from "../../../support/fake-mirror.ts";
import { aDownloader, aPackageStack } from "../../../support/lock-request.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const packages = [
  { name: "bash", version: "5.2", fields: { Depends: "libc6" }, fillBytes: 2000 },
  { name: "libc6", version: "2.36" },
  { name: "httpd", version: "2.0" },
];

/** A machine with a mirror, and runs that keep what they say and write. */
async function aMachine() {
  await using resources = new AsyncDisposableStack();
  const mirror = resources.use(await startFakeMirror(packages));
  const { store } = resources.use(await temporaryStore());
  const owned = resources.move();
  const events: RunEventBody[] = [];
  const written: Lock[] = [];
  const context = (stack: Stack, changes: Partial<RunContext> = {}): RunContext => ({
    ...aLoadContext({ store }),
    stack,
    downloader: aDownloader(store).downloader,
    pythonIndex: noSources.pythonIndex,
    mirrors: async () => mirror.mirrors,
    keys: mirror.keys,
    lock: undefined,
    lockMode: "use",
    writeLock: async (lock) => void written.push(lock),
    jobs: 1,
    secretVariable: () => undefined,
    emit: (event) => void events.push(event),
    ...changes,
  });
  return {
    mirror,
    events,
    written,
    context,
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** What is said of the phases: each ends before the next begins. */
function phasesOf(events: readonly RunEventBody[]): readonly string[] {
  return events.flatMap((event) => {
    if (event.type === "phase-started") return [`${event.phase} (${event.title})`];
    return event.type === "phase-finished" ? [`${event.phase}: ${event.note}`] : [];
  });
}

const stack = aPackageStack({ base: ["bash"], app: ["httpd"] });

test("a lock that is missing is resolved and written, with what is being done", async () => {
  await using machine = await aMachine();
  const { context, events, written, mirror } = machine;
  const { lock, changed } = await lockStack(context(stack));
  expect(changed).toBe(true);
  expect(written).toEqual([lock]);
  const phases = phasesOf(events);
  const started = phases.filter((line) => line.endsWith(")"));
  expect(phases).toHaveLength(2 * started.length);
  for (const [index, line] of started.entries()) {
    const [name = ""] = line.split(" (");
    const note = index === started.length - 1 ? "3 packages" : "";
    expect(phases[2 * index]).toBe(line);
    expect(phases[2 * index + 1]).toBe(`${name}: ${note}`);
    expect(name.startsWith("lock:")).toBe(true);
  }
  expect(events).toContainEqual(
    expect.objectContaining({ type: "phase-progress", unit: "bytes", phase: expect.any(String) }),
  );

  // One that fits is asked nothing about, and not written again.
  events.length = 0;
  const asked = mirror.requests.length;
  expect(await lockStack(context(stack, { lock }))).toMatchObject({ changed: false });
  expect(mirror.requests).toHaveLength(asked);
  expect([written.length, events.length]).toEqual([1, 0]);
});

test("packages that nothing proves are named in each run that takes them", async () => {
  await using machine = await aMachine();
  const { context, events } = machine;
  const { lock, target } = await lockStack(context(stack));
  const marked = new Map(
    [...target.images].map(([name, image]) => [
      name,
      {
        ...image,
        packages: image.packages.map((entry) =>
          entry.name === "httpd" ? { ...entry, unsigned: true as const } : entry,
        ),
      },
    ]),
  );
  const targets = new Map([...lock.targets].map(([key, one]) => [key, { ...one, images: marked }]));
  events.length = 0;
  const unsigned = { lock: { ...lock, targets }, allowUnsigned: true };
  await lockStack(context(stack, unsigned));
  expect(events.filter(({ type }) => type === "notice")).toEqual([
    {
      type: "notice",
      level: "warning",
      message: "Nothing proves that these are the distribution's: httpd 2.0.",
    },
  ]);
});

test("what the mirrors would give is told without writing or fetching anything of it", async () => {
  await using machine = await aMachine();
  const { context, events, written, mirror } = machine;
  const { need } = await openLock(context(stack), "resolve");
  const pins = need?.images.map(({ name, pins: own }) => [
    name,
    own?.map((pin) => `${pin.name} ${pin.version}`).toSorted(),
  ]);
  expect(pins).toEqual([
    ["base", ["bash 5.2", "libc6 2.36"]],
    ["app", ["httpd 2.0"]],
  ]);
  expect(need?.images[0]?.pins?.find(({ name }) => name === "bash")?.sizeBytes).toBeGreaterThan(
    2000,
  );
  expect(written).toEqual([]);
  expect(mirror.requests.filter(({ path }) => path.endsWith(".deb"))).toEqual([]);
  expect(phasesOf(events).at(-1)).toMatch(/^lock:.*: $/);

  // Without a question the same need has no pins.
  const asked = mirror.requests.length;
  const foreseen = await openLock(context(stack), "foresee");
  expect(foreseen.need?.images.map(({ name, pins: own }) => [name, own])).toEqual([
    ["base", undefined],
    ["app", undefined],
  ]);
  expect(mirror.requests).toHaveLength(asked);
});

test("a lock that fits is what it is, whoever asks; with --locked one that does not is refused", async () => {
  await using machine = await aMachine();
  const { context, mirror } = machine;
  const { lock } = await openLock(context(stack), "write");
  const asked = mirror.requests.length;
  for (const use of ["foresee", "resolve", "write"] as const) {
    const opened = await openLock(context(stack, { lock, lockMode: "locked" }), use);
    expect(opened.lock).toBe(lock);
    expect(opened.need).toBeUndefined();
  }
  const other = aPackageStack({ base: ["bash", "httpd"] });
  for (const use of ["foresee", "resolve", "write"] as const) {
    const locked = context(other, { lock, lockMode: "locked" });
    await expect(openLock(locked, use)).rejects.toMatchObject({ code: "lock-outdated" });
  }
  expect(mirror.requests).toHaveLength(asked);
});
