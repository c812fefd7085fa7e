import { expect, test } from "vitest";
import { findLockProblems } from "../../../../src/packages/lock/check.ts";
import {
  aLock,
  aLockedImage,
  aLockedPackage,
  aLockedRepository,
  aLockTarget,
} from "../../../support/a-lock.ts";

const base = aLockedImage(["bash 5", "libc6 2 < bash: libc6"]);

test("a lock as qclock writes it has no problem", () => {
  const app = aLockedImage(["bash 5", "httpd 2", "apr 1 < httpd: apr", "x 1 < libc6: x"]);
  expect(findLockProblems(aLock(aLockTarget({ base, app })))).toEqual([]);
});

test.each([
  ["debian-12", "amd64", "arm64"],
  ["debian-12", "arm64", "amd64"],
  ["oraclelinux-9", "amd64", "aarch64"],
  ["oraclelinux-9", "amd64", "i686"],
] as const)("a package on %s, %s, cannot be for %s", (os, architecture, other) => {
  const app = aLockedImage([aLockedPackage("apr 1", { architecture: other })]);
  expect(findLockProblems(aLock(aLockTarget({ app }, { os, architecture })))).toEqual([
    {
      path: ["targets", `${os}/${architecture}`, "images", "app", "packages", 0, "architecture"],
      message: `apr is for ${other}, not for ${architecture}`,
    },
  ]);
});

test.each(["noarch", "x86_64"])("a package may be for %s", (architecture) => {
  const app = aLockedImage([aLockedPackage("apr 1", { architecture })]);
  expect(findLockProblems(aLock(aLockTarget({ app }, { os: "oraclelinux-9" })))).toEqual([]);
});

test("each thing that cannot be is told with its place", () => {
  const repositories = ["bookworm", "security", "bookworm"].map((id) => aLockedRepository({ id }));
  const app = aLockedImage([
    "httpd 2",
    aLockedPackage("apr 1", { repository: "extra" }),
    aLockedPackage("apr 2", {
      reasons: [
        { type: "dependency", of: "httpd", relation: "apr" },
        { type: "dependency", of: "nginx", relation: "apr" },
        { type: "requested" },
      ],
    }),
  ]);
  const target = aLockTarget({ base, app }, { repositories });
  const lock = { ...aLock(target), targets: new Map([["debian-13/amd64", target]]) };

  expect(
    findLockProblems(lock).map(({ path, message }) => `${path.slice(2).join(".")}: ${message}`),
  ).toEqual([
    ": is for debian-12/amd64 but stands under debian-13/amd64",
    'repositories.2.id: names "bookworm" a second time',
    'images.app.packages.1.repository: apr is from "extra", which is not among the repositories',
    'images.app.packages.2.name: holds "apr" a second time',
    'images.app.packages.2.reasons.1: apr is there because of "nginx", which no image holds',
  ]);
  expect(new Set(findLockProblems(lock).map(({ path }) => path.slice(0, 2).join(" ")))).toEqual(
    new Set(["targets debian-13/amd64"]),
  );
});
