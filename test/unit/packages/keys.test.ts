import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { osNames } from "../../../src/os.ts";
import { loadFamily } from "../../../src/packages/families.ts";

test("SECURITY.md names each key that ships, and no other", async () => {
  const text = readFileSync(path.resolve(import.meta.dirname, "../../../SECURITY.md"), "utf8");
  const named = [...text.matchAll(/`([0-9A-F]{40})`/g)].map(([, fingerprint]) => fingerprint);
  const keys = await Promise.all(osNames.map(async (os) => (await loadFamily(os)).keysOf(os)));
  const shipped = keys.flat().map(({ fingerprint }) => fingerprint);
  expect(new Set(named)).toEqual(new Set(shipped));
});
