import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { QclockError } from "../../../src/error.ts";
import { unpackArtifact } from "../../../src/image/artifacts/unpack-artifact.ts";
import { limitsFor } from "../../../src/archive/limits.ts";
import { unpackPackage } from "../../../src/packages/deb/unpack.ts";
import { DamagedFile } from "../../../src/packages/unpacked.ts";
import { anArchive } from "../../support/an-artifact.ts";
import { arOf, debOf, file, folder, link } from "../../support/deb.ts";
import { mutate, withChecksums } from "../../support/mutate.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { tarOf } from "../../support/tar.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";
import { toXz } from "../../support/xz.ts";
import { zipOf } from "../../support/zip.ts";

/**
 * Hundreds of small files are written; on a busy machine that takes longer than a test has by
 * default.
 */
vi.setConfig({ testTimeout: 60_000 });

const ROUNDS = 100;
const items = [
  folder("usr"),
  file("usr/a", "a".repeat(700)),
  file(`usr/${"long/".repeat(40)}b`, "b", { pax: { path: `usr/${"long/".repeat(40)}b` } }),
  file(`usr/${"gnu/".repeat(40)}b`, "b", { gnuLongName: true }),
  { path: "usr/c", type: "hardlink", target: "usr/a" },
  link("usr/d", "a"),
];
const tar = tarOf(items);
const xz = toXz(tar);

test.for<readonly [string, (random: () => number) => Uint8Array]>([
  ["a tar", (random) => mutate(tar, random)],
  ["a tar whose checksums are right", (random) => withChecksums(mutate(tar, random))],
  ["a tar in gzip", (random) => gzipSync(withChecksums(mutate(tar, random)))],
  ["gzip", (random) => mutate(gzipSync(tar), random)],
  ["xz", (random) => mutate(xz, random)],
  [
    "a zip",
    (random) =>
      mutate(
        zipOf([
          { path: "a/", content: "" },
          { path: "a/b", content: "b".repeat(500) },
        ]),
        random,
      ),
  ],
])(
  "whatever is changed in %s, an artifact is taken apart or refused with its reason",
  async ([name, make]) => {
    await using place = await temporaryFolder();
    const path = join(place.path, "archive");
    for (let seed = 0; seed < ROUNDS; seed++) {
      const bytes = make(seededRandom(seed));
      await writeFile(path, bytes);
      const failure = await unpackArtifact({
        artifact: anArchive(bytes, { unpack: name === "a zip" ? "zip" : "tar" }),
        file: path,
        spool: join(place.path, "spool"),
        storeDirectory: place.path,
        limits: { ...limitsFor(bytes.length), bytes: 1024 ** 2, entries: 100 },
        signal: new AbortController().signal,
      }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) continue;
      expect(failure, `${name}, seed ${seed}`).toBeInstanceOf(QclockError);
      expect(failure, `${name}, seed ${seed}`).toMatchObject({ code: "artifact-corrupt" });
    }
  },
);

const parts = (data: Uint8Array, suffix = ""): Buffer =>
  arOf([
    ["debian-binary", Buffer.from("2.0\n")],
    ["control.tar", tarOf([file("control", "Package: a\nVersion: 1\nArchitecture: all\n")])],
    [`data.tar${suffix}`, data],
  ]);

test.for<readonly [string, (random: () => number) => Uint8Array]>([
  ["a package", (random) => mutate(debOf({ name: "a", files: items }), random)],
  ["its files", (random) => parts(withChecksums(mutate(tar, random)))],
  ["its compressed files", (random) => parts(mutate(xz, random), ".xz")],
  [
    "its control archive",
    (random) =>
      arOf([
        ["debian-binary", Buffer.from("2.0\n")],
        ["control.tar", withChecksums(mutate(tarOf([file("control", "Package: a\n")]), random))],
        ["data.tar", tar],
      ]),
  ],
])(
  "whatever is changed in %s, a package is taken apart or refused with its reason",
  async ([name, make]) => {
    await using place = await temporaryFolder();
    const path = join(place.path, "a.deb");
    for (let seed = 0; seed < ROUNDS; seed++) {
      const bytes = make(seededRandom(seed));
      await writeFile(path, bytes);
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}` as const;
      const failure = await unpackPackage({
        file: path,
        digest,
        spool: join(place.path, "spool"),
        exclude: [],
      }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) continue;
      // What is wrong with a package is a plain `Error`; one of JavaScript's own kinds is a mistake
      // of the reader.
      expect(failure, `${name}, seed ${seed}`).toBeInstanceOf(Error);
      expect(failure, `${name}, seed ${seed}`).not.toBeInstanceOf(DamagedFile);
      expect(["Error", "QclockError"], `${name}, seed ${seed}`).toContain(
        failure instanceof Error ? failure.name : "",
      );
    }
  },
);
