import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { osNames } from "../../../../src/os.ts";
import { keysOf } from "../../../../src/packages/deb/keys/of.ts";

test("SECURITY.md names each key that ships, and no other", () => {
  const text = readFileSync(path.resolve(import.meta.dirname, "../../../../SECURITY.md"), "utf8");
  const named = [...text.matchAll(/`([0-9A-F]{40})`/g)].map(([, fingerprint]) => fingerprint);
  const shipped = osNames.flatMap((os) => keysOf(os).map(({ fingerprint }) => fingerprint));
  expect(new Set(named)).toEqual(new Set(shipped));
});
