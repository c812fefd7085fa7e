import { expect, test } from "vitest";
import {
  lockedPath,
  otherPaths,
} from "../../../../../src/packages/rpm/repositories/package-path.ts";

const folder = "baseos/latest/x86_64";

test.for([
  "getPackage/Bash-1-1.x86_64.rpm",
  "Bash-1-1.x86_64.rpm",
  "Packages/b/Bash-1-1.x86_64.rpm",
  "Packages/B/Bash-1-1.x86_64.rpm",
  "Packages/Bash-1-1.x86_64.rpm",
])("a package at %s has the distribution's own path in the lock", (location) => {
  expect(lockedPath(folder, location)).toBe(`${folder}/getPackage/Bash-1-1.x86_64.rpm`);
});

test("one in a folder that is not usual keeps its mirror's path", () => {
  expect(lockedPath(folder, "RPMS/x/bash.rpm")).toBe(`${folder}/RPMS/x/bash.rpm`);
  expect(otherPaths(`${folder}/RPMS/x/bash.rpm`)).toEqual([
    "ol9_baseos_latest/RPMS/x/bash.rpm",
    "baseos/RPMS/x/bash.rpm",
  ]);
});

test("other mirrors may have it in folders of reposync, short ones, and sorted in another way", () => {
  expect(otherPaths("appstream/aarch64/getPackage/php-1-1.noarch.rpm")).toEqual([
    "ol9_appstream/getPackage/php-1-1.noarch.rpm",
    "appstream/getPackage/php-1-1.noarch.rpm",
    "appstream/aarch64/php-1-1.noarch.rpm",
    "ol9_appstream/php-1-1.noarch.rpm",
    "appstream/php-1-1.noarch.rpm",
    "appstream/aarch64/Packages/php-1-1.noarch.rpm",
    "ol9_appstream/Packages/php-1-1.noarch.rpm",
    "appstream/Packages/php-1-1.noarch.rpm",
    "appstream/aarch64/Packages/p/php-1-1.noarch.rpm",
    "ol9_appstream/Packages/p/php-1-1.noarch.rpm",
    "appstream/Packages/p/php-1-1.noarch.rpm",
  ]);
});

test("of what is in no repository nothing is known", () => {
  expect(otherPaths("pool/main/b/bash.deb")).toEqual([]);
});
