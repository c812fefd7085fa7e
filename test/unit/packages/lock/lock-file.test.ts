import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { lockPackages } from "../../../../src/packages/lock/lock-packages.ts";
import { formatReason } from "../../../../src/packages/reason.ts";
import type { LockTarget } from "../../../../src/packages/package.ts";
import type { Store } from "../../../../src/store/store.ts";
import {
  createTestKey,
  type FakeMirror,
  type FakePackage,
  startFakeMirror,
} from "../../../support/fake-mirror.ts";
import { sendTampered, status } from "../../../support/file-server.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";
import { aDownloader, aLockRequest, aPackageStack } from "../../../support/lock-request.ts";

const packages: readonly FakePackage[] = [
  { name: "libc6", version: "2.36-9", builtAt: 1_700_000_100 },
  { name: "bash", version: "5.2-1", fields: { "Pre-Depends": "libc6 (>= 2.36)" } },
  { name: "bash", version: "5.2-1+deb12u1", suite: "bookworm-security", builtAt: 1_700_000_900 },
  { name: "tzdata", version: "2026a", architecture: "all", fields: { Source: "tz (2026a-1)" } },
  { name: "web", fields: { Depends: "libc6, web-data (= 1.0)" } },
  { name: "web-data", architecture: "all" },
];

test("names become exact packages, each with its place, its digest and its reason", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const stack = aPackageStack({ base: ["bash", "libc6", "tzdata"], app: ["web"] });

  const { target, changed } = await lockPackages(aLockRequest({ mirror, ...temporary, stack }));

  expect(changed).toBe(true);
  expect(describe(target)).toEqual([
    "base: bash 5.2-1+deb12u1 from bookworm-security: requested",
    "base: libc6 2.36-9 from bookworm: requested",
    "base: tzdata 2026a from bookworm: requested",
    "app: web 1.0 from bookworm: requested",
    "app: web-data 1.0 from bookworm: web needs web-data (= 1.0)",
  ]);
  expect([...target.images.values()].map(({ newestBuild }) => newestBuild)).toContain(
    1_700_000_900,
  );
  expect(target.repositories.map(({ id, archive, signedBy }) => [id, archive, signedBy])).toEqual([
    ["bookworm", "main", mirror.keys[0]?.fingerprint],
    ["bookworm-updates", "main", mirror.keys[0]?.fingerprint],
    ["bookworm-security", "security", mirror.keys[0]?.fingerprint],
  ]);
  const tzdata = target.images.get("base")?.packages.find(({ name }) => name === "tzdata");
  expect(tzdata).toMatchObject({ source: "tz", sourceVersion: "2026a-1", architecture: "all" });
  for (const { digest } of [...target.images.values()].flatMap((image) => image.packages)) {
    await expect(temporary.store.find(digest)).resolves.toBeDefined();
  }
});

test("a lock that fits is used as it is, without a mirror and without a request", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const stack = aPackageStack({ base: ["bash"] });
  const first = await lockPackages(aLockRequest({ mirror, ...temporary, stack }));
  const before = mirror.requests.length;

  const second = await lockPackages(
    aLockRequest({
      mirror,
      ...temporary,
      stack,
      existing: first.lock,
      mirrors: () => Promise.reject(new Error("the mirror was asked for")),
    }),
  );

  expect(second).toMatchObject({ lock: first.lock, changed: false });
  expect(mirror.requests).toHaveLength(before);
});

test("times are those of the newest package in an image and its parents: one in another image changes none", async () => {
  const old = [
    { name: "base-tool", builtAt: 1_700_000_100 },
    { name: "app-tool", builtAt: 1_700_000_050 },
    { name: "db-tool", builtAt: 1_700_000_200 },
  ];
  await using mirror = await startFakeMirror(old);
  await using temporary = await temporaryStore();
  const stack = aPackageStack({ base: ["base-tool"], app: ["app-tool"], db: ["db-tool"] });
  const builds = ({ images }: LockTarget): readonly (number | undefined)[] =>
    [...images.values()].map(({ newestBuild }) => newestBuild);

  const first = await lockPackages(aLockRequest({ mirror, ...temporary, stack }));
  const suite = "bookworm-updates" as const;
  const later = { name: "db-tool", version: "2.0", builtAt: 1_700_009_000, suite };
  await mirror.publish({ packages: [...old, later] });
  const second = await lockPackages(
    aLockRequest({ mirror, ...temporary, stack, existing: first.lock, mode: "update" }),
  );

  expect(builds(first.target)).toEqual([1_700_000_100, 1_700_000_100, 1_700_000_200]);
  expect(builds(second.target)).toEqual([1_700_000_100, 1_700_000_100, 1_700_009_000]);
});

test("a change of the manifest moves only what it needs; an update moves everything", async () => {
  const old: readonly FakePackage[] = [{ name: "a" }, { name: "b" }, { name: "c" }];
  await using mirror = await startFakeMirror(old);
  await using temporary = await temporaryStore();
  const first = await lockPackages(
    aLockRequest({ mirror, ...temporary, stack: aPackageStack({ base: ["a", "b"] }) }),
  );
  await mirror.publish({
    packages: [
      ...old,
      ...old.map((one) => ({ ...one, version: "1.1", suite: "bookworm-updates" as const })),
    ],
  });
  const request = aLockRequest({
    mirror,
    ...temporary,
    stack: aPackageStack({ base: ["a", "c"] }),
    existing: first.lock,
  });

  const used = await lockPackages(request);
  const updated = await lockPackages({ ...request, existing: used.lock, mode: "update" });

  expect(describe(used.target)).toEqual([
    "base: a 1.0 from bookworm: requested",
    "base: c 1.1 from bookworm-updates: requested",
  ]);
  expect(describe(updated.target)).toEqual([
    "base: a 1.1 from bookworm-updates: requested",
    "base: c 1.1 from bookworm-updates: requested",
  ]);
});

test("an update of one package moves it, what its new version needs, and nothing else", async () => {
  const old: readonly FakePackage[] = [
    { name: "lib" },
    { name: "tool", fields: { Depends: "lib" } },
    { name: "other", fields: { Depends: "lib" } },
    { name: "alone" },
  ];
  await using mirror = await startFakeMirror(old);
  await using temporary = await temporaryStore();
  // The library is in the parent, and is chosen before the tool that needs a newer one.
  const stack = aPackageStack({ base: ["lib", "alone"], app: ["other", "tool"] });
  const first = await lockPackages(aLockRequest({ mirror, ...temporary, stack }));
  const suite = "bookworm-updates" as const;
  await mirror.publish({
    packages: [
      ...old,
      { name: "lib", version: "1.1", suite },
      { name: "tool", version: "1.1", suite, fields: { Depends: "lib (>= 1.1)" } },
      { name: "other", version: "1.1", suite, fields: { Depends: "lib" } },
      { name: "alone", version: "1.1", suite },
    ],
  });
  const request = aLockRequest({
    mirror,
    ...temporary,
    stack,
    existing: first.lock,
    mode: "update",
  });

  const { target } = await lockPackages({ ...request, move: new Set(["tool"]) });

  expect(describe(target)).toEqual([
    "base: alone 1.0 from bookworm: requested",
    "base: lib 1.1 from bookworm-updates: requested",
    "app: other 1.0 from bookworm: requested",
    "app: tool 1.1 from bookworm-updates: requested",
  ]);
  await expect(lockPackages({ ...request, move: new Set(["tol"]) })).rejects.toMatchObject({
    code: "unknown-package",
    hint: 'Did you mean "tool"?',
  });
});

test("a kept version that what moves breaks is let go as well", async () => {
  await using mirror = await startFakeMirror([{ name: "a" }, { name: "b" }]);
  await using temporary = await temporaryStore();
  const stack = aPackageStack({ base: ["a", "b"] });
  const first = await lockPackages(aLockRequest({ mirror, ...temporary, stack }));
  const suite = "bookworm-updates" as const;
  await mirror.publish({
    packages: [
      { name: "a" },
      { name: "b" },
      { name: "a", version: "2.0", suite, fields: { Breaks: "b (<< 2.0)" } },
      { name: "b", version: "2.0", suite },
    ],
  });

  const { target } = await lockPackages(
    aLockRequest({
      mirror,
      ...temporary,
      stack,
      existing: first.lock,
      mode: "update",
      move: new Set(["a"]),
    }),
  );

  expect(describe(target)).toEqual([
    "base: a 2.0 from bookworm-updates: requested",
    "base: b 2.0 from bookworm-updates: requested",
  ]);
});

test("--locked refuses a stale lock and an absent one before any request", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const request = aLockRequest({ mirror, ...temporary, stack: aPackageStack({ base: ["bash"] }) });
  const { lock } = await lockPackages(request);
  const before = mirror.requests.length;
  const changed = aPackageStack({ base: ["bash", "tzdata"] });

  await expect(
    lockPackages({ ...request, stack: changed, existing: lock, mode: "locked" }),
  ).rejects.toMatchObject({
    code: "lock-outdated",
    details: ['image "base": asks for tzdata as well'],
    hint: "Run `qclock lock`, review the difference and commit it.",
  });
  const elsewhere = { ...request.stack, architecture: "arm64" } as const;
  await expect(
    lockPackages({ ...request, stack: elsewhere, existing: lock, mode: "locked" }),
  ).rejects.toMatchObject({
    code: "lock-outdated",
    message: "stack.lock.yaml has no entry for debian-12/arm64.",
    hint: expect.stringContaining("`qclock lock --os debian-12 --platform linux/arm64`"),
  });
  await expect(lockPackages({ ...request, mode: "locked" })).rejects.toMatchObject({
    code: "lock-outdated",
  });
  expect(mirror.requests).toHaveLength(before);
});

test("other targets of a lock are left alone", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const request = aLockRequest({ mirror, ...temporary, stack: aPackageStack({ base: ["bash"] }) });
  const { target } = await lockPackages(request);
  const existing = { version: 2, targets: new Map([["debian-13/arm64", target]]) } as const;

  const { lock } = await lockPackages({ ...request, existing });

  expect([...lock.targets.keys()]).toEqual(["debian-13/arm64", "debian-12/amd64"]);
  expect(lock.targets.get("debian-13/arm64")).toBe(target);
});

test("an unknown package is told with its image's place and the name that was meant", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const stack = aPackageStack({ base: ["libc6"], app: ["tzdtaa"] });

  await expect(lockPackages(aLockRequest({ mirror, ...temporary, stack }))).rejects.toMatchObject({
    code: "unknown-package",
    hint: 'Did you mean "tzdata"?',
    details: ['stack.config.yaml:4:3: image "app"'],
  });
});

test.for([
  ["changed after it was signed", "bookworm/InRelease", "no signature is by a key"],
  ["changed on the security mirror", "bookworm-security/InRelease", "no signature is by a key"],
] as const)("a release file that was %s is refused", async ([, file, message]) => {
  await using mirror = await startFakeMirror(packages);
  mirror.answer(file, (response, body = Buffer.alloc(0)) => {
    response.end(body.toString().replace("Origin: Debian", "Origin: Debiam"));
  });

  await expectRefusal(mirror, { code: "signature-invalid", message });
});

test("a release file that is no signed text is refused", async () => {
  await using mirror = await startFakeMirror(packages);
  mirror.answer("bookworm/InRelease", (response) => response.end("<html>Please log in</html>"));

  await expectRefusal(mirror, { code: "signature-invalid", message: "not a signed release file" });
});

test("a release file signed by another key is refused", async () => {
  await using mirror = await startFakeMirror(packages);
  await mirror.publish({ packages, key: await createTestKey() });

  await expectRefusal(mirror, { code: "signature-invalid", message: "no signature is by a key" });
});

test("a well signed release file of another suite is refused", async () => {
  await using mirror = await startFakeMirror(packages);
  await mirror.publish({ packages, codename: (suite) => suite.replace("bookworm", "bullseye") });

  await expectRefusal(mirror, { code: "signature-invalid", message: "bullseye" });
});

test("a release file past its date is refused, with a word about the clock", async () => {
  await using mirror = await startFakeMirror(packages);
  await mirror.publish({ packages, validUntil: new Date("2021-01-01T00:00:00Z") });

  await expectRefusal(mirror, {
    code: "signature-invalid",
    message: "2021-01-01T00:00:00.000Z",
    hint: /clock/,
  });
});

test("an index that differs from the signed digest is refused", async () => {
  await using mirror = await startFakeMirror(packages);
  mirror.answer("Packages.xz", sendTampered);
  for (const { ending } of await byHash(mirror)) mirror.answer(ending, sendTampered);

  await expectRefusal(mirror, { code: "digest-mismatch", message: "main/binary-amd64/" });
});

test("a package that differs from its digest is refused, and nothing of it is kept", async () => {
  await using mirror = await startFakeMirror(packages);
  mirror.answer("libc6_2.36-9_amd64.deb", sendTampered);

  await expectRefusal(mirror, { code: "digest-mismatch", message: "libc6_2.36-9_amd64.deb" });
});

test("a release without the architecture is told as such", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const stack = { ...aPackageStack({ base: ["bash"] }), architecture: "arm64" } as const;

  await expect(lockPackages(aLockRequest({ mirror, ...temporary, stack }))).rejects.toMatchObject({
    code: "mirror-unreachable",
    hint: "The release has no packages for arm64.",
  });
});

test("a mirror without the suite is told as such, with who named the mirror", async () => {
  await using mirror = await startFakeMirror(packages);
  mirror.answer("bookworm-updates/InRelease", status(404));

  await expectRefusal(mirror, {
    code: "mirror-unreachable",
    message: "bookworm-updates/InRelease",
    hint: /the test/,
  });
});

test("a mirror without by-hash folders still serves its indexes", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  for (const { ending } of await byHash(mirror)) mirror.answer(ending, status(404));
  const stack = aPackageStack({ base: ["bash", "libc6"] });

  const { target } = await lockPackages(aLockRequest({ mirror, ...temporary, stack }));

  expect(target.images.get("base")?.packages).toHaveLength(2);
});

test("offline, a lock that is lacking fails without a single request", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store, { offline: true });
  const stack = aPackageStack({ base: ["bash"] });

  await expect(
    lockPackages(aLockRequest({ mirror, ...temporary, stack, downloader })),
  ).rejects.toMatchObject({ code: "offline" });
  expect(downloader.requestCount).toBe(0);
  expect(mirror.requests).toEqual([]);
});

test("an abort ends the work and leaves no unfinished file", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const stop = new AbortController();
  mirror.answer("bash_5.2-1+deb12u1_amd64.deb", (response, file = Buffer.alloc(0)) => {
    response.writeHead(200, { "content-length": file.length });
    response.write(file.subarray(0, 10), () => stop.abort(new Error("Ctrl-C")));
  });
  const stack = aPackageStack({ base: ["bash", "libc6"] });

  await expect(
    lockPackages(aLockRequest({ mirror, ...temporary, stack, signal: stop.signal })),
  ).rejects.toThrow("Ctrl-C");
  await expect(unfinished(temporary.store)).resolves.toEqual([]);
});

async function expectRefusal(
  mirror: FakeMirror,
  expected: { readonly code: string; readonly message: string; readonly hint?: RegExp },
): Promise<void> {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const stack = aPackageStack({ base: ["bash", "libc6"] });
  await expect(lockPackages(aLockRequest({ mirror, store, stack }))).rejects.toMatchObject({
    code: expected.code,
    message: expect.stringContaining(expected.message),
    hint: expect.stringMatching(expected.hint ?? /./),
  });
  // At once: no other suite goes on behind the refusal.
  await expect(unfinished(store)).resolves.toEqual([]);
}

/** The by-hash paths of a mirror, learned by asking for them once. */
async function byHash(mirror: FakeMirror): Promise<readonly { readonly ending: string }[]> {
  await using temporary = await temporaryStore();
  await lockPackages(
    aLockRequest({ mirror, ...temporary, stack: aPackageStack({ base: ["libc6"] }) }),
  );
  return mirror.requests
    .filter(({ path: asked }) => asked.includes("/by-hash/"))
    .map(({ path: asked }) => ({ ending: asked.slice(asked.indexOf("/by-hash/")) }));
}

async function unfinished(store: Store): Promise<readonly string[]> {
  return await readdir(path.join(store.directory, "tmp")).catch(() => []);
}

function describe(target: LockTarget): readonly string[] {
  return [...target.images].flatMap(([image, { packages: entries }]) =>
    entries.map(
      ({ name, version, repository, reasons }) =>
        `${image}: ${name} ${version} from ${repository}: ${reasons.map(formatReason).join("; ")}`,
    ),
  );
}
