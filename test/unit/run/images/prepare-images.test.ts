import { noSources } from "../../../../src/packages/lock/locked-files.ts";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunContext } from "../../../../src/run/context.ts";
import { prepareImages, rememberInputs } from "../../../../src/run/images/prepare-images.ts";
import type { Stack } from "../../../../src/stack/stack.ts";
import type { Store } from "../../../../src/store/store.ts";
import { aLock, aLockedImage, aLockTarget } from "../../../support/a-lock.ts";
import { aDockerfileImage, anImage, aStack } from "../../../support/builders.ts";
import { aLoadContext } from "../../../support/bundles.ts";
import { aDownloader, aPackageStack } from "../../../support/lock-request.ts";
import { temporaryFolder, temporaryStore } from "../../../support/temporary-store.ts";

/** A run of a stack that asks no mirror and writes no lock. */
function contextOf(stack: Stack, store: Store, lock?: RunContext["lock"]): RunContext {
  return {
    ...aLoadContext({ store }),
    stack,
    downloader: aDownloader(store).downloader,
    pythonIndex: noSources.pythonIndex,
    mirrors: async () => Promise.reject(new Error("no mirror is asked")),
    lock,
    lockMode: "use",
    writeLock: async () => Promise.reject(new Error("no lock is written")),
    jobs: 1,
    secretVariable: () => undefined,
    emit: () => undefined,
  };
}

/** A project of an image with a file, one that stands on it, and one of a Dockerfile. */
async function aProject() {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const { store } = resources.use(await temporaryStore());
  const owned = resources.move();
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(folder.path, file)), { recursive: true });
    await writeFile(path.join(folder.path, file), text);
  };
  await write("web/page", "page");
  await write("ctx/Dockerfile", "FROM scratch\nCOPY main /main\n");
  await write("ctx/main", "main");
  const files = [{ source: path.join(folder.path, "web"), target: "/web", uid: 0, gid: 0 }];
  const context = path.join(folder.path, "ctx");
  const dockerfile = path.join(context, "Dockerfile");
  const images = [
    anImage("base", { files }),
    anImage("app", { parent: "base" }),
    { ...aDockerfileImage("tool"), context, dockerfile },
  ];
  const stack = { ...aStack({ images }), directory: folder.path };
  return {
    write,
    stack,
    store,
    prepare: async (parts: Partial<Stack> = {}) =>
      await prepareImages(contextOf({ ...stack, ...parts }, store)),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

test("what an image was made from last tells what changed since, and nothing does else", async () => {
  await using project = await aProject();
  const { prepare, stack, store, write } = project;
  const first = await prepare();
  expect([...first.desired.keys()]).toEqual(["base", "app", "tool"]);
  expect(first.desired.get("base")).toEqual({
    reference: "qclock.invalid/t/base:latest",
    fingerprint: first.inputs.get("base")?.fingerprint,
  });
  for (const [name, inputs] of first.inputs) await rememberInputs({ stack, store }, name, inputs);
  expect((await prepare()).desired).toEqual(first.desired);
  expect(first.need).toBeUndefined();

  await write("web/page", "another page");
  await write("ctx/main", "another main");
  const second = await prepare();
  expect([...second.desired].map(([name, { change }]) => `${name}: ${change}`)).toEqual([
    "base: file web/page changed",
    "app: its base changed",
    "tool: file context changed",
  ]);
  for (const name of ["base", "app", "tool"])
    expect(second.desired.get(name)?.fingerprint).not.toBe(first.desired.get(name)?.fingerprint);

  // What is remembered is of this stack, for this kind of machine.
  for (const parts of [{ name: "other" }, { architecture: "arm64" }] as const) {
    const elsewhere = await prepare(parts);
    expect(elsewhere.desired.get("base")).not.toHaveProperty("change");
  }
});

test("a note that nobody of us wrote, or half of one, tells of no change", async () => {
  await using project = await aProject();
  const { prepare, stack, store, write } = project;
  const { inputs } = await prepare();
  const base = inputs.get("base");
  if (base === undefined) throw new Error("it was prepared");
  await rememberInputs({ stack, store }, "base", base);
  await write("web/page", "another page");
  const changeWith = async (note: unknown): Promise<unknown> => {
    await store.writeNote("image-inputs", `t-base-debian-12-amd64-${stack.manifestPath}`, note);
    return (await prepare()).desired.get("base")?.change;
  };
  const { fingerprint, parent, settings } = base;
  const whole = { fingerprint, parent, settings, packages: [] };
  expect(await changeWith(whole)).toBe("file web/page changed");
  for (const note of [null, "text", {}, { ...whole, packages: "none" }])
    expect(await changeWith(note)).toBeUndefined();
  // Another process wrote one of the two notes.
  const other = `sha256:${"1".repeat(64)}`;
  expect(await changeWith({ ...whole, fingerprint: other })).toBeUndefined();
});

test("images whose packages are not decided are stale, and so is what stands on them", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const stack = aPackageStack({ base: ["bash"], app: [], web: ["httpd"] });
  const { need, desired, inputs } = await prepareImages(contextOf(stack, store), "foresee");
  expect(need).toMatchObject({ state: "missing", images: [{ name: "base" }, { name: "web" }] });
  expect([...desired].map(([name, { change }]) => [name, change])).toEqual([
    ["base", "its packages are not locked yet"],
    ["app", "stands on an image that has to be locked"],
    ["web", "its packages are not locked yet"],
  ]);
  for (const [name, { fingerprint }] of desired)
    expect(fingerprint).not.toBe(inputs.get(name)?.fingerprint);

  // A lock that lacks one image's packages says what differs, and leaves the others as they are.
  const target = aLockTarget({
    base: aLockedImage(["bash 5.2"]),
    app: aLockedImage([]),
    web: aLockedImage(["apache 2"]),
  });
  const outdated = await prepareImages(contextOf(stack, store, aLock(target)), "foresee");
  expect(outdated.need?.state).toBe("outdated");
  expect([...outdated.desired].map(([name, { change }]) => [name, change])).toEqual([
    ["base", undefined],
    ["app", undefined],
    ["web", "asks for httpd as well, no longer asks for apache"],
  ]);
});

test("a stack that pins nothing needs no lock, and keeps the one that is there", async () => {
  await using project = await aProject();
  const { stack, store } = project;
  const lock = aLock(aLockTarget({}, { architecture: "arm64" }));
  const { lock: kept, target } = await prepareImages(contextOf(stack, store, lock));
  expect(kept).toBe(lock);
  expect(target).toMatchObject({ os: "debian-12", architecture: "amd64", repositories: [] });
  const none = await prepareImages(contextOf(stack, store));
  expect(none.lock).toEqual({ version: 2, targets: new Map() });
});

test.each([
  ["essential packages", { essential: true }],
  ["wheels", { wheels: { file: "/r.txt", displayPath: "r.txt", requirements: [] } }],
] as const)("an image of %s alone has to be locked as well", async (_, parts) => {
  await using temporary = await temporaryStore();
  const stack = aStack({ images: [anImage("app", parts)] });
  const { need } = await prepareImages(contextOf(stack, temporary.store), "foresee");
  expect(need).toMatchObject({ state: "missing", images: [{ name: "app" }] });
});
