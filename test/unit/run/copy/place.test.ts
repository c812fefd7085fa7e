import { expect, test } from "vitest";
import { isReadOnlyAt } from "../../../../src/run/copy/copy-in.ts";
import { meansContent, parseCopy } from "../../../../src/run/copy/place.ts";
import { aService } from "../../../support/builders.ts";

test.each([
  ["app:/srv/data", "./data", "out", { service: "app", path: "/srv/data" }, { path: "./data" }],
  ["app:srv", "-", "out", { service: "app", path: "/srv" }, { type: "stream" }],
  ["-", "db:/", "in", { type: "stream" }, { service: "db", path: "/" }],
  // Steps up are taken before the name is looked at: what is copied has one.
  ["app:/srv/data/..", "out", "out", { service: "app", path: "/srv" }, { path: "out" }],
  ["app:/srv/..", "out", "out", { service: "app", path: "/" }, { path: "out" }],
  ["app:../srv//a/../.", "out", "out", { service: "app", path: "/srv/." }, { path: "out" }],
  ["a", "app:/srv/../etc/", "in", { path: "a" }, { service: "app", path: "/etc/" }],
  ["app:/.", "out", "out", { service: "app", path: "/" }, { path: "out" }],
  ["app:/..", "out", "out", { service: "app", path: "/" }, { path: "out" }],
  ["app:/srv/.", "out", "out", { service: "app", path: "/srv/." }, { path: "out" }],
  // What begins like a path is one, whatever colons it has.
  ["./a:b", "db:/x:y", "in", { path: "./a:b" }, { service: "db", path: "/x:y" }],
  ["/a:b", "db:/x", "in", { path: "/a:b" }, { service: "db", path: "/x" }],
])("cp %s %s", (source, target, direction, from, to) => {
  expect(parseCopy(source, target)).toMatchObject({ direction, from, to });
});

test.each([
  ["a", "b", "Neither"],
  ["-", "-", "Neither"],
  ["a:/x", "b:/y", "from one service to another"],
  ["a:", "b", "has no path"],
  ["", "b:/x", "is empty"],
])("cp %s %s is refused", (source, target, words) => {
  expect(() => parseCopy(source, target)).toThrow(words);
});

test.each([
  [".", true],
  ["/srv/.", true],
  ["/", true],
  ["/srv", false],
  ["/srv/", false],
  ["/srv/a.", false],
])("%s stands for what a folder holds: %s", (path, isContent) => {
  expect(meansContent(path)).toBe(isContent);
});

test("what can be written is told by the deepest mount, else by the root", () => {
  const volume = { type: "volume", volume: "v" } as const;
  const service = aService({
    name: "app",
    mounts: [
      { ...volume, target: "/data", readOnly: false },
      { ...volume, target: "/data/fixed", readOnly: true },
    ],
  });
  const told = (path: string, readOnlyRoot = true): boolean =>
    isReadOnlyAt({ ...service, hardening: { ...service.hardening, readOnlyRoot } }, path);
  expect(["/etc", "/database", "/data", "/data/a", "/data/fixed/b"].map((at) => told(at))).toEqual([
    true,
    true,
    false,
    false,
    true,
  ]);
  expect([told("/etc", false), told("/data/fixed", false)]).toEqual([false, true]);
});
