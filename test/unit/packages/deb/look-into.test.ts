import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readContents, readControl } from "../../../../src/packages/deb/look-into.ts";
import { diffLocks } from "../../../../src/packages/lock/diff/diff-locks.ts";
import { readPayloads } from "../../../../src/packages/lock/diff/payload.ts";
import { aLock, aLockedImage, aLockedPackage, aLockTarget } from "../../../support/a-lock.ts";
import { debOf, type DebParts, file, folder, link, lockedOf } from "../../../support/deb.ts";
import { temporaryFolder, temporaryStore } from "../../../support/temporary-store.ts";

const su: DebParts = {
  name: "su",
  fields: { "Installed-Size": "120", Depends: "libc6,\n libpam" },
  files: [
    folder("usr", { mode: 0o2755 }),
    file("usr/bin/su", "x".repeat(70_000), { mode: 0o4755 }),
    { path: "usr/bin/newgrp", type: "hardlink", target: "usr/bin/su", mode: 0o4755 },
    file("usr/bin/chage", "y", { mode: 0o2755, gid: 42 }),
    link("usr/bin/link", "su"),
    file("usr/bin/plain", "z", { mode: 0o755 }),
  ],
};

test.for(["none", "gz", "zst"] as const)(
  "the headers of a deb, compression %s",
  async (compression) => {
    await using folderOf = await temporaryFolder();
    const deb = path.join(folderOf.path, "su.deb");
    await writeFile(deb, debOf({ ...su, compression }));

    const { control, entries } = await readContents(deb);

    expect(control.get("Installed-Size")).toBe("120");
    expect(entries.map((entry) => entry.path)).toEqual([
      "usr",
      "usr/bin/su",
      "usr/bin/newgrp",
      "usr/bin/chage",
      "usr/bin/link",
      "usr/bin/plain",
    ]);
    await expect(readControl(deb)).resolves.toEqual(control);
  },
);

test.for([
  ["nothing", Buffer.alloc(0)],
  ["a text", Buffer.from("<html>")],
  ["a cut file", debOf(su).subarray(0, 5000)],
] as const)("%s is refused", async ([, content]) => {
  await using folderOf = await temporaryFolder();
  const deb = path.join(folderOf.path, "su.deb");
  await writeFile(deb, content);

  await expect(readContents(deb)).rejects.toThrow(/ar archive|ends|end/);
});

test("files that run with others' rights, and sizes, are read from the packages that the store has", async () => {
  await using temporary = await temporaryStore();
  const bytes = debOf(su);
  const locked = lockedOf(su, bytes);
  await temporary.store.put(
    locked.digest,
    (async function* () {
      yield bytes;
    })(),
  );
  const after = aLockTarget({ base: aLockedImage([locked, aLockedPackage("absent 1")]) });
  const progress: string[] = [];

  const payloads = await readPayloads(
    await diffLocks(undefined, aLock(after)),
    temporary.store,
    (done, total) => void progress.push(`${done}/${total}`),
  );

  expect([...payloads]).toEqual([
    [
      locked.digest,
      {
        installedBytes: 120 * 1024,
        setuid: [
          { path: "/usr/bin/chage", mode: 0o2755, uid: 0, gid: 42 },
          { path: "/usr/bin/newgrp", mode: 0o4755, uid: 0, gid: 0 },
          { path: "/usr/bin/su", mode: 0o4755, uid: 0, gid: 0 },
        ],
      },
    ],
  ]);
  expect(progress).toEqual(["1/2", "2/2"]);
  await temporary.store.remove(locked.digest);
  await expect(
    readPayloads(await diffLocks(undefined, aLock(after)), temporary.store, () => {}),
  ).resolves.toEqual(payloads);
});
