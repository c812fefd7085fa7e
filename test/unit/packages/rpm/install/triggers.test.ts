import { describe, expect, test } from "vitest";
import {
  filesFoundByFolder,
  filesWithPrefix,
  fileTriggersOf,
  packageTriggersOf,
} from "../../../../../src/packages/rpm/install/triggers.ts";
import { toInstalledRpm } from "../../../../../src/packages/rpm/installed.ts";
import { tags } from "../../../../../src/packages/rpm/header/tags.ts";
import { type ADependency, type AnRpm, anRpm, TRIGGER_IN } from "../../../../support/rpm/an-rpm.ts";
import { numbers } from "../../../../support/rpm/header-entries.ts";
import { installRpms } from "../../../../support/rpm/install-rpms.ts";

const TRIGGER_UNINSTALL = 1 << 17;
const BEFORE_INSTALL = 1 << 25;
const [LESS, GREATER, EQUAL] = [2, 4, 8];

/** Whether a trigger on such a version of `data` is run when that comes. */
async function isSetOff(on: Omit<ADependency, "name">, data: Partial<AnRpm>): Promise<boolean> {
  const flags = TRIGGER_IN | (on.flags ?? 0);
  const { textOf } = await installRpms([
    {
      name: "owner",
      triggers: [{ script: "echo run >>/log", on: [{ ...on, name: "data", flags }] }],
    },
    { name: "data", ...data },
  ]);
  return textOf("/log") !== undefined;
}

describe("a trigger on a package", () => {
  test.each([
    ["any version", 0, "", true],
    ["= 2", EQUAL, "2", true],
    ["= 2-1", EQUAL, "2-1", true],
    ["= 2-2", EQUAL, "2-2", false],
    ["= 1:2", EQUAL, "1:2", false],
    [">= 2", GREATER | EQUAL, "2", true],
    ["> 2-1", GREATER, "2-1", false],
    ["> 1", GREATER, "1", true],
    ["< 2", LESS, "2", false],
    ["<= 2", LESS | EQUAL, "2", true],
    ["< 3", LESS, "3", true],
  ])("in %s is set off by 2-1: %s %s %s", async (_, flags, version, expected) => {
    expect(await isSetOff({ flags, version }, { version: "2-1" })).toBe(expected);
  });

  test("looks at the epoch", async () => {
    const data = { version: "2-1", more: [numbers(tags.epoch, [1])] };
    expect(await isSetOff({ flags: GREATER | EQUAL, version: "1:2" }, data)).toBe(true);
    expect(await isSetOff({ flags: LESS, version: "3" }, data)).toBe(false);
    const zero = { version: "2-1", more: [numbers(tags.epoch, [0])] };
    expect(await isSetOff({ flags: EQUAL, version: "2-1" }, zero)).toBe(true);
  });

  test("that goes, or that is another one, does not set it off", async () => {
    const { textOf } = await installRpms([
      {
        name: "owner",
        triggers: [
          { script: "echo gone >>/log", on: [{ name: "data", flags: TRIGGER_UNINSTALL }] },
          { script: "echo other >>/log", on: [{ name: "dat", flags: TRIGGER_IN }] },
        ],
      },
      { name: "data" },
    ]);
    expect(textOf("/log")).toBeUndefined();
  });
});

test("a header's triggers are told with their scripts, conditions and moments", () => {
  const { header } = toInstalledRpm(
    anRpm({
      name: "owner",
      triggers: [
        {
          script: "first",
          on: [{ name: "a" }, { name: "b", flags: TRIGGER_IN | 12, version: "2" }],
        },
        { script: "second", program: "/bin/other", on: [{ name: "c", flags: BEFORE_INSTALL }] },
        { script: "third", on: [{ name: "d", flags: TRIGGER_UNINSTALL }] },
        { script: "both", on: [{ name: "e", flags: TRIGGER_IN | BEFORE_INSTALL }] },
      ],
      fileTriggers: [
        { script: "low", on: [{ name: "/usr/lib" }, { name: "/opt" }], priority: 5 },
        { script: "gone", on: [{ name: "/usr", flags: TRIGGER_UNINSTALL }] },
      ],
    }),
  );
  expect(
    packageTriggersOf(header).map(({ kind, scriptlet: { program, text }, conditions }) => [
      kind,
      program.join(" "),
      text,
      conditions.map(({ name, constraint }) => name + (constraint?.version ?? "")).join(" "),
    ]),
  ).toEqual([
    ["triggerin", "/bin/sh", "first", "a b2"],
    ["triggerprein", "/bin/other", "second", "c"],
    ["triggerprein", "/bin/sh", "both", "e"],
    ["triggerin", "/bin/sh", "both", "e"],
  ]);
  expect(
    fileTriggersOf(header, "filetriggerin").map(({ scriptlet, prefixes, priority }) => [
      scriptlet.text,
      prefixes.join(" "),
      priority,
    ]),
  ).toEqual([["low", "/usr/lib /opt", 5]]);
  expect(fileTriggersOf(header, "transfiletriggerin")).toEqual([]);
  const { header: plain } = toInstalledRpm(anRpm({ name: "plain" }));
  expect([...packageTriggersOf(plain), ...fileTriggersOf(plain, "filetriggerin")]).toEqual([]);
});

test("prefixes are texts; of packages that are there a folder has to begin with one", () => {
  const files = ["/usr/lib/a", "/usr/lib64/b", "/usr/libx", "/opt/usr/lib/c"];
  expect(filesWithPrefix(["/usr/lib"], files)).toEqual(files.slice(0, 3));
  expect(filesWithPrefix(["/usr/lib/"], files)).toEqual(["/usr/lib/a"]);
  expect(filesWithPrefix([], files)).toEqual([]);
  expect(filesFoundByFolder(["/usr/lib"], files)).toEqual(files.slice(0, 3));
  expect(filesFoundByFolder(["/usr/libx"], files)).toEqual([]);
  expect(filesFoundByFolder(["/usr/libx", "/opt/usr/lib/"], files)).toEqual(["/opt/usr/lib/c"]);
});
