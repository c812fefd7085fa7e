import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readBuildTime, readFacts } from "../../../../src/packages/deb/facts.ts";
import type { PackageFacts } from "../../../../src/packages/package-facts.ts";
import { arOf, debOf, type DebParts, file } from "../../../support/deb.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

async function factsOf(parts: Partial<DebParts>, withPaths = false): Promise<PackageFacts> {
  await using folder = await temporaryFolder();
  const deb = path.join(folder.path, "a.deb");
  await writeFile(deb, debOf({ name: "a", ...parts }));
  return await readFacts(deb, withPaths);
}

test("a deb says what it needs, over how many lines whatsoever, and how large it is", async () => {
  const fields = { Depends: "libc6 (>= 2),\n b |\n c", "Installed-Size": "3" };
  const facts = await factsOf({ fields, files: [file("usr/bin/a", "x")] });
  expect(facts.relations.requires.map(({ text }) => text)).toEqual(["libc6 (>= 2)", "b | c"]);
  expect(facts.installedBytes).toBe(3072);
  expect(facts.paths).toBeUndefined();
});

test("with its paths all of it is read", async () => {
  const { paths } = await factsOf({ files: [file("usr/bin/a", "x", { mode: 0o4755 })] }, true);
  expect(paths).toMatchObject([{ path: "usr/bin/a", mode: 0o4755 }]);
});

test.each(["", "x", "1.5"])("a size of %j is none", async (size) => {
  const fields: Record<string, string> = size === "" ? {} : { "Installed-Size": size };
  expect("installedBytes" in (await factsOf({ fields }))).toBe(false);
});

test("the time of a build is that of the first member", async () => {
  await using folder = await temporaryFolder();
  const deb = path.join(folder.path, "a.deb");
  const timeOf = async (bytes: Uint8Array): Promise<number> => {
    await writeFile(deb, bytes);
    return await readBuildTime(deb);
  };
  const refusal = { code: "package-corrupt", message: `${deb} is not a Debian package.` };

  expect(await timeOf(debOf({ name: "a", builtAt: 1_700_000_001 }))).toBe(1_700_000_001);
  expect(await timeOf(arOf([["debian-binary", Buffer.from("2.0\n")]], 1))).toBe(1);
  await expect(timeOf(debOf({ name: "a", builtAt: 0 }))).rejects.toMatchObject(refusal);
  await expect(timeOf(Buffer.from("no package at all"))).rejects.toMatchObject(refusal);
});
