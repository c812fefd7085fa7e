import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { HashedFile } from "../../../src/packages/hashed-file.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

test.each([0, 1, 262_144, 700_000])(
  "a file of %i bytes is read whole, and hashed on the way",
  async (size) => {
    await using folder = await temporaryFolder();
    const content = randomBytes(size);
    const at = path.join(folder.path, "file");
    await writeFile(at, content);
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}` as const;

    using file = new HashedFile(at);
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.chunks()) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    expect(() => file.refuseOther(digest)).not.toThrow();
    expect(() => file.refuseOther(`sha256:${"0".repeat(64)}`)).toThrow(`its digest is ${digest}`);
  },
);

test("what was not read counts for the digest as well", async () => {
  await using folder = await temporaryFolder();
  const content = randomBytes(700_000);
  const at = path.join(folder.path, "file");
  await writeFile(at, content);

  using file = new HashedFile(at);
  await file.chunks().next();
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}` as const;
  expect(() => file.refuseOther(digest)).not.toThrow();
});
