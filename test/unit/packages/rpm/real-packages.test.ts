import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { QclockError } from "../../../../src/error.ts";
import type { PinnedKey } from "../../../../src/packages/proof/pinned-key.ts";
import { nevraOf } from "../../../../src/packages/rpm/header/nevra.ts";
import { readPackageFile } from "../../../../src/packages/rpm/file/package-file.ts";
import { verifyPackage } from "../../../../src/packages/rpm/file/verify-package.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const fixtures = path.resolve(import.meta.dirname, "../../../fixtures/rpm");

const CENTOS = aKey("CentOS-7", "6341AB2753D78A78A7C27BB124C6A8A7F4A80EB5");
const EPEL = aKey("EPEL-9", "FF8AD1344597106ECE813B918A3872BF3228467C");
const MYSQL = aKey("mysql-2022", "859BE8D7C586F538430B19C2467B942D3A79BD29");
const TEST = aKey("test", "F3BDD65C061FE6AD76BFF1889DFF427E09BD979D");
const keys = [CENTOS, EPEL, MYSQL, TEST];

function aKey(name: string, fingerprint: string): PinnedKey {
  const file = path.join(fixtures, "keys", `RPM-GPG-KEY-${name}`);
  return { fingerprint, armored: readFileSync(file, "utf8") };
}

function packagePath(name: string): string {
  return path.join(fixtures, "packages", name);
}

/** The signer of a package, or code, message and found things of its refusal. */
async function verdict(file: string, trusted: readonly PinnedKey[] = keys): Promise<string> {
  const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
  const id = nevraOf((await readPackageFile(file)).header);
  const expected = { ...id, digest: `sha256:${digest}` as const };
  return await verifyPackage(file, { keys: trusted, expected }).catch((error: QclockError) =>
    [
      `${error.code}: ${error.message}`,
      ...error.details.filter((line) => !line.startsWith("Exp")),
    ].join("\n"),
  );
}

describe("a real package", () => {
  test.each([
    ["centos-release-7-2.1511.el7.centos.2.10.x86_64.rpm", CENTOS],
    ["epel-release-latest-9.noarch.rpm", EPEL],
    ["mysql80-community-release-el9-1.noarch.rpm", MYSQL],
    ["edge-attributes-1.0-1.el9.x86_64.rpm", TEST],
  ])("%s is by its distributor, and by nobody else", async (name, key) => {
    expect(await verdict(packagePath(name))).toBe(key.fingerprint);
    const others = keys.filter((each) => each !== key);
    expect(await verdict(packagePath(name), others)).toMatch(
      new RegExp(`^signature-invalid: .*not signed by a key that qclock trusts\\.\nFound: .* key `),
    );
    expect(await verdict(packagePath(name), others)).toMatch(
      new RegExp(`${key.fingerprint.slice(-16)}$`),
    );
  });

  test("of format 6 that nobody signed is read and refused", async () => {
    expect(await verdict(packagePath("rpm-rich-deps-1.0-1.noarch.rpm"))).toBe(
      "signature-invalid: rpm-rich-deps 1.0-1 (noarch) is refused: it is not signed.",
    );
  });

  test("that nobody signed, or another key, is refused", async () => {
    const title = "edge-attributes 1.0-1.el9 (x86_64)";
    expect(await verdict(packagePath("edge-attributes-unsigned.rpm"))).toBe(
      `signature-invalid: ${title} is refused: it is not signed.`,
    );
    expect(await verdict(packagePath("edge-attributes-other-key.rpm"))).toBe(
      [
        `signature-invalid: ${title} is refused: it is not signed by a key that qclock trusts.`,
        "Found: a signature of key 75B6A548E8B4F15A3D455518E60E350BF940EF5D",
      ].join("\n"),
    );
  });

  test("is refused whichever bit of header or payload is turned", async () => {
    await using folder = await temporaryFolder();
    const file = path.join(folder.path, "spoiled.rpm");
    for (const [name, key] of [
      ["centos-release-7-2.1511.el7.centos.2.10.x86_64.rpm", CENTOS],
      ["edge-attributes-1.0-1.el9.x86_64.rpm", TEST],
    ] as const) {
      const good = readFileSync(packagePath(name));
      const { header, headerStart } = await readPackageFile(packagePath(name));
      const expected = nevraOf(header);
      for (let at = headerStart; at < good.length; at += 131) {
        const bytes = Buffer.from(good);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
        await writeFile(file, bytes);
        const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}` as const;
        await expect(
          verifyPackage(file, { keys: [key], expected: { ...expected, digest } }),
        ).rejects.toMatchObject({
          code: expect.stringMatching(/^(?:signature-invalid|package-corrupt)$/),
        });
      }
    }
  });
});
