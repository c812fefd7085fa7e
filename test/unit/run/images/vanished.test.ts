import { expect, test } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import { fetchFiles } from "../../../../src/packages/fetch/fetch.ts";
import { lockedFiles, noSources } from "../../../../src/packages/lock/locked-files.ts";
import { lockPackages } from "../../../../src/packages/lock/lock-packages.ts";
import type { Lock } from "../../../../src/packages/package.ts";
import { VanishedError } from "../../../../src/packages/fetch/vanished.ts";
import type { RunContext } from "../../../../src/run/context.ts";
import type { RunEventBody, RunReport } from "../../../../src/run/execution/event.ts";
import { replacingVanished } from "../../../../src/run/images/replace-vanished.ts";
import type { Store } from "../../../../src/store/store.ts";
import { file } from "../../../support/deb.ts";
import {
  type FakeMirror,
  type FakePackage,
  startFakeMirror,
} from "../../../support/fake-mirror.ts";
import { status } from "../../../support/file-server.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";
import { aLockRequest, aPackageStack } from "../../../support/lock-request.ts";

const stack = aPackageStack({ base: ["libc6", "tool"], app: ["web"] });
const report: RunReport = {
  status: "succeeded",
  startedAtMs: 0,
  durationMs: 0,
  nodes: [],
  steps: [],
};

test("packages that are on no mirror any more move, and no others; the run starts over with the new lock", async () => {
  await using rig = await aRig();
  const runs: string[] = [];

  const ended = await replacingVanished(
    rig.context,
    rig.lock,
    async (context, { throwVanished }) => {
      runs.push(`${throwVanished}: ${versions(context.lock)}`);
      await fetchAll(context, ["app"]);
      return report;
    },
  );

  expect(ended).toBe(report);
  expect(runs).toEqual(["true: libc6 1, tool 1, web 1", "false: libc6 2, tool 1, web 2"]);
  expect(rig.written.map(versions)).toEqual(["libc6 2, tool 1, web 2"]);
  expect(rig.events.filter(({ type }) => type === "notice")).toEqual([
    {
      type: "notice",
      level: "warning",
      message:
        "No mirror has what the lock names any more; moved in stack.lock.yaml: libc6 1 -> 2, web 1 -> 2. Starting over.",
      hint: expect.stringContaining("qclock lock diff"),
    },
  ]);
});

test("what the move forces is told apart", async () => {
  await using rig = await aRig({ Depends: "tool (>= 2)" });

  await replacingVanished(rig.context, rig.lock, async (context) => {
    await fetchAll(context, ["app"]);
    return report;
  });

  expect(rig.events).toContainEqual(
    expect.objectContaining({
      message: expect.stringContaining(
        "libc6 1 -> 2, web 1 -> 2; with it, since it needs them: tool 1 -> 2.",
      ),
    }),
  );
});

test("with --locked nothing moves: what needs the package fails, and names it", async () => {
  await using rig = await aRig();
  const options: unknown[] = [];

  await expect(
    replacingVanished({ ...rig.context, lockMode: "locked" }, rig.lock, async (context, mode) => {
      options.push(mode);
      await fetchAll(context, ["app"]);
      return report;
    }),
  ).rejects.toMatchObject({
    code: "package-vanished",
    message: "web 1 is neither in the store nor on any mirror any more.",
    hint: expect.stringContaining("qclock lock --update web"),
  });
  expect(options).toEqual([{ throwVanished: false }]);
  expect(rig.written).toEqual([]);
});

test("a mirror whose index lists what it does not have ends it: nothing is tried for ever", async () => {
  await using rig = await aRig();
  rig.mirror.answer("web_2_amd64.deb", status(404));
  let runs = 0;

  await expect(
    replacingVanished(rig.context, rig.lock, async (context) => {
      runs++;
      await fetchAll(context, ["app"]);
      return report;
    }),
  ).rejects.toMatchObject({ code: "package-vanished", message: expect.stringContaining("web 2") });
  expect(runs).toBe(1);
  expect(rig.written).toEqual([]);
});

test("any other failure is passed on", async () => {
  await using rig = await aRig();

  await expect(
    replacingVanished(rig.context, rig.lock, () =>
      Promise.reject(new QclockError("offline", "no")),
    ),
  ).rejects.toMatchObject({ code: "offline" });
  expect(rig.events).toEqual([]);
});

/**
 * A lock of version 1 of everything, of which the store has `tool` alone, and a mirror that has
 * only version 2.
 */
async function aRig(fields: Readonly<Record<string, string>> = {}): Promise<
  AsyncDisposable & {
    readonly context: RunContext;
    readonly lock: Lock;
    readonly mirror: FakeMirror;
    readonly events: readonly RunEventBody[];
    readonly written: readonly Lock[];
  }
> {
  const mirror = await startFakeMirror(versionOf("1", {}));
  const temporary = await temporaryStore();
  const { lock } = await lockPackages(aLockRequest({ mirror, ...temporary, stack }));
  await keepOnly(temporary.store, lock, "tool");
  await mirror.publish({ packages: versionOf("2", fields) });
  const events: RunEventBody[] = [];
  const written: Lock[] = [];
  const context = {
    ...aLockRequest({ mirror, ...temporary, stack }),
    store: temporary.store,
    lock,
    lockMode: "use",
    writeLock: async (value: Lock) => void written.push(value),
    emit: (event: RunEventBody) => void events.push(event),
  } as unknown as RunContext;
  return {
    context,
    lock,
    mirror,
    events,
    written,
    async [Symbol.asyncDispose]() {
      await mirror[Symbol.asyncDispose]();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

function versionOf(
  version: string,
  fields: Readonly<Record<string, string>>,
): readonly FakePackage[] {
  return ["libc6", "tool", "web"].map((name) => ({
    name,
    version,
    files: [file(`usr/share/${name}`, version)],
    ...(name === "web" ? { fields } : {}),
  }));
}

/** As building does: the packages of the images that are made. */
async function fetchAll(context: RunContext, images: readonly string[]): Promise<void> {
  const [target] = context.lock?.targets.values() ?? [];
  if (target === undefined) throw new VanishedError([]);
  const some = {
    ...target,
    images: new Map([...target.images].filter(([name]) => images.includes(name))),
  };
  const { downloader, signal, mirrors } = context;
  const files = lockedFiles(some, { ...noSources, mirrors });
  await fetchFiles({ files, downloader, concurrency: 2, onProgress: () => {}, signal });
}

/** Take all packages of a lock out of the store but one; what proves them stays. */
async function keepOnly(store: Store, lock: Lock, kept: string): Promise<void> {
  const packages = [...lock.targets.values()].flatMap(({ images }) =>
    [...images.values()].flatMap((image) => image.packages),
  );
  for (const { name, digest } of packages) if (name !== kept) await store.remove(digest);
}

function versions(lock: Lock | undefined): string {
  const packages = [...(lock?.targets.values() ?? [])].flatMap(({ images }) =>
    [...images.values()].flatMap((image) => image.packages),
  );
  return packages.map(({ name, version }) => `${name} ${version}`).join(", ");
}
