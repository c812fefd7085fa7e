import { describe, expect, test } from "vitest";
import type { Place } from "../../../../src/project/place.ts";
import type { AssembledImage } from "../../../../src/stack/stack.ts";
import { problemsOf, readText, stackOf } from "../../../support/read-manifest.ts";

function imageOf(written: string): AssembledImage {
  const image = stackOf(`name: s\nimages: { app: { from: scratch${written} } }\n`).images.get(
    "app",
  );
  if (image?.type !== "assembled") throw new Error("no image of packages");
  return image;
}

const plain = imageOf("");

test.each<[string, Partial<AssembledImage["config"]>]>([
  ["working_dir: /srv", { workingDirectory: "/srv" }],
  ["stop_signal: SIGQUIT", { stopSignal: "SIGQUIT" }],
  ['user: "7:8"', { user: "7:8" }],
  ["entrypoint: [/bin/app]", { entrypoint: ["/bin/app"] }],
  ["command: serve now", { command: ["serve", "now"] }],
  ["environment: { A: b }", { environment: new Map([["A", "b"]]) }],
  ["expose: [80, 53/udp, '443/tcp']", { exposedPorts: ["80/tcp", "53/udp", "443/tcp"] }],
  ["labels: { a: b }", { labels: new Map([["a", "b"]]) }],
])("%s is in the image's configuration, and nothing else is", (written, expected) => {
  const { config } = imageOf(`, ${written}`);
  expect(config).toEqual({ ...plain.config, ...expected });
  expect(Object.keys(config).toSorted()).toEqual(
    [...new Set([...Object.keys(plain.config), ...Object.keys(expected)])].toSorted(),
  );
});

// Recorded from passwd.master of base-passwd 3.6.1, Debian 12.
const accounts =
  "root:0 daemon:1 bin:2 sys:3 sync:4 games:5 man:6 lp:7 mail:8 news:9 uucp:10 proxy:13 www-data:33 backup:34 list:38 irc:39 _apt:42 nobody:65534"
    .split(" ")
    .map((each) => each.split(":"));

test.each(accounts)("the account %s is there by its name and its number %s", (name, uid) => {
  const packages = "packages: { debian-12: [bash] }";
  const text = (rest: string): string =>
    `name: s\nimages: { app: { from: scratch, ${packages}, ${rest} } }\n`;
  expect(imageOf(`, ${packages}, user: "${uid}:${uid}"`).numericUsers).toEqual([]);
  expect(problemsOf(text(`scripts: none, user: ${name}`))).toEqual([]);
});

test("numbers beside those of the distribution are added", () => {
  const packages = "packages: { debian-12: [bash] }";
  for (const uid of [11, 12, 14, 32, 35, 37, 40, 41, 43, 65_533, 65_535])
    expect(imageOf(`, ${packages}, user: "${uid}"`).numericUsers).toMatchObject([{ uid }]);
});

test("files of accounts come with packages, with the essential ones, and with accounts", () => {
  const user = 'user: "10001"';
  for (const written of [
    "packages: { debian-12: [bash] }",
    "essential: true",
    "accounts: { users: [{ name: a, uid: 7 }] }",
    "accounts: { groups: [{ name: a, gid: 7 }] }",
  ])
    expect(imageOf(`, ${written}, ${user}`).numericUsers).toHaveLength(1);
  for (const written of ["packages: { debian-12: [] }", "essential: false", "accounts: {}"])
    expect(imageOf(`, ${written}, ${user}`).numericUsers).toEqual([]);
});

describe("a file of an image", () => {
  const text = (file: string): string =>
    `name: s\nimages: { app: { from: scratch, files: [${file}] } }\n`;
  const placed = (type: Place["type"]): ReadonlyMap<string, Place> => {
    const path = "/project/a";
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parts that are read
    return new Map([[path, { type, path, link: path, target: "/etc" } as Place]]);
  };

  test.each<[Place["type"], readonly string[]]>([
    ["file", []],
    ["directory", []],
    ["missing", ['missing-file: "a" of image "app" does not exist.']],
    ["other", ['missing-file: "a" of image "app" is neither a file nor a folder.']],
  ])("that is %s", (type, problems) => {
    expect(problemsOf(text("{ path: a, target: /x }"), { places: placed(type) })).toEqual(problems);
  });

  test.each<Place["type"]>(["loop", "outside"])("that leads out by a %s is told once", (type) => {
    expect(problemsOf(text("{ path: a, target: /x }"), { places: placed(type) })).toEqual([
      expect.stringMatching(/^path-outside-project: "a" /),
    ]);
  });

  test("has a mode and an owner where they are written, else root's", () => {
    const files = (written: string): unknown => imageOf(`, files: [${written}]`).files;
    expect(files("{ path: a }")).toEqual([{ source: "/project/a", target: "/", uid: 0, gid: 0 }]);
    expect(files("{ path: a, target: /x, mode: '0600', owner: '7:8' }")).toEqual([
      { source: "/project/a", target: "/x", mode: 0o600, uid: 7, gid: 8 },
    ]);
  });
});

test("what to do with another kind's key depends on the kind", () => {
  const hintOf = (kind: string): string | undefined => {
    const read = readText(`name: s\nimages: { a: { ${kind}, essential: true } }\n`, {
      files: ["Dockerfile", "ctx/", "ctx/Dockerfile"],
    });
    return read.ok ? undefined : read.error[0]?.hint;
  };
  expect(hintOf("build: ctx")).toBe(
    "It goes with `from`. Put an image with `from: a`, or lines of the Dockerfile, in its place.",
  );
  expect(hintOf(`image: "x.example/y@sha256:${"1".repeat(64)}"`)).toBe(
    "It goes with `from`. Put an image with `from: a` in its place.",
  );
});
