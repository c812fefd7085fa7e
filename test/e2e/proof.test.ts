import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { debOf, file } from "../support/deb.ts";
import { Rig } from "../support/rig.ts";
import { startTamperingMirror, type TamperingMirror } from "../support/tampering-mirror.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

/** A package as an attacker makes it, who cannot sign. */
const evil = debOf({
  name: "busybox-static",
  version: "1",
  files: [file("usr/bin/busybox", "evil")],
});

let mirror: TamperingMirror;
const nothing = { containers: [], networks: [], volumes: [], images: [] };

beforeAll(async () => {
  mirror = await startTamperingMirror((url, body) => (url.endsWith(".deb") ? evil : body));
});

afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
});

/** The lock as the attacker changes it, with a mirror that serves what it says. */
function changedByHand(text: string): string {
  return text
    .replace(/sha256: [0-9a-f]{64}/, `sha256: ${createHash("sha256").update(evil).digest("hex")}`)
    .replace(/size: \d+/, `size: ${evil.length}`);
}

/** The same, and the version is one that the distribution never had. */
function withInventedVersion(text: string): string {
  return changedByHand(text).replace(/( +version: )\S+(\n +architecture)/, "$19.9-evil$2");
}

/** Every command that unpacks packages, or says something about them. */
const all = [
  ["build", "--locked"],
  ["build"],
  ["up", "--locked"],
  ["lock", "--check"],
  ["lock"],
  ["lock", "why", "busybox-static"],
  ["verify"],
  ["verify", "--rebuild"],
  ["bundle", "save", "evil.bundle", "--locked"],
];
const otherBytes = /busybox-static \S+ is not what the distribution signed/;
const invented = /Nothing proves that busybox-static 9\.9-evil is the distribution's/;

describe("a lock that was changed by hand is refused", () => {
  test("by every command, where the store has what it names and no mirror is asked", async () => {
    await using rig = await Rig.create("tiny");
    const environment = { QCLOCK_MIRROR_DEBIAN_12: mirror.urls };
    await rig.edit("stack.lock.yaml", changedByHand);
    await takeIn(rig, environment);

    for (const words of all)
      await isRefused(rig, [...words, "--offline"], { environment, message: otherBytes });
    expect(await rig.observe()).toEqual(nothing);
  });

  test.each([
    ["other bytes under a signed version", changedByHand, otherBytes],
    ["an invented version", withInventedVersion, invented],
  ])(
    "with an empty store and a mirror that serves what it names: %s",
    async (_, change, message) => {
      await using rig = await Rig.create("tiny");
      await using store = await temporaryFolder();
      const environment = { QCLOCK_MIRROR_DEBIAN_12: mirror.urls, QCLOCK_STORE: store.path };
      await rig.edit("stack.lock.yaml", change);

      for (const words of [["build", "--locked"], ["lock"], ["lock", "why", "busybox-static"]])
        await isRefused(rig, words, { environment, message });
      expect(await rig.observe()).toEqual(nothing);
    },
  );
});

async function isRefused(
  rig: Rig,
  command: readonly string[],
  expected: { readonly environment: Readonly<Record<string, string>>; readonly message: RegExp },
): Promise<void> {
  const { environment, message } = expected;
  const { exitCode, stdout, stderr } = await rig.qclock(command, { environment });
  // verify comes to a report whatever it finds.
  const [expectedCode, shown] = command[0] === "verify" ? [3, stdout] : [1, stderr];
  expect({ command, exitCode }).toEqual({ command, exitCode: expectedCode });
  expect(shown).toMatch(message);
}

test("what nothing proves is taken by a flag alone, and the lock and `lock why` say so", async () => {
  await using rig = await Rig.create("tiny");
  await using store = await temporaryFolder();
  // The real package under a version that is not its own: it runs, and no index lists it.
  await rig.edit("stack.lock.yaml", (text) =>
    text.replace(/( +version: )\S+(\n +architecture)/, "$19.9-own$2"),
  );
  const environment = { QCLOCK_STORE: store.path };
  const qclock = (...words: readonly string[]): ReturnType<Rig["qclock"]> =>
    rig.qclock(words, { environment });

  const locked = await qclock("lock", "--allow-unsigned");
  expect(locked).toMatchObject({ exitCode: 0 });
  expect(locked.stderr).toContain(
    "Nothing proves that these are the distribution's: busybox-static 9.9-own.",
  );
  expect(await readFile(path.join(rig.directory, "stack.lock.yaml"), "utf8")).toContain(
    "unsigned: true",
  );
  expect((await qclock("lock", "why", "busybox-static")).stdout).toMatch(/signed by +nobody/);
  expect(await qclock("build", "--locked")).toMatchObject({ exitCode: 1 });
});

/**
 * Bring the attacker's bytes into the store, as fetching for a diff does, which unpacks nothing
 * into an image.
 */
async function takeIn(rig: Rig, environment: Readonly<Record<string, string>>): Promise<void> {
  await rig.write("empty.lock.yaml", "version: 2\ntargets: {}\n");
  const against = path.join(rig.directory, "empty.lock.yaml");
  await rig.qclock(["lock", "diff", "--against", against, "--fetch"], { environment });
}
