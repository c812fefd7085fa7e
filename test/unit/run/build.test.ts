import { expect, test } from "vitest";
import { build } from "../../../src/run/build.ts";
import { takeHold } from "../../../src/run/hold/hold.ts";
import { up } from "../../../src/run/up.ts";
import { lockPackages } from "../../../src/packages/lock/lock-packages.ts";
import type { Lock } from "../../../src/packages/package.ts";
import type { Clock, RunContext } from "../../../src/run/context.ts";
import { anImage } from "../../support/builders.ts";
import { file } from "../../support/deb.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { startFakeMirror } from "../../support/fake-mirror.ts";
import { aDownloader, aLockRequest } from "../../support/lock-request.ts";
import {
  aMemoryService,
  appAndDb,
  failuresOf,
  memoryName,
  type MemoryStack,
  openMemoryStack,
} from "../../support/memory-stack.ts";
import { instead } from "../../support/operation-rig.ts";

const tools = "qclock.invalid/shop/tools:latest";

/** Something happens while a run waits for the hold; the clock goes on after that. */
function clockWith(happens: () => Promise<unknown>): Clock {
  const clock = fakeClock();
  let sleeps = 0;
  return {
    now: () => clock.now(),
    async sleep(durationMs, signal) {
      if (++sleeps === 2) await happens();
      await clock.sleep(durationMs, signal);
    },
  };
}

function contextOf(memory: MemoryStack, parts = appAndDb()) {
  return memory.rig.context(memory.rig.stack(parts));
}

test("a build makes the images that are not up to date, and nothing else", async () => {
  await using memory = await openMemoryStack();
  const report = await build(contextOf(memory), {});
  expect(report.nodes.map(({ node }) => node.id)).toEqual(["assemble:tools", "load:tools"]);
  expect(report).not.toHaveProperty("stored");
  expect(memory.engine.images.find(tools)).toBeDefined();
  expect(memory.engine.calls).toContain("create container shop-qclock-hold");
  expect([...memory.engine.networks.keys(), ...memory.engine.volumes.keys()]).toEqual([]);

  memory.told();
  expect(await build(contextOf(memory), {})).toMatchObject({ status: "succeeded", nodes: [] });
  expect(memory.told()).toEqual([]);
});

test("an image that the stack does not have is told with those that it has", async () => {
  await using memory = await openMemoryStack();
  await expect(build(contextOf(memory), { images: ["tools", "web"] })).rejects.toMatchObject({
    code: "usage",
    message: 'The stack has no image "web".',
    hint: "It has tools.",
  });
  expect(memory.told()).toEqual([]);
});

test("images that services of inactive profiles alone need are built when they are named", async () => {
  await using memory = await openMemoryStack();
  const reference = "qclock.invalid/shop/debug:latest";
  const images = [anImage("debug", { reference, parent: "tools" })];
  const services = [aMemoryService("app"), aMemoryService("debug", { image: "debug" })];
  const stack = { ...memory.rig.stack({ services, images }), inactive: new Set(["debug"]) };
  const built = async (names?: readonly string[]): Promise<readonly string[]> => {
    const options = names === undefined ? {} : { images: names };
    expect(failuresOf(await build(memory.rig.context(stack), options))).toEqual([]);
    return memory.engine.images.references().filter((name) => name.includes("/shop/"));
  };
  expect(await built()).toEqual([tools]);
  expect(await built(["debug"])).toEqual([reference, tools]);
});

test("building needs neither secrets nor services", async () => {
  let commands = 0;
  await using memory = await openMemoryStack(() => ({
    exec: () => ({ exitCode: ++commands < 0 ? 1 : 0, output: "" }),
  }));
  await up(contextOf(memory), {});
  const before = commands;
  const purposes: unknown[] = [];
  const engine = instead(memory.engine, {
    observe: async (request, signal) => {
      purposes.push(request.purpose);
      return await memory.engine.observe(request, signal);
    },
  });
  const secrets = [
    { name: "password", source: { type: "environment", variable: "NONE" } },
  ] as const;
  const stack = memory.rig.stack({ ...appAndDb(), secrets });
  const context = memory.rig.context(stack, { engine: async () => engine });
  expect(await build(context, {})).toMatchObject({ status: "succeeded", nodes: [] });
  expect(purposes).toEqual(["build"]);
  expect(commands).toBe(before);
  await expect(up(context, {})).rejects.toMatchObject({ code: "usage" });
});

test("images for other machines stay in the store, and the report says what is there", async () => {
  await using memory = await openMemoryStack();
  const { engine } = memory;
  const own = (await engine.info()).architecture;
  const architecture = own === "arm64" ? "amd64" : "arm64";
  const reference = "qclock.invalid/shop/web:latest";
  const directories = [{ path: "/srv", mode: 0o755, uid: 0, gid: 0 }];
  const parts = { ...appAndDb(), images: [anImage("web", { reference, directories })] };
  const stack = { ...memory.rig.stack(parts), architecture } as const;
  const context = memory.rig.context(stack, { isPlatformNamed: true });

  const report = await build(context, { images: ["web"] });
  expect(report.nodes.map(({ node }) => node.id)).toEqual(["assemble:web"]);
  expect(report.stored?.map(({ name }) => name)).toEqual(["web"]);
  expect(engine.images.references()).toEqual(["qclock.invalid/empty:latest"]);
  expect(memory.rig.events).toContainEqual({
    type: "notice",
    level: "info",
    message: `The Engine runs linux/${own}: images for linux/${architecture} stay in the store.`,
    hint: `qclock bundle save FILE --images --platform linux/${architecture} writes them into a file.`,
  });
  // The program in the other image is one of this machine.
  const failed = await build(context, {});
  expect(failuresOf(failed)).toEqual([expect.stringMatching(/^assemble:tools: .*app/)]);
  expect(failed).not.toHaveProperty("stored");
  const again = await build(context, { images: ["web"] });
  expect(again.nodes).toEqual([]);
  expect(again.stored).toEqual(report.stored);

  // They cannot run here, which is told before anything else.
  const asked = { ...context, mirrors: async () => Promise.reject(new Error("it was asked")) };
  await expect(up(asked, {})).rejects.toMatchObject({ code: "engine-platform" });
});

test("what another run built while this one waited is not built again", async () => {
  await using memory = await openMemoryStack();
  const first = await takeHold({ ...contextOf(memory), stackName: memoryName });
  const clock = clockWith(async () => {
    await first[Symbol.asyncDispose]();
    await build(contextOf(memory), {});
    memory.told();
  });
  const waiting = { ...contextOf(memory), clock, holdTimeoutMs: 60_000 };
  expect(await build(waiting, {})).toMatchObject({ status: "succeeded", nodes: [] });
  expect(memory.told().filter((call) => !call.includes("qclock-hold"))).toEqual([]);
});

test("files that changed while a run waited are in the image that it makes", async () => {
  await using memory = await openMemoryStack();
  await memory.rig.writeTool("note.txt", "before");
  const first = await takeHold({ ...contextOf(memory), stackName: memoryName });
  const clock = clockWith(async () => {
    await memory.rig.writeTool("note.txt", "after, and longer");
    await first[Symbol.asyncDispose]();
  });
  const waiting = { ...contextOf(memory), clock, holdTimeoutMs: 60_000 };
  expect(failuresOf(await up(waiting, {}))).toEqual([]);
  memory.told();
  expect(await up(contextOf(memory), {})).toMatchObject({ nodes: [] });
  expect(memory.told()).toEqual([]);
});

test("a stack that is as declared may be about to change while another run holds it", async () => {
  await using memory = await openMemoryStack();
  await up(contextOf(memory), {});
  await using _hold = await takeHold({ ...contextOf(memory), stackName: memoryName });
  await expect(up(contextOf(memory), {})).rejects.toMatchObject({ code: "stack-locked" });
});

/** A stack whose lock names version 1 of a package, and a mirror that has version 2 alone. */
async function vanishing(memory: MemoryStack) {
  await using resources = new AsyncDisposableStack();
  const packageOf = (version: string) => [
    { name: "tool", version, files: [file("usr/share/tool", version)] },
  ];
  const mirror = resources.use(await startFakeMirror(packageOf("1")));
  const web = anImage("web", {
    reference: "qclock.invalid/shop/web:latest",
    packages: ["tool"],
  });
  const declared = memory.rig.stack({ ...appAndDb(), images: [web] });
  const stack = { ...declared, architecture: "amd64" } as const;
  const { store, ...rest } = memory.rig.context(stack);
  const { lock } = await lockPackages(aLockRequest({ mirror, store, stack }));
  for (const { images } of lock.targets.values())
    for (const { digest } of images.get("web")?.packages ?? []) await store.remove(digest);
  await mirror.publish({ packages: packageOf("2") });
  const written: Lock[] = [];
  const context: RunContext = {
    ...rest,
    store,
    mirrors: async () => mirror.mirrors,
    downloader: aDownloader(store).downloader,
    keys: mirror.keys,
    lock,
    lockMode: "use",
    writeLock: async (one) => void written.push(one),
  };
  const owned = resources.move();
  return { context, written, [Symbol.asyncDispose]: async () => owned.disposeAsync() };
}

function versionsIn(lock: Lock | undefined): readonly string[] {
  return [...(lock?.targets.values() ?? [])].flatMap(({ images }) =>
    [...images.values()].flatMap(({ packages }) => packages.map(({ version }) => version)),
  );
}

test("a package that is on no mirror any more moves, and the build starts over with the new lock", async () => {
  await using memory = await openMemoryStack();
  await using vanished = await vanishing(memory);
  const { context, written } = vanished;
  const report = await build(context, { images: ["web"] });
  expect(failuresOf(report)).toEqual([]);
  expect(report.nodes.map(({ node }) => node.id)).toContain("assemble:web");
  // The lock that moved, and then with the layer that was made.
  expect(written.map(versionsIn)).toEqual([["2"], ["2"]]);
  const [, last] = written;
  const images = [...(last?.targets.values() ?? [])].map((target) => target.images.get("web"));
  expect(images[0]?.packagesLayer).toMatch(/^sha256:/);
  expect(memory.engine.calls.filter((call) => call.includes("hold"))).toEqual([
    "create container shop-qclock-hold",
    "remove container shop-qclock-hold",
  ]);
});

test("with --locked such a package fails what needs it, and the lock stays", async () => {
  await using memory = await openMemoryStack();
  await using vanished = await vanishing(memory);
  const { context, written } = vanished;
  const report = await build({ ...context, lockMode: "locked" }, { images: ["web"] });
  expect(failuresOf(report)).toEqual([
    "assemble:web: tool 1 is neither in the store nor on any mirror any more.",
  ]);
  expect(written).toEqual([]);
});
