import { expect, test } from "vitest";
import { foreseeLock, undecidedImages } from "../../../../src/packages/lock/foresee.ts";
import { packageInputs } from "../../../../src/packages/lock/inputs.ts";
import { aPackageStack } from "../../../support/lock-request.ts";
import type { Lock } from "../../../../src/packages/package.ts";
import { aDigest, aLock, aLockedImage, aLockTarget } from "../../../support/a-lock.ts";
import { anAssembledImage } from "../../../support/a-subject.ts";

const stack = aPackageStack({ base: ["bash"], app: ["web"], top: [] });
const fitting = aLockTarget(
  { base: aLockedImage(["bash 5"]), app: aLockedImage(["web 1"]), top: aLockedImage([]) },
  { inputs: packageInputs(stack) },
);

test("a lock that fits needs nothing", () => {
  const lock = aLock(fitting);
  expect(foreseeLock(stack, lock)).toEqual({ lock, target: fitting });
});

test("without a lock everything that the manifest names has to be resolved", () => {
  expect(foreseeLock(stack, undefined).need).toEqual({
    state: "missing",
    images: [
      { name: "base", changes: [], packages: ["bash"], essential: false, artifacts: [] },
      { name: "app", changes: [], packages: ["web"], essential: false, artifacts: [] },
    ],
  });
});

test("a lock for other packages names the images that differ, and what stands on them is undecided, too", () => {
  const other = aPackageStack({ base: ["bash"], app: ["web", "php"], top: [] });
  const { need } = foreseeLock(other, aLock(fitting));
  expect(need).toMatchObject({
    state: "outdated",
    images: [{ name: "app", changes: ["asks for php as well"] }],
  });
  expect(need === undefined ? [] : [...undecidedImages(other, need)]).toEqual(["app", "top"]);
});

test("a wheel of the lock that the requirements file does not allow makes the lock outdated", () => {
  const requirement = { name: "flask", extras: [], hashes: [aDigest("flask")], line: 1 };
  const wheels = {
    file: "/r.txt",
    displayPath: "r.txt",
    requirements: [{ ...requirement, version: "3" }],
  };
  const app = anAssembledImage("app", { packages: ["web"], wheels });
  const withWheels = { ...stack, images: new Map([...stack.images, ["app", app]]) };
  const lockedTo = (version: string): Lock => {
    const file = { name: "flask", version, file: "flask.whl", digest: aDigest("flask") };
    const files = [{ ...file, sizeBytes: 1, reasons: [{ type: "requested" } as const] }];
    const images = new Map(fitting.images);
    images.set(
      "app",
      aLockedImage(["web 1"], { wheels: { requirements: aDigest("lines"), files } }),
    );
    return aLock({ ...fitting, images, inputs: packageInputs(withWheels) });
  };

  expect(foreseeLock(withWheels, lockedTo("3")).need).toBeUndefined();
  expect(foreseeLock(withWheels, lockedTo("2")).need?.state).toBe("outdated");
});

test("where the lock cannot tell what changed, every image with packages is undecided", () => {
  const target = { ...fitting, inputs: packageInputs(aPackageStack({ base: [] })) };
  expect(foreseeLock(stack, aLock(target)).need?.images.map(({ name }) => name)).toEqual([
    "base",
    "app",
  ]);
});
