import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { writeDigests } from "../../../../src/cli/open/write-digests.ts";
import { missingDigest } from "../../../../src/stack/images/missing-digest.ts";
import { aDigest } from "../../../support/a-lock.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const web = `registry.invalid/web:1@${missingDigest}`;
const found = `registry.invalid/web:1@${aDigest("web")}`;

test("zeros are replaced where they stand, and nothing else of the files changes", async () => {
  await using folder = await temporaryFolder();
  const real = path.join(folder.path, "elsewhere", "real.yaml");
  await mkdir(path.dirname(real));
  const text = (image: string): string =>
    `# told first\nimages:\n  web: { image:   "${image}" } # kept\n`;
  await writeFile(real, text(web));
  await chmod(real, 0o640);
  const manifest = path.join(folder.path, "stack.config.yaml");
  await symlink(real, manifest);
  const override = path.join(folder.path, "stack.override.yaml");
  await writeFile(override, "services: {}\n");
  const { ino } = await stat(override);

  const files = { path: manifest, overrides: [override] };
  expect(await writeDigests(files, new Map([[web, found]]))).toEqual([]);
  expect(await readFile(real, "utf8")).toBe(text(found));
  expect((await stat(real)).mode & 0o777).toBe(0o640);
  expect((await lstat(manifest)).isSymbolicLink()).toBe(true);
  expect((await stat(override)).ino).toBe(ino);
  expect(await readdir(path.dirname(real))).toEqual(["real.yaml"]);
});

test("what is written with a variable stands nowhere, and is told", async () => {
  await using folder = await temporaryFolder();
  const manifest = path.join(folder.path, "stack.config.yaml");
  const text = `images: { web: { image: "registry.invalid/web:\${QCLOCK_PUBLIC_TAG}@${missingDigest}" } }\n`;
  await writeFile(manifest, text);
  const files = { path: manifest, overrides: [] };
  expect(await writeDigests(files, new Map([[web, found]]))).toEqual([web]);
  expect(await readFile(manifest, "utf8")).toBe(text);
});

test("a name that ends another one is not taken for it", async () => {
  await using folder = await temporaryFolder();
  const manifest = path.join(folder.path, "stack.config.yaml");
  const mirrored = `mirror.invalid/${web}`;
  const mirror = `mirror.invalid/registry.invalid/web:1@${aDigest("mirror")}`;
  await writeFile(manifest, `images: { a: { image: ${mirrored} }, b: { image: '${web}' } }\n`);
  const files = { path: manifest, overrides: [] };
  const digests = new Map([
    [web, found],
    [mirrored, mirror],
  ]);
  expect(await writeDigests(files, digests)).toEqual([]);
  expect(await readFile(manifest, "utf8")).toBe(
    `images: { a: { image: ${mirror} }, b: { image: '${found}' } }\n`,
  );
});
