import { expect, test } from "vitest";
import { withMarks } from "../../../../src/packages/proof/prove-target.ts";
import { aLockedImage, aLockedPackage, aLockTarget } from "../../../support/a-lock.ts";

const target = aLockTarget({
  base: aLockedImage(["libc6 2", aLockedPackage("bash 5", { unsigned: true })]),
  app: aLockedImage(["httpd 2"]),
});

test("exactly the packages that nothing proves are marked, and only what changes is another target", () => {
  const marked = withMarks(target, ({ name }) => name === "httpd" || name === "libc6");
  expect(
    [...marked.images.values()].flatMap(({ packages }) =>
      packages.map((entry) => [entry.name, entry.unsigned]),
    ),
  ).toEqual([
    ["libc6", true],
    ["bash", undefined],
    ["httpd", true],
  ]);
  expect("unsigned" in (marked.images.get("base")?.packages[1] ?? {})).toBe(false);
  expect(withMarks(target, ({ name }) => name === "bash")).toBe(target);
});
