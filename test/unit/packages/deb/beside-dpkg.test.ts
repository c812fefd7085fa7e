import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { compareVersions } from "../../../../src/packages/deb/version.ts";
import { versionPairs } from "../../../support/deb-versions.ts";

/** What dpkg 1.21 said: see test/judge/record-versions.ts. */
const orders: unknown = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../../fixtures/deb-versions.json"), "utf8"),
);

test("versions are in dpkg's order", () => {
  const found = versionPairs().map(([one, other]) => Math.sign(compareVersions(one, other)));
  expect(found).toEqual(orders);
});
