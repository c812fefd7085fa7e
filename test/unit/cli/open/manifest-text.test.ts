import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { findManifest } from "../../../../src/cli/open/manifest-file.ts";
import { readManifest } from "../../../../src/cli/open/manifest-text.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

test("all texts are read in order, each with the path that messages show", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, "stack.config.yaml"), "name: a");
  await writeFile(path.join(folder.path, "stack.override.yaml"), "name: b");
  const files = await findManifest({ named: [], workingDirectory: folder.path });

  await expect(readManifest(files, folder.path)).resolves.toEqual({
    ok: true,
    value: [
      { displayPath: "stack.config.yaml", text: "name: a" },
      { displayPath: "stack.override.yaml", text: "name: b" },
    ],
  });
});

test("what is found beside the manifest stays in the project; what is named may lie anywhere", async () => {
  await using folder = await temporaryFolder();
  await using elsewhere = await temporaryFolder();
  const secret = path.join(elsewhere.path, "secret");
  await writeFile(secret, "name: c");
  await writeFile(path.join(folder.path, "stack.config.yaml"), "name: a");
  await symlink(secret, path.join(folder.path, "stack.override.yaml"));
  const find = async (...named: readonly string[]): ReturnType<typeof findManifest> =>
    findManifest({ named, workingDirectory: folder.path });

  await expect(readManifest(await find(), folder.path)).rejects.toMatchObject({
    code: "path-outside-project",
  });
  await expect(
    readManifest(await find("stack.config.yaml", secret), folder.path),
  ).resolves.toMatchObject({ ok: true, value: [{ text: "name: a" }, { text: "name: c" }] });
});

test("bytes that are not UTF-8 are told with their file", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, "stack.config.yaml"), "name: a");
  await writeFile(path.join(folder.path, "stack.override.yaml"), Buffer.from([0x6e, 0xff]));
  const files = await findManifest({ named: [], workingDirectory: folder.path });

  await expect(readManifest(files, folder.path)).resolves.toMatchObject({
    ok: false,
    error: [{ code: "not-utf8", location: { file: "stack.override.yaml", column: 2 } }],
  });
});
