import { expect, it, test } from "vitest";
import { type AllowedDifference, compareRoots } from "../../judge/root/compare-roots.ts";
import { formatDifferences } from "../../judge/root/format-differences.ts";
import type { Root, RootNode } from "../../judge/root/tar-root.ts";

const file: RootNode = {
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  content: { digest: "one", size: 3, at: { file: "none", offset: 0 } },
};
const other = { ...file, content: { digest: "two", size: 4, at: { file: "none", offset: 0 } } };

function rootOf(nodes: Readonly<Record<string, RootNode>>): Root {
  return new Map(Object.entries(nodes));
}

test.each([
  ["content", other],
  ["mode", { ...file, mode: 0o600 }],
  ["owner", { ...file, uid: 1 }],
  ["owner", { ...file, gid: 1 }],
  ["type", { ...file, type: "fifo" }],
  ["hard-link", { ...file, linkedTo: "/b" }],
  ["capability", { ...file, capability: "01" }],
] as const)("a difference of %s is told", (kind, node) => {
  const { unexplained, equal, different } = compareRoots(
    rootOf({ "/a": file, "/b": file }),
    rootOf({ "/a": node, "/b": file }),
    [],
  );
  expect(unexplained.map((each) => `${each.path} ${each.kind}`)).toEqual([`/a ${kind}`]);
  expect({ equal, different }).toEqual({ equal: 1, different: 1 });
});

it("tells what one side alone has, and where a link leads elsewhere", () => {
  const link: RootNode = { type: "symlink", mode: 0o777, uid: 0, gid: 0, target: "x" };
  const { unexplained } = compareRoots(
    rootOf({ "/apt": file, "/link": link }),
    rootOf({ "/qclock": file, "/link": { ...link, target: "y" } }),
    [],
  );
  expect(unexplained.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
    "/apt only-judge",
    "/link link",
    "/qclock only-qclock",
  ]);
});

const rule = (path: string, more: Partial<AllowedDifference> = {}): AllowedDifference => ({
  path,
  kinds: ["content"],
  reason: "it is meant",
  ...more,
});

test.each([
  ["/var/log/*", "/var/log/a", true],
  ["/var/log/*", "/var/log/a/b", false],
  ["/var/**", "/var/log/a/b", true],
  ["/var/{log,run}/a.b", "/var/run/a.b", true],
  ["/var/{log,run}/a.b", "/var/run/aXb", false],
  ["/var/log", "/var/log/a", false],
])("a rule for %s, of %s: %s", (pattern, path, isAllowed) => {
  const { allowed } = compareRoots(rootOf({ [path]: file }), rootOf({ [path]: other }), [
    rule(pattern),
  ]);
  expect(allowed).toBe(isAllowed ? 1 : 0);
});

it("a path is allowed to differ only where each of its differences is", () => {
  const compared = compareRoots(
    rootOf({ "/a": file, "/b": file }),
    rootOf({ "/a": { ...other, mode: 0o600 }, "/b": other }),
    [rule("/*")],
  );
  expect(compared).toMatchObject({ paths: 2, equal: 0, allowed: 1, different: 1 });
  expect(compared.unexplained.map(({ path, kind }) => `${path} ${kind}`)).toEqual(["/a mode"]);
});

it("does not count a path that is left out, unless more is different about it", () => {
  const cache = rule("/cache/*", { kinds: ["only-judge"], isLeftOut: true });
  const compared = compareRoots(rootOf({ "/cache/a": file, "/b": file }), rootOf({ "/b": file }), [
    cache,
  ]);
  expect(compared).toMatchObject({ paths: 1, leftOut: 1, equal: 1, allowed: 0, different: 0 });
  expect(compared.byRule.get(cache)).toHaveLength(1);
});

it("asks the rule itself where it looks closer", () => {
  const looks = rule("/*", { only: ({ path }) => path === "/b" });
  const { byRule } = compareRoots(
    rootOf({ "/a": file, "/b": file }),
    rootOf({ "/a": other, "/b": other }),
    [looks],
  );
  expect(byRule.get(looks)?.map(({ path }) => path)).toEqual(["/b"]);
});

it("shows a folder for all that is in it, and counts everything", () => {
  const folder: RootNode = { type: "directory", mode: 0o755, uid: 0, gid: 0 };
  const compared = compareRoots(
    rootOf({ "/a": folder, "/a/1": file, "/a/2": file, "/c": file }),
    rootOf({ "/c": { ...file, mode: 0o600 } }),
    [],
  );
  expect(formatDifferences(compared, { show: 9, diff: false, judge: "apt" })).toBe(
    "only apt has: 3\n  /a/\nof another mode: 1\n  /c: apt 644, qclock 600",
  );
});
