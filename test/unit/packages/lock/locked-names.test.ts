import { expect, test } from "vitest";
import { lockedNames, refuseUnknown } from "../../../../src/packages/lock/locked-names.ts";
import { aLockedImage, aLockTarget } from "../../../support/a-lock.ts";

const target = aLockTarget({
  base: aLockedImage(["libc6 2", "bash 5"]),
  app: aLockedImage(["httpd 2", "bash 5"]),
});

test("the names of all images are known, each once, in order", () => {
  expect(lockedNames(target)).toEqual(["bash", "httpd", "libc6"]);
});

test("names that an image holds are taken", () => {
  expect(() => refuseUnknown(new Set(["bash", "httpd"]), target)).not.toThrow();
  expect(() => refuseUnknown(new Set(), target)).not.toThrow();
});

test.each<readonly [names: readonly string[], message: string, hint: string]>([
  [
    ["bash", "basj", "libc7"],
    'No image of the lock for debian-12/amd64 holds "basj", "libc7".',
    'Did you mean "bash", "libc6"?',
  ],
  [
    ["postgresql"],
    'No image of the lock for debian-12/amd64 holds "postgresql".',
    "`qclock lock why PACKAGE` tells in which image a package is; a new one is asked for in the manifest.",
  ],
])("%j are refused", (names, message, hint) => {
  const error = expect.objectContaining({ code: "unknown-package", message, hint });
  expect(() => refuseUnknown(new Set(names), target)).toThrow(error);
});

test("without a lock there is nothing to move", () => {
  expect(() => refuseUnknown(new Set(["bash"]), undefined)).toThrow(
    expect.objectContaining({ code: "lock-outdated", hint: "Make it with `qclock lock`." }),
  );
});
