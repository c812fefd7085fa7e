import { describe, expect, test } from "vitest";
import { encodeHeader } from "../../../../src/packages/rpm/header/encode-header.ts";
import { isLeftOut } from "../../../../src/packages/rpm/excluded.ts";
import { RpmHeader } from "../../../../src/packages/rpm/header/header.ts";
import { nevraOf } from "../../../../src/packages/rpm/header/nevra.ts";
import { sourcePackageOf } from "../../../../src/packages/rpm/header/source-package.ts";
import { tags } from "../../../../src/packages/rpm/header/tags.ts";
import { numbers, text } from "../../../support/rpm/header-entries.ts";

describe("what a header says a package is", () => {
  const idOf = (parts: {
    readonly name?: string;
    readonly version?: string;
    readonly release?: string;
    readonly architecture?: string;
    readonly epoch?: number;
  }): string => {
    const { name = "a", version = "1", release = "2", architecture = "noarch", epoch } = parts;
    const entries = [
      text(tags.name, name),
      text(tags.version, version),
      text(tags.release, release),
      ...(epoch === undefined ? [] : [numbers(tags.epoch, [epoch])]),
      text(tags.architecture, architecture),
    ];
    const found = nevraOf(RpmHeader.parse(encodeHeader(entries)));
    return `${found.name} ${found.version} ${found.architecture}`;
  };

  test("has an epoch where that is not 0", () => {
    expect(idOf({})).toBe("a 1-2 noarch");
    expect(idOf({ epoch: 0 })).toBe("a 1-2 noarch");
    expect(idOf({ epoch: 1 })).toBe("a 1:1-2 noarch");
  });

  test("may be in all letters that rpm takes", () => {
    const all = { name: "lib_x++-1.0", version: "1.0~rc1^git+2_a", release: "1.el9_2~x^y+z" };
    expect(idOf({ ...all, architecture: "x86_64" })).toBe(
      "lib_x++-1.0 1.0~rc1^git+2_a-1.el9_2~x^y+z x86_64",
    );
    expect(idOf({ name: "n".repeat(256) })).toBe(`${"n".repeat(256)} 1-2 noarch`);
  });

  test.each([
    [{ name: "" }, "1000"],
    [{ name: "-a" }, "1000"],
    [{ name: "a/b" }, "1000"],
    [{ name: "a b" }, "1000"],
    [{ name: "n".repeat(257) }, "1000"],
    [{ version: "1-2" }, "1001"],
    [{ version: "1:2" }, "1001"],
    [{ version: "" }, "1001"],
    [{ release: "1-2" }, "1002"],
    [{ release: "1\n" }, "1002"],
    [{ architecture: "x86-64" }, "1022"],
    [{ architecture: "" }, "1022"],
  ])("is refused in other letters: %j", (parts, tag) => {
    expect(() => idOf(parts)).toThrow(`as tag ${tag}`);
  });
});

test.each([
  ["bash-5.1.8-9.el9.src.rpm", "bash 5.1.8-9.el9"],
  ["perl-Foo-Bar-1.0-2.nosrc.rpm", "perl-Foo-Bar 1.0-2"],
  ["a-1-2.rpm", "own 3-4"],
  ["a-1.src.rpm", "own 3-4"],
  ["a-1-2.src.rpm.x", "own 3-4"],
  ["", "own 3-4"],
  [undefined, "own 3-4"],
])("the source of a package whose header names %s is %s", (file, expected) => {
  const { source, sourceVersion } = sourcePackageOf(file, { name: "own", version: "2:3-4" });
  expect(`${source} ${sourceVersion}`).toBe(expected);
});

describe("what is left out of an image", () => {
  const exclude = ["/usr/share/doc", "/etc/motd"];

  test.each([
    ["usr/share/doc/a/README", "file", true],
    ["usr/share/doc/a", "directory", true],
    ["usr/share/doc", "directory", false],
    ["usr/share/doc", "symlink", true],
    ["usr/share/docs", "file", false],
    ["srv/usr/share/doc/a", "file", false],
    ["etc/motd", "file", true],
    ["etc/motd.d/x", "file", false],
  ] as const)("%s, a %s: %s", (path, type, expected) => {
    expect(isLeftOut({ path, type, isLicence: false }, exclude)).toBe(expected);
  });

  test("is no licence, whatever is excluded", () => {
    const path = "usr/share/doc/a/COPYING";
    expect(isLeftOut({ path, type: "file", isLicence: true }, exclude)).toBe(false);
    const folder = { path: "usr/share/licenses", type: "directory", isLicence: false } as const;
    expect(isLeftOut(folder, ["/usr/share"])).toBe(false);
    expect(isLeftOut({ ...folder, path: "usr/share/licenses/a" }, ["/usr/share"])).toBe(true);
  });
});
