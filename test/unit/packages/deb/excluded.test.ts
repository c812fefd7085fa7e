import { expect, test } from "vitest";
import { isExcludedPath } from "../../../../src/packages/deb/excluded.ts";

const exclude = ["/usr/share/doc", "/usr/share/man", "/etc/motd"];

test.each([
  ["usr/share/man/man1/ls.1.gz", true],
  ["usr/share/manual", false],
  ["usr/share/doc/bash/README", true],
  ["usr/share/doc/bash/copyright", false],
  ["usr/share/doc/bash", false],
  ["usr/share/doc/bash/old/copyright", true],
  ["etc/motd", true],
  ["etc/motd.d", false],
  ["srv/etc/motd", false],
])("the file %s is left out: %s", (path, excluded) => {
  expect(isExcludedPath(path, exclude)).toBe(excluded);
});

test("a folder whose content is left out stays itself", () => {
  expect(isExcludedPath("usr/share/man", exclude, true)).toBe(false);
  expect(isExcludedPath("usr/share/man", exclude)).toBe(true);
  expect(isExcludedPath("usr/share/man/man1", exclude, true)).toBe(true);
  expect(isExcludedPath("usr/share/man/man1", [])).toBe(false);
});
