import { expect, test } from "vitest";
import { fetchPackages } from "../../../src/packages/fetch/fetch.ts";
import { lockPackages } from "../../../src/packages/lock/lock-packages.ts";
import type { LockRequest } from "../../../src/packages/lock/request.ts";
import type { Lock, LockedPackage, LockTarget } from "../../../src/packages/package.ts";
import type { Store } from "../../../src/store/store.ts";
import { file } from "../../support/deb.ts";
import { type FakeMirror, type FakePackage, startFakeMirror } from "../../support/fake-mirror.ts";
import { sendFile } from "../../support/file-server.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import { aLockRequest, aPackageStack } from "../../support/lock-request.ts";

const first: readonly FakePackage[] = [
  aPackage("bash", "1", { Depends: "libc6" }),
  aPackage("libc6", "1"),
  aPackage("perl", "1", { "Pre-Depends": "perl-base (= 1)" }),
  aPackage("perl-base", "1", { Depends: "libc6" }),
  aPackage("web", "1", { Depends: "libc6 (>= 1)" }),
];
/** Everything has a newer version, and the former ones are in no index any more. */
const second: readonly FakePackage[] = [
  aPackage("bash", "2", { Depends: "libc6" }),
  aPackage("libc6", "2"),
  aPackage("perl", "2", { "Pre-Depends": "perl-base (= 2)" }),
  aPackage("perl-base", "2", { Depends: "libc6 (>= 1)" }),
  aPackage("web", "2", { Depends: "libc6 (>= 2)" }),
];
const images = { base: ["bash", "perl"], app: ["web"] };

test("the named package alone moves, though no index lists the other versions any more", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  const { lock } = await locked(mirror, temporary.store, undefined);
  await mirror.publish({ packages: second });

  const { target, changed } = await locked(mirror, temporary.store, lock, ["bash"]);

  expect(changed).toBe(true);
  expect(versions(target)).toBe("base: bash 2, libc6 1, perl 1, perl-base 1; app: web 1");
});

test("what the new version needs, and what needs it, move along", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  const { lock } = await locked(mirror, temporary.store, undefined);
  await mirror.publish({ packages: second });

  const base = await locked(mirror, temporary.store, lock, ["perl-base"]);
  const app = await locked(mirror, temporary.store, lock, ["web"]);

  expect(versions(base.target)).toBe("base: bash 1, libc6 1, perl 2, perl-base 2; app: web 1");
  expect(versions(app.target)).toBe("base: bash 1, libc6 2, perl 1, perl-base 1; app: web 2");
});

test("a version that is to stay comes from the mirror where the store lacks it", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const { lock } = await locked(mirror, store, undefined);
  for (const { digest } of packagesOf(lock)) await store.remove(digest);
  await mirror.publish({ packages: second });
  // A mirror drops what no index lists only after a while.
  await using former = await startFakeMirror(first);
  for (const name of ["perl", "perl-base", "web"]) {
    const path = `/debian/pool/main/${name}_1_amd64.deb`;
    const response = await fetch(`${former.url}${path}`);
    const content = Buffer.from(await response.arrayBuffer());
    mirror.answer(path, (answer, _, request) => sendFile(answer, content, request));
  }

  const { target } = await locked(mirror, store, lock, ["bash"]);

  // libc6 1 is nowhere any more, so that it cannot stay.
  expect(versions(target)).toBe("base: bash 2, libc6 2, perl 1, perl-base 1; app: web 1");
});

test("a change of the manifest moves nothing for that an index lists it no more", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  const { lock } = await locked(mirror, temporary.store, undefined);
  await mirror.publish({ packages: [...second, aPackage("less", "2", { Depends: "libc6" })] });
  const stack = aPackageStack({ ...images, app: ["web", "less"] });

  const { target } = await lockPackages(
    aLockRequest({ mirror, ...temporary, stack, existing: lock }),
  );

  expect(versions(target)).toBe("base: bash 1, libc6 1, perl 1, perl-base 1; app: less 2, web 1");
});

test("an update that finds nothing newer changes nothing, not even the packages layers", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  const built = withLayers(await locked(mirror, temporary.store, undefined));

  const named = await locked(mirror, temporary.store, built, ["bash"]);
  const all = await lockPackages(
    aLockRequest({
      mirror,
      ...temporary,
      stack: aPackageStack(images),
      existing: built,
      mode: "update",
    }),
  );

  expect(named).toMatchObject({ changed: false, lock: built });
  expect(all).toMatchObject({ changed: false, lock: built });
});

test("only the layers of images that a move concerns are dropped: those of it and of what stands on it", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  const built = withLayers(await locked(mirror, temporary.store, undefined));
  await mirror.publish({ packages: second });

  const child = await locked(mirror, temporary.store, built, ["web"]);
  await mirror.publish({ packages: [...first, aPackage("web", "1.1", { Depends: "libc6" })] });
  const leaf = await locked(mirror, temporary.store, built, ["web"]);

  expect(layers(child.target)).toEqual([]);
  expect(layers(leaf.target)).toEqual(["base"]);
});

test("a name that is not in the lock is refused before any request, with what was meant", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  const { lock } = await locked(mirror, temporary.store, undefined);
  const before = mirror.requests.length;

  await expect(locked(mirror, temporary.store, lock, ["bash", "pearl"])).rejects.toMatchObject({
    code: "unknown-package",
    message: 'No image of the lock for debian-12/amd64 holds "pearl".',
    hint: 'Did you mean "perl"?',
  });
  await expect(locked(mirror, temporary.store, undefined, ["bash"])).rejects.toMatchObject({
    code: "lock-outdated",
    hint: "Make it with `qclock lock`.",
  });
  expect(mirror.requests).toHaveLength(before);
});

test("a package that was taken out of the lock by hand is missed, and put back", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  const { lock, target } = await locked(mirror, temporary.store, undefined);
  const cut: Lock = {
    version: 2,
    targets: new Map([
      [
        "debian-12/amd64",
        { ...target, images: new Map([...target.images, ["app", { packages: [] }]]) },
      ],
    ]),
  };
  const stack = aPackageStack(images);
  const request = aLockRequest({ mirror, ...temporary, stack, existing: cut });

  await expect(lockPackages({ ...request, mode: "locked" })).rejects.toMatchObject({
    code: "lock-outdated",
    details: ['image "app": asks for web as well'],
  });
  await expect(lockPackages(request)).resolves.toMatchObject({ lock });
});

test("a package that was replaced on the mirror under its name is refused by its digest, and not kept", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  await using empty = await temporaryStore();
  const { target } = await locked(mirror, temporary.store, undefined);
  // Signed anew, so that the index names the other bytes: for a lock that is no excuse.
  await mirror.publish({
    packages: second.map((each) => (each.name === "web" ? aPackage("web", "1", {}, "evil") : each)),
  });
  const digest = target.images.get("app")?.packages[0]?.digest ?? "sha256:";

  await expect(
    fetchPackages({
      ...aLockRequest({ mirror, ...empty, stack: aPackageStack(images) }),
      packages: (target.images.get("app")?.packages ?? []).map((each) => ({
        ...each,
        archive: "main",
      })),
      concurrency: 1,
    }),
  ).rejects.toMatchObject({
    code: "digest-mismatch",
    message: expect.stringMatching(/^web 1 .* has the digest sha256:|^web 1 .*larger/),
    hint: expect.stringContaining(digest),
  });
  await expect(empty.store.find(digest)).resolves.toBeUndefined();
});

async function locked(
  mirror: FakeMirror,
  store: Store,
  existing: Lock | undefined,
  move?: readonly string[],
): ReturnType<typeof lockPackages> {
  const update: Partial<LockRequest> =
    move === undefined ? {} : { mode: "update", move: new Set(move) };
  const stack = aPackageStack(images);
  return await lockPackages(aLockRequest({ mirror, store, stack, existing, ...update }));
}

function aPackage(
  name: string,
  version: string,
  fields: Readonly<Record<string, string>> = {},
  content = version,
): FakePackage {
  return { name, version, fields, files: [file(`usr/share/${name}`, content)] };
}

function withLayers({ lock }: { readonly lock: Lock }): Lock {
  const targets = [...lock.targets].map(([key, target]) => {
    const named = [...target.images].map(
      ([name, image]) =>
        [name, { ...image, packagesLayer: `sha256:${"a".repeat(64)}` as const }] as const,
    );
    return [key, { ...target, images: new Map(named) }] as const;
  });
  return { version: 2, targets: new Map(targets) };
}

function packagesOf(lock: Lock): readonly LockedPackage[] {
  return [...lock.targets.values()].flatMap((target) =>
    [...target.images.values()].flatMap((image) => image.packages),
  );
}

function versions({ images: all }: LockTarget): string {
  return [...all]
    .map(
      ([image, { packages }]) =>
        `${image}: ${packages.map(({ name, version }) => `${name} ${version}`).join(", ")}`,
    )
    .join("; ");
}

function layers({ images: all }: LockTarget): readonly string[] {
  return [...all].flatMap(([name, { packagesLayer }]) =>
    packagesLayer === undefined ? [] : [name],
  );
}
