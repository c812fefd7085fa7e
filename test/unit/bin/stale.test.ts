import { mkdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { newerThanBundle } from "../../../bin/stale.js";
import { temporaryFolder } from "../../support/temporary-store.ts";

test("a source that is newer than the bundle is named, and an installation has none", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await mkdir(at("src/room"), { recursive: true });
  for (const [name, seconds] of [
    ["src/a.ts", 100],
    ["src/room/b.ts", 300],
    ["bundle.cjs", 200],
  ] as const) {
    await writeFile(at(name), "");
    await utimes(at(name), seconds, seconds);
  }

  expect(newerThanBundle(at("src"), at("bundle.cjs"))).toBe("room/b.ts");
  await utimes(at("src/room/b.ts"), 200, 200);
  expect(newerThanBundle(at("src"), at("bundle.cjs"))).toBeUndefined();
  expect(newerThanBundle(at("none"), at("bundle.cjs"))).toBeUndefined();
});
