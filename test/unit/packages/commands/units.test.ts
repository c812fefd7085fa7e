import { describe, expect, it, test } from "vitest";
import { findUnit } from "../../../../src/packages/commands/units/find-unit.ts";
import {
  canBeCalled,
  completeUnitName,
  parseUnitName,
  type UnitName,
} from "../../../../src/packages/commands/units/unit-name.ts";
import { enabledByPreset } from "../../../../src/packages/commands/units/unit-presets.ts";
import type { CommandCall } from "../../../../src/packages/scripts/command.ts";
import { MemoryRoot } from "../../../../src/packages/scripts/memory/memory-root.ts";

/** Files with what they hold; what begins with `-> ` is a link. */
function rootWith(files: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now: 1 });
  for (const [path, text] of Object.entries(files)) {
    if (text.startsWith("-> "))
      root.add(path, { kind: "symlink", mode: 0o777, target: text.slice(3) });
    else if (path.endsWith("/")) root.add(path.slice(0, -1), { kind: "directory", mode: 0o755 });
    else root.add(path, { kind: "file", mode: 0o644, content: Buffer.from(text) });
  }
  return root;
}

function unitName(text: string): UnitName {
  const name = parseUnitName(text);
  if (name === undefined) throw new Error(`${text} is no name of a unit`);
  return name;
}

// Source: systemd.unit(5); systemd 252, basic/unit-name.c.
describe("names of units", () => {
  it.each<readonly [text: string, prefix: string, instance: string | undefined, type: string]>([
    ["a.service", "a", undefined, "service"],
    ["a@.service", "a", "", "service"],
    ["a@b.service", "a", "b", "service"],
    ["a@b@c.service", "a", "b@c", "service"],
    ["a.b.timer", "a.b", undefined, "timer"],
    [String.raw`dev-disk\x2d1.device`, String.raw`dev-disk\x2d1`, undefined, "device"],
    ["-.mount", "-", undefined, "mount"],
    [`${"a".repeat(247)}.service`, "a".repeat(247), undefined, "service"],
  ])("%s is one", (text, prefix, instance, type) => {
    const { instance: found, ...name } = unitName(text);
    expect({ ...name, instance: found }).toEqual({ text, prefix, instance, type });
  });

  it.each([
    "",
    "a",
    ".service",
    "@.service",
    "@a.service",
    "a.unknown",
    "a b.service",
    "a/b.service",
    "a@b c.service",
    `${"a".repeat(248)}.service`,
  ])("%j is none", (text) => {
    expect(parseUnitName(text)).toBeUndefined();
  });

  it.each([
    ["a", "a.service"],
    ["a.b", "a.b.service"],
    ["a@b", "a@b.service"],
    ["a.socket", "a.socket"],
  ])("%s stands for %s", (text, expected) => {
    expect(completeUnitName(text)).toBe(expected);
  });

  it.each<readonly [unit: string, alias: string, isSo: boolean]>([
    ["a.service", "b.service", true],
    ["a.service", "b.socket", false],
    ["a.mount", "b.mount", false],
    ["a.slice", "b.slice", false],
    ["a.timer", "b.timer", true],
    ["a.path", "b.path", true],
    ["a.target", "b.target", true],
    ["a.automount", "b.automount", true],
    ["a@.service", "b@.service", true],
    ["a@.service", "b@x.service", true],
    ["a@.service", "b.service", false],
    ["a@x.service", "b@x.service", true],
    ["a@x.service", "b@y.service", false],
    ["a@x.service", "b.service", false],
    ["a.service", "b@x.service", false],
  ])("%s may be called %s: %s", (unit, alias, isSo) => {
    expect(canBeCalled(unitName(unit), unitName(alias))).toBe(isSo);
  });
});

// Source: systemd 252, shared/install.c, unit_file_search and install_info_follow.
describe("the file of a unit", () => {
  const folders = ["/etc/u", "/usr/u"];
  const find = (files: Readonly<Record<string, string>>, name: string): string => {
    const found = findUnit({ root: rootWith(files) }, name, folders);
    return typeof found === "string" ? found : `${found.name.text} ${found.path}`;
  };

  it.each<readonly [what: string, files: Record<string, string>, name: string, found: string]>([
    ["is in a folder", { "/usr/u/a.service": "x" }, "a.service", "a.service /usr/u/a.service"],
    [
      "is in the first of them",
      { "/usr/u/a.service": "x", "/etc/u/a.service": "x" },
      "a.service",
      "a.service /etc/u/a.service",
    ],
    ["is nowhere", { "/usr/u/b.service": "x" }, "a.service", "missing"],
    ["is no name", { "/usr/u/a": "x" }, "a", "missing"],
    ["is a folder", { "/usr/u/a.service/": "" }, "a.service", "missing"],
    [
      "is that of its template",
      { "/usr/u/a@.service": "x" },
      "a@b.service",
      "a@b.service /usr/u/a@.service",
    ],
    [
      "is its own before that of its template",
      { "/etc/u/a@.service": "x", "/usr/u/a@b.service": "x" },
      "a@b.service",
      "a@b.service /usr/u/a@b.service",
    ],
    ["is empty", { "/usr/u/a.service": "" }, "a.service", "masked"],
    ["leads to nothing at all", { "/etc/u/a.service": "-> /dev/null" }, "a.service", "masked"],
    [
      "leads to another unit",
      { "/etc/u/a.service": "-> /usr/u/b.service", "/usr/u/b.service": "x" },
      "a.service",
      "b.service /usr/u/b.service",
    ],
    [
      "leads to another template, for the same instance",
      { "/etc/u/a@.service": "-> b@.service", "/usr/u/b@.service": "x" },
      "a@i.service",
      "b@i.service /usr/u/b@.service",
    ],
    [
      "leads to the same name elsewhere",
      { "/etc/u/a.service": "-> /opt/a.service", "/opt/a.service": "x" },
      "a.service",
      "a.service /opt/a.service",
    ],
    [
      "leads to the same name elsewhere, where it is empty",
      { "/etc/u/a.service": "-> /opt/a.service", "/opt/a.service": "" },
      "a.service",
      "masked",
    ],
    [
      "leads to the same name, which is nowhere",
      { "/etc/u/a.service": "-> /opt/a.service" },
      "a.service",
      "missing",
    ],
    ["leads to what is no unit", { "/etc/u/a.service": "-> /opt/file" }, "a.service", "missing"],
    [
      "leads to a unit that is nowhere",
      { "/etc/u/a.service": "-> b.service" },
      "a.service",
      "missing",
    ],
    [
      "leads round in a ring",
      { "/etc/u/a.service": "-> b.service", "/etc/u/b.service": "-> a.service" },
      "a.service",
      "missing",
    ],
  ])("%s", (_, files, name, found) => {
    expect(find(files, name)).toBe(found);
  });

  test("is found behind fifteen other names, and not behind more", () => {
    const chain = (length: number): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length: length + 1 }, (_, at) => [
          `/usr/u/u${at}.service`,
          at < length ? `-> u${at + 1}.service` : "x",
        ]),
      );
    expect(find(chain(15), "u0.service")).toBe("u15.service /usr/u/u15.service");
    expect(find(chain(16), "u0.service")).toBe("missing");
  });
});

// Source: systemd.preset(5).
describe("presets", () => {
  const folders = ["/etc/systemd/system", "/usr/lib/systemd/system"];
  const enabled = (files: Readonly<Record<string, string>>, name: string): readonly string[] =>
    enabledByPreset(
      { root: rootWith(files), countSteps: () => undefined } as unknown as CommandCall,
      name,
      folders,
    );
  const own = (text: string): Record<string, string> => ({
    "/usr/lib/systemd/system-preset/50-a.preset": text,
  });

  it.each<readonly [text: string, name: string, units: readonly string[]]>([
    ["", "a.service", ["a.service"]],
    ["disable *\n", "a.service", []],
    ["enable a.service\ndisable *\n", "a.service", ["a.service"]],
    ["disable *\nenable a.service\n", "a.service", []],
    ["# enable a.service\n; enable a.service\ndisable a.*\n", "a.service", []],
    ["  disable   a.service  \n", "a.service", []],
    ["ignore a.service\ndisable a.service\n", "a.service", []],
    ["disable b.service\n", "a.service", ["a.service"]],
    ["disable a?.service\n", "a1.service", []],
    ["enable a@.service one two\ndisable *\n", "a@.service", ["a@one.service", "a@two.service"]],
    ["enable a@.service one two\ndisable *\n", "a@two.service", ["a@two.service"]],
    ["enable a@.service one two\ndisable *\n", "a@three.service", []],
    ["enable a@.service one\ndisable *\n", "b@one.service", []],
    ["enable a@.service one\ndisable *\n", "a.service", []],
    ["enable a@.service\ndisable *\n", "a@.service", ["a@.service"]],
    ["enable a@*.service\ndisable *\n", "a@one.service", ["a@one.service"]],
    ["disable a@.service one\n", "a@.service", []],
  ])("of %j %s makes %j", (text, name, units) => {
    expect(enabled(own(text), name)).toEqual(units);
  });

  test("are read in the order of their names, and a name hides it in later folders", () => {
    const files = {
      "/usr/lib/systemd/system-preset/20-b.preset": "enable a.service\n",
      "/usr/lib/systemd/system-preset/10-a.preset": "disable a.service\n",
      "/usr/lib/systemd/system-preset/00-other": "enable a.service\n",
    };
    expect(enabled(files, "a.service")).toEqual([]);
    const hidden = { ...files, "/etc/systemd/system-preset/10-a.preset": "" };
    expect(enabled(hidden, "a.service")).toEqual(["a.service"]);
    const later = { ...files, "/etc/systemd/system-preset/90-z.preset": "enable a.service\n" };
    expect(enabled(later, "a.service")).toEqual([]);
  });
});
