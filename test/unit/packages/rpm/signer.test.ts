import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { signerOf } from "../../../../src/packages/rpm/signer.ts";
import { aPackage } from "../../../support/rpm/a-package.ts";
import { aTestKey } from "../../../support/rpm/an-open-pgp-key.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const key = aTestKey();
const bytes = aPackage({ key });

async function signer(source: string, sourceVersion: string): Promise<string> {
  await using directory = await temporaryFolder();
  const file = path.join(directory.path, "hello.rpm");
  await writeFile(file, bytes);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}` as const;
  const id = { name: "hello", version: "1.0-1.el9", architecture: "x86_64" };
  const expected = { ...id, digest, source, sourceVersion };
  return await signerOf({ os: "oraclelinux-9", file, keys: [key], expected });
}

test("a package that says of itself what its repository says is taken", async () => {
  await expect(signer("hello", "1.0-1.el9")).resolves.toBe(key.fingerprint);
});

test.each([
  ["hello", "0.9-1.el9"],
  ["other", "1.0-1.el9"],
])("a source that the repository invented, %s %s, gets into no lock", async (source, version) => {
  await expect(signer(source, version)).rejects.toMatchObject({
    code: "signature-invalid",
    message:
      "hello 1.0-1.el9 (x86_64) is refused: its repository says another source of it than the package itself.",
    details: [`Expected: ${source} ${version}`, "Found: hello 1.0-1.el9"],
  });
});
