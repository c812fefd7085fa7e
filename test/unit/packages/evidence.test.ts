import { describe, expect, test } from "vitest";
import { QclockError } from "../../../src/error.ts";
import { findEvidence } from "../../../src/packages/deb/evidence.ts";
import { provePackages } from "../../../src/packages/deb/prove.ts";
import { lockPackages } from "../../../src/packages/lock/lock-packages.ts";
import type { LockTarget } from "../../../src/packages/package.ts";
import type { EvidenceRequest } from "../../../src/packages/proof/evidence.ts";
import type { Store } from "../../../src/store/store.ts";
import { createTestKey, type FakeMirror, startFakeMirror } from "../../support/fake-mirror.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import { aDownloader, aLockRequest, aPackageStack } from "../../support/lock-request.ts";

const stack = aPackageStack({ base: ["bash"], app: ["httpd"] });
const packages = [
  { name: "bash", fields: { Depends: "libc6" } },
  { name: "libc6" },
  { name: "httpd", suite: "bookworm-security" as const, version: "2.0" },
];

test("after locking the store holds what proves each package", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const target = await locked(mirror, store);
  const asked = mirror.requests.length;

  const { evidence } = await findEvidence("lock", request(mirror, store, target));

  expect(mirror.requests).toHaveLength(asked);
  expect(evidence.map(({ repository, asLocked }) => [repository.id, asLocked])).toEqual([
    ["bookworm", true],
    ["bookworm-updates", true],
    ["bookworm-security", true],
  ]);
  const proof = await prove(mirror, store, { target, evidence });
  expect(proof.unproved).toEqual([]);
  expect(
    [...proof.proofs.keys()].map((key) => key.split(" ").slice(0, 2).join(" ")).toSorted(),
  ).toEqual(["bash 1.0", "httpd 2.0", "libc6 1.0"]);
  expect(new Set(proof.proofs.values().map(({ signedBy }) => signedBy))).toEqual(
    new Set(mirror.keys.map(({ fingerprint }) => fingerprint)),
  );
});

test("what was signed for a week proves packages for ever", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await mirror.publish({ packages, validUntil: new Date(Date.now() + 60_000) });
  const target = await locked(mirror, store);
  const { evidence } = await findEvidence("lock", request(mirror, store, target));

  const now = new Date(Date.now() + 3_600_000);

  const proof = await prove(mirror, store, { target, evidence, now });
  expect(proof.unproved).toEqual([]);
});

test("what the mirror still has as the lock names it is evidence as locked, and no further one", async () => {
  await using mirror = await startFakeMirror(packages);
  await using first = await temporaryStore();
  await using second = await temporaryStore();
  const target = await locked(mirror, first.store);
  const asked = request(mirror, second.store, target);

  const { evidence } = await findEvidence("lock", asked);
  expect(evidence.map(({ asLocked }) => asLocked)).toEqual([true, true, true]);
  expect(evidence.map(({ repository }) => repository)).toEqual(target.repositories);
  expect(await findEvidence("further", asked)).toEqual({ evidence: [], reasons: [] });
});

test("what keeps evidence from being had is told, and any other failure is thrown", async () => {
  await using mirror = await startFakeMirror(packages);
  await using first = await temporaryStore();
  await using second = await temporaryStore();
  const target = await locked(mirror, first.store);
  const failing = (code: "mirror-unreachable" | "disk-full"): EvidenceRequest => ({
    ...request(mirror, second.store, target),
    mirrors: async () => Promise.reject(new QclockError(code, "It said no.")),
  });
  const reasons = ["bookworm", "bookworm-updates", "bookworm-security"].map(
    (id) => `${id}: It said no.`,
  );

  for (const place of ["lock", "further"] as const) {
    expect(await findEvidence(place, failing("mirror-unreachable"))).toEqual({
      evidence: [],
      reasons,
    });
    await expect(findEvidence(place, failing("disk-full"))).rejects.toThrow("It said no.");
  }
  expect(await findEvidence("store", failing("disk-full"))).toEqual({ evidence: [], reasons: [] });
});

test("places that keep old release files are asked in their order, after the mirror's present ones", async () => {
  await using mirror = await startFakeMirror(packages);
  await using kept = await startFakeMirror(packages);
  await using first = await temporaryStore();
  await using second = await temporaryStore();
  const target = await locked(mirror, first.store);
  await mirror.publish({ packages: [{ name: "bash", version: "9.0" }] });
  const { main } = kept.mirrors;
  const { evidence, reasons } = await findEvidence("further", {
    ...request(mirror, second.store, target),
    keys: [...mirror.keys, ...kept.keys],
    mirrors: async () => ({ ...mirror.mirrors, further: [main] }),
  });

  expect(reasons).toEqual([]);
  const [present, old] = [mirror, kept].map(({ keys: [key] }) => key?.fingerprint);
  // One that keeps the archive alone has no security updates.
  expect(
    evidence.map(({ repository, asLocked }) => [repository.id, repository.signedBy, asLocked]),
  ).toEqual([
    ["bookworm", present, false],
    ["bookworm", old, false],
    ["bookworm-updates", present, false],
    ["bookworm-updates", old, false],
    ["bookworm-security", present, false],
  ]);
});

describe("when the release files that the lock names are gone", () => {
  const later = packages.map((each) =>
    each.name === "httpd" ? { ...each, version: "2.1" } : each,
  );

  test("the present ones vouch for what they still name, and the rest is told", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    await using second = await temporaryStore();
    const target = await locked(mirror, first.store);
    await mirror.publish({ packages: later });

    const { evidence } = await findEvidence("lock", request(mirror, second.store, target));

    expect(evidence.map(({ asLocked }) => asLocked)).toEqual([false, false, false]);
    const proof = await prove(mirror, second.store, { target, evidence });
    expect(proof.unproved.map(({ name, version }) => [name, version])).toEqual([["httpd", "2.0"]]);
  });

  test("the same ones are taken the next time, whatever the mirror has by then", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    await using second = await temporaryStore();
    const target = await locked(mirror, first.store);
    await mirror.publish({ packages: later });
    const { evidence } = await findEvidence("lock", request(mirror, second.store, target));
    await mirror.publish({ packages: [] });

    await expect(findEvidence("lock", request(mirror, second.store, target))).resolves.toEqual({
      evidence,
      reasons: [],
    });
  });

  test("offline there is none, and no request is made", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    await using second = await temporaryStore();
    const target = await locked(mirror, first.store);
    const asked = mirror.requests.length;
    const { downloader } = aDownloader(second.store, { offline: true });

    const { evidence, reasons } = await findEvidence("lock", {
      ...request(mirror, second.store, target),
      downloader,
    });

    expect(evidence).toEqual([]);
    expect(reasons).toHaveLength(3);
    expect(mirror.requests).toHaveLength(asked);
    const proof = await prove(mirror, second.store, { target, evidence });
    expect(proof.unproved).toHaveLength(3);
  });
});

describe("is refused", () => {
  test("a package to which the lock gives another digest", async () => {
    await using mirror = await startFakeMirror(packages);
    await using temporary = await temporaryStore();
    const target = await locked(mirror, temporary.store);
    const { evidence } = await findEvidence("lock", request(mirror, temporary.store, target));
    const [[name, image] = ["", undefined]] = target.images;
    const changed = image?.packages.map((each) => ({
      ...each,
      digest: `sha256:${"0".repeat(64)}`,
    }));
    const images = new Map([[name, { packages: changed }]]);

    const proof = prove(mirror, temporary.store, {
      target: { ...target, images } as LockTarget,
      evidence,
    });

    await expect(proof).rejects.toMatchObject({
      code: "signature-invalid",
      message: expect.stringContaining("bash 1.0"),
    });
  });

  test("an index that the release file does not name", async () => {
    await using mirror = await startFakeMirror(packages);
    await using temporary = await temporaryStore();
    const target = await locked(mirror, temporary.store);
    const [main] = (await findEvidence("lock", request(mirror, temporary.store, target))).evidence;
    if (main === undefined) throw new Error("no evidence");
    const indexDigests = new Map([
      ["main/binary-amd64/Packages.xz", `sha256:${"0".repeat(64)}` as const],
    ]);
    const evidence = [{ ...main, repository: { ...main.repository, indexDigests } }];

    await expect(prove(mirror, temporary.store, { target, evidence })).rejects.toMatchObject({
      code: "signature-invalid",
      message: expect.stringContaining("does not vouch"),
    });
  });

  test("a release file by a key that is not trusted", async () => {
    await using mirror = await startFakeMirror(packages);
    await using temporary = await temporaryStore();
    const target = await locked(mirror, temporary.store);
    const { evidence } = await findEvidence("lock", request(mirror, temporary.store, target));
    const { pinned } = await createTestKey();

    const proof = prove(mirror, temporary.store, { target, evidence, keys: [pinned] });

    await expect(proof).rejects.toMatchObject({ code: "signature-invalid" });
  });

  test("a suite that nobody asked for, however well signed", async () => {
    await using mirror = await startFakeMirror(packages);
    await using temporary = await temporaryStore();
    const target = await locked(mirror, temporary.store);
    const [main] = (await findEvidence("lock", request(mirror, temporary.store, target))).evidence;
    if (main === undefined) throw new Error("no evidence");
    const evidence = [{ ...main, repository: { ...main.repository, id: "sid" } }];

    await expect(prove(mirror, temporary.store, { target, evidence })).rejects.toMatchObject({
      code: "signature-invalid",
      message: expect.stringContaining("no suite of debian-12"),
    });
  });
});

async function locked(mirror: FakeMirror, store: Store): Promise<LockTarget> {
  const { target } = await lockPackages(aLockRequest({ mirror, store, stack }));
  return target;
}

function request(mirror: FakeMirror, store: Store, target: LockTarget): EvidenceRequest {
  return {
    os: target.os,
    architecture: target.architecture,
    repositories: target.repositories,
    packages: [...target.images.values()].flatMap((image) => image.packages),
    store,
    keys: mirror.keys,
    now: new Date(),
    mirrors: () => Promise.resolve(mirror.mirrors),
    downloader: aDownloader(store).downloader,
    signal: new AbortController().signal,
  };
}

async function prove(
  mirror: FakeMirror,
  store: Store,
  parts: {
    target: LockTarget;
    evidence: Awaited<ReturnType<typeof findEvidence>>["evidence"];
    keys?: FakeMirror["keys"];
    now?: Date;
  },
): ReturnType<typeof provePackages> {
  const evidence = parts.evidence.map(({ repository }) => repository);
  const { os, images } = parts.target;
  return provePackages({
    keys: mirror.keys,
    now: new Date(),
    store,
    ...parts,
    os,
    packages: [...images.values()].flatMap((image) => image.packages),
    evidence,
  });
}
