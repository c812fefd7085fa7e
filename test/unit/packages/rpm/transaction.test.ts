import { describe, expect, test } from "vitest";
import type { AccountTemplates, InstallRequest } from "../../../../src/packages/installation.ts";
import { readDatabase } from "../../../../src/packages/rpm/database.ts";
import { tags } from "../../../../src/packages/rpm/header/tags.ts";
import { MemoryRoot } from "../../../../src/packages/scripts/memory/memory-root.ts";
import type { ADependency, AnRpm } from "../../../support/rpm/an-rpm.ts";
import { TRIGGER_IN } from "../../../support/rpm/an-rpm.ts";
import { installRpms, RPM_NOW } from "../../../support/rpm/install-rpms.ts";

describe("folders that are there already", () => {
  test.each([
    [{}, {}, { uid: 0, gid: 0, mode: 0o755 }],
    [{}, { group: "mail" }, { uid: 0, gid: 12, mode: 0o755 }],
    [{}, { user: "mail" }, { uid: 8, gid: 0, mode: 0o755 }],
    [{}, { mode: 0o700 }, { uid: 0, gid: 0, mode: 0o700 }],
    [{ mode: 0o700, user: "mail", group: "mail" }, {}, { uid: 0, gid: 0, mode: 0o755 }],
    [{ group: "mail" }, { user: "mail", mode: 0o2750 }, { uid: 8, gid: 0, mode: 0o2750 }],
  ])("one of %j gets what a later package says: %j", async (first, last, expected) => {
    const { root } = await installRpms([
      // Without needs the last by name comes first.
      { name: "b", files: [{ path: "/srv/", mode: 0o755, ...first }] },
      { name: "a", files: [{ path: "/srv/", mode: 0o755, ...last }] },
    ]);
    expect(root.stat("/srv")).toMatchObject(expected);
  });

  test("what stands in the place of a folder keeps its owner and mode", async () => {
    const root = new MemoryRoot({ now: RPM_NOW });
    root.changeAs("below");
    root.mkdir("/data", 0o700);
    root.symlink("data", "/srv");
    await installRpms([{ name: "a", files: [{ path: "/srv/", mode: 0o755, group: "mail" }] }], {
      root,
    });
    expect(root.lstat("/srv")?.kind).toBe("symlink");
    expect(root.stat("/data")).toMatchObject({ mode: 0o700, gid: 0 });
  });
});

describe("account files", () => {
  /** What is asked for, and whether the files of `setup` are there at that moment. */
  async function asked(packages: readonly AnRpm[]) {
    const root = new MemoryRoot({ now: RPM_NOW });
    const found: { readonly hasUsual: boolean; readonly isLaid: boolean }[] = [];
    const addAccounts = ({ usual }: AccountTemplates): void => {
      found.push({
        hasUsual: usual !== undefined,
        isLaid: root.stat("/etc/setup") !== undefined,
      });
    };
    await installRpms(packages, { root, addAccounts });
    return found;
  }
  const setup: AnRpm = { name: "setup", files: [{ path: "/etc/setup" }] };

  test.each<
    [what: string, packages: readonly AnRpm[], expected: Awaited<ReturnType<typeof asked>>]
  >([
    ["no packages", [], [{ hasUsual: false, isLaid: false }]],
    ["packages without setup", [{ name: "a" }], [{ hasUsual: true, isLaid: false }]],
    ["setup alone", [setup], [{ hasUsual: false, isLaid: true }]],
    [
      "setup and others",
      [{ name: "a" }, setup, { name: "z" }],
      [{ hasUsual: false, isLaid: true }],
    ],
  ])(
    "of %s are those of every EL, or setup's own when it is there",
    async (_, packages, expected) => {
      expect(await asked(packages)).toEqual(expected);
    },
  );
});

test("an image without packages has no database of RPM", async () => {
  const { root } = await installRpms([]);
  expect(root.stat("/var/lib/rpm/rpmdb.sqlite")).toBeUndefined();
  expect(readDatabase(root)).toEqual([]);
});

test("a script that asks finds the packages in the order in which they came", async () => {
  const first = await installRpms([{ name: "m" }, { name: "below" }]);
  const ask = (name: string): string => `rpm -qa --qf '%{NAME} ' >/${name}`;
  const needs = (name: string): readonly ADependency[] => [{ name }];
  const { textOf } = await installRpms(
    [
      { name: "a", requires: needs("b"), pre: ask("a-pre"), post: ask("a-post") },
      { name: "b", requires: needs("c"), post: ask("b-post") },
      { name: "c", pre: ask("c-pre") },
    ],
    { root: first.root, isFirst: false },
  );
  const below = readDatabase(first.root)
    .map((header) => header.text(tags.name))
    .slice(0, 2);
  expect(below).toHaveLength(2);
  const there = `${below.join(" ")} `;
  expect(textOf("/c-pre")).toBe(there);
  expect(textOf("/b-post")).toBe(`${there}c b `);
  expect(textOf("/a-pre")).toBe(`${there}c b `);
  expect(textOf("/a-post")).toBe(`${there}c b a `);
});

/** Source: rpm 4.16, lib/rpmtriggers.h, `TRIGGER_PRIORITY_BOUND`. */
test.each([
  [1_000_000, "trigger post "],
  [10_000, "trigger post "],
  [9999, "post trigger "],
  [0, "post trigger "],
])("a file trigger of priority %i runs in this order with %%post: %s", async (priority, order) => {
  const on = [{ name: "/opt", flags: TRIGGER_IN }];
  const { textOf } = await installRpms([
    {
      name: "watcher",
      requires: [],
      fileTriggers: [{ script: "printf 'trigger ' >>/log", on, priority }],
    },
    {
      name: "data",
      requires: [{ name: "watcher" }],
      files: [{ path: "/opt/file" }],
      post: "printf 'post ' >>/log",
    },
  ]);
  expect(textOf("/log")).toBe(order);
});

describe("what is told of scripts", () => {
  test("each one that was run, with its time and its steps", async () => {
    const told: Parameters<NonNullable<InstallRequest["onScript"]>>[0][] = [];
    await installRpms([{ name: "a", pre: "true", post: "for i in 1 2 3; do :; done" }], {
      onScript: (each) => told.push(each),
    });
    expect(told.map(({ package: name, script }) => `${name} ${script}`)).toEqual([
      "a %pre",
      "a %post",
    ]);
    for (const { durationMs, steps } of told) {
      expect(durationMs).toBeGreaterThanOrEqual(0);
      // Less than since the process began.
      expect(durationMs).toBeLessThan(performance.now());
      expect(steps).toBeGreaterThan(0);
    }
  });

  test("one that ends with another status than 0, without a line", async () => {
    const { left, root } = await installRpms([
      { name: "a", pre: "echo made >/made\necho why >&2\nexit 3" },
    ]);
    expect(root.stat("/made")).toBeUndefined();
    expect(left).toEqual([
      expect.objectContaining({
        package: "a",
        script: "%pre",
        reason: "it ended with status 3: why",
      }),
    ]);
    expect(left[0]).not.toHaveProperty("place");
  });

  test.each([
    ["<lua>", "setmetatable({}, {})", "what a script in Lua does"],
    ["/usr/bin/python3", "print(1)", "what /usr/bin/python3 does"],
    ["/usr/bin/perl", "1;", "what /usr/bin/perl does"],
  ])("of one in %s: the effects of it as a whole", async (program, post, text) => {
    const { left } = await installRpms([{ name: "a", program: [program], post }]);
    expect(left.map(({ effects }) => effects)).toEqual([[{ grade: "missing", text }]]);
  });

  test("of one of the shell: what is missing by its words, where the root has not got it", async () => {
    const post = "unknown-tool\nuseradd -r there\nmkdir /made\nmkdir /present\nchown root /gone";
    const { left } = await installRpms([
      { name: "a", files: [{ path: "/present/" }], program: ["/bin/bash"], post },
    ]);
    const [effects = []] = left.map((each) => each.effects);
    const texts = effects.map(({ text }) => text).join("\n");
    expect(texts).toContain("/made");
    expect(texts).not.toContain("/present");
    expect(texts).not.toContain("/gone");
  });

  test.each([
    ["of the shell", ["/bin/sh"], "unknown-tool", 1],
    ["of a shell in /usr", ["/usr/bin/bash"], "true\nunknown-tool", 2],
    ["that names its shell", ["/bin/sh"], "#!/bin/bash -e\ntrue\nunknown-tool", 3],
    ["of a shell with an option", ["/bin/sh", "-e"], "true\nunknown-tool", 3],
  ])("of one %s: the line at which it stopped", async (_, program, post, line) => {
    const { left } = await installRpms([{ name: "a", program, post }]);
    expect(left.map(({ place }) => place?.line)).toEqual([line]);
  });
});
