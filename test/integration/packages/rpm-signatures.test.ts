import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execaSync } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { nevraOf } from "../../../src/packages/rpm/header/nevra.ts";
import { readPackageFile } from "../../../src/packages/rpm/file/package-file.ts";
import { verifyPackage } from "../../../src/packages/rpm/file/verify-package.ts";
import { aPackage, type PackageOptions } from "../../support/rpm/a-package.ts";
import { aTestKey, type TestKey } from "../../support/rpm/an-open-pgp-key.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

const hasRpm = execaSync("rpmkeys", ["--version"], { reject: false }).exitCode === 0;

describe.skipIf(!hasRpm)("beside rpm", () => {
  let key: TestKey;

  beforeAll(() => {
    key = aTestKey();
  });

  /** What rpm says of a package when it trusts the key alone. */
  function rpmTakes(database: string, file: string): boolean {
    const options = ["--dbpath", database, "--define", "_pkgverify_level all", "-K", file];
    return execaSync("rpmkeys", options, { reject: false }).exitCode === 0;
  }

  async function qclockTakes(file: string): Promise<boolean> {
    try {
      const digest = createHash("sha256").update(await readFile(file));
      const { header } = await readPackageFile(file);
      const expected = { ...nevraOf(header), digest: `sha256:${digest.digest("hex")}` as const };
      await verifyPackage(file, { keys: [key], expected });
      return true;
    } catch {
      return false;
    }
  }

  test("packages are taken and refused alike", async () => {
    await using folder = await temporaryFolder();
    const database = path.join(folder.path, "db");
    const armored = path.join(folder.path, "key.asc");
    const file = path.join(folder.path, "hello.rpm");
    await writeFile(armored, key.armored);
    execaSync("rpmkeys", ["--dbpath", database, "--import", armored]);
    const other = aTestKey();
    const cases: readonly (readonly [PackageOptions, boolean])[] = [
      [{ key }, true],
      [{ key, sign: { version: 3 } }, true],
      [{ key, sign: { hash: 10 } }, true],
      [{ key, packageKey: key }, true],
      [{}, false],
      [{ key: other }, false],
      [{ key: other, sign: { issuer: key.fingerprint } }, false],
    ];
    for (const [options, isTaken] of cases) {
      await writeFile(file, aPackage(options));
      expect([await qclockTakes(file), rpmTakes(database, file)]).toEqual([isTaken, isTaken]);
    }
    const good = aPackage({ key });
    await writeFile(file, good);
    const { headerStart } = await readPackageFile(file);
    const random = seededRandom(5);
    for (let round = 0; round < 40; round++) {
      const bytes = Buffer.from(good);
      const at = headerStart + Math.floor(random() * (good.length - headerStart));
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
      await writeFile(file, bytes);
      expect([at, await qclockTakes(file), rpmTakes(database, file)]).toEqual([at, false, false]);
    }
  });
});
