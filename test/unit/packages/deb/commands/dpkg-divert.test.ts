import { expect, test } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { runScript } from "../../../../../src/packages/scripts/run-script.ts";

const now = 1_700_000_000;
const DATABASE = "/var/lib/dpkg/diversions";

/** Call dpkg-divert, each time with other words, and tell what it says and with what it ends. */
function divert(root: MemoryRoot, ...calls: readonly string[]): string {
  const { stdout } = runScript({
    text: calls.map((words) => `dpkg-divert ${words} 2>&1 || echo "= $?"`).join("\n"),
    name: "/var/lib/dpkg/info/p.postinst",
    args: ["configure", ""],
    env: new Map(Object.entries({ PATH: "/usr/bin", DPKG_MAINTSCRIPT_PACKAGE: "p" })),
    root,
    commands: debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() }),
    sources: new Map(),
    now,
  });
  return fromBytes(stdout);
}

function rootWith(files: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now });
  for (const folder of ["/usr/bin", "/var/lib/dpkg/info"])
    root.add(folder, { kind: "directory", mode: 0o755 });
  for (const [path, content] of Object.entries(files))
    root.add(path, { kind: "file", mode: 0o644, content: toBytes(content) });
  return root;
}

const isThere = (root: MemoryRoot, path: string): boolean => root.lstat(path) !== undefined;

// The words are those of dpkg-divert 1.21.22.
test("a diversion is added once, moves the file if asked, and can be taken back", () => {
  const root = rootWith({ "/usr/bin/x": "x" });
  expect(divert(root, "--package p --add --rename /usr/bin/x")).toBe(
    "Adding 'diversion of /usr/bin/x to /usr/bin/x.distrib by p'\n",
  );
  expect(isThere(root, "/usr/bin/x")).toBe(false);
  expect(fromBytes(root.read("/usr/bin/x.distrib"))).toBe("x");
  expect(divert(root, "--package p --add --rename /usr/bin/x")).toBe(
    "Leaving 'diversion of /usr/bin/x to /usr/bin/x.distrib by p'\n",
  );
  expect(divert(root, "--package p --rename --remove /usr/bin/x")).toBe(
    "Removing 'diversion of /usr/bin/x to /usr/bin/x.distrib by p'\n",
  );
  expect(fromBytes(root.read("/usr/bin/x"))).toBe("x");
  expect(fromBytes(root.read(DATABASE))).toBe("");
});

test("without a word about it nothing is moved, and nothing is said when it is to be quiet", () => {
  const root = rootWith({ "/usr/bin/x": "x" });
  expect(divert(root, "--quiet --rename --no-rename --divert=/usr/bin/y --add /usr/bin/x")).toBe(
    "",
  );
  expect(isThere(root, "/usr/bin/x")).toBe(true);
  expect(fromBytes(root.read(DATABASE))).toBe("/usr/bin/x\n/usr/bin/y\np\n");
});

test("the file of the diverting package itself stays where it is", () => {
  const root = rootWith({ "/usr/bin/x": "x", "/var/lib/dpkg/info/p.list": "/usr\n/usr/bin/x\n" });
  divert(root, "--package p --rename --add /usr/bin/x");
  expect(isThere(root, "/usr/bin/x")).toBe(true);
  divert(root, "--package p --remove /usr/bin/x", "--package q --rename --add /usr/bin/x");
  expect(isThere(root, "/usr/bin/x")).toBe(false);
});

test("what clashes with another diversion is refused, by its file or by where that went", () => {
  const root = rootWith({});
  divert(root, "--local --add /usr/bin/z");
  const found = "clashes with 'local diversion of /usr/bin/z to /usr/bin/z.distrib'";
  expect(divert(root, "--package q --add /usr/bin/z")).toBe(
    `dpkg-divert: error: 'diversion of /usr/bin/z to /usr/bin/z.distrib by q' ${found}\n= 2\n`,
  );
  expect(divert(root, "--divert /usr/bin/z.distrib --add /usr/bin/a")).toContain("clashes with");
  expect(divert(root, "--divert /usr/bin/z --add /usr/bin/a")).toContain("clashes with");
  expect(divert(root, "--divert /usr/bin/a2 --add /usr/bin/z.distrib")).toContain("clashes with");
  expect(divert(root, "--add usr/bin/y")).toBe(
    'dpkg-divert: error: filename "usr/bin/y" is not absolute\n= 2\n',
  );
});

test("those are listed that one of the patterns fits, by their file or by where it went", () => {
  const root = rootWith({});
  divert(
    root,
    "--add /usr/bin/x",
    "--divert /opt/w --add /usr/bin/own",
    "--local --add /usr/bin/z",
  );
  const x = "diversion of /usr/bin/x to /usr/bin/x.distrib by p\n";
  const own = "diversion of /usr/bin/own to /opt/w by p\n";
  const z = "local diversion of /usr/bin/z to /usr/bin/z.distrib\n";
  expect(divert(root, "--list").split("\n").toSorted()).toEqual(
    (x + own + z).split("\n").toSorted(),
  );
  expect(divert(root, "--list '*x'")).toBe(x);
  expect(divert(root, "--list /none '/opt/*'")).toBe(own);
  expect(divert(root, "--list /none")).toBe("");
  expect(divert(root, "--listpackage /usr/bin/z", "--listpackage /usr/bin/x")).toBe("LOCAL\np\n");
  expect(divert(root, "--listpackage /none")).toBe("");
  expect(divert(root, "--truename /usr/bin/x", "--truename /none")).toBe(
    "/usr/bin/x.distrib\n/none\n",
  );
});

test("another's diversion is not removed, nor one to another place, nor one that is not there", () => {
  const root = rootWith({});
  divert(root, "--package p --add /usr/bin/x");
  const before = fromBytes(root.read(DATABASE));
  expect(divert(root, "--package q --remove /usr/bin/x")).toMatch(/mismatch.*\n= 2\n$/);
  expect(divert(root, "--divert /usr/bin/q --remove /usr/bin/x")).toMatch(/mismatch.*\n= 2\n$/);
  expect(divert(root, "--package p --remove /usr/bin/y", "--local --remove /usr/bin/y")).toBe(
    "No diversion 'diversion of /usr/bin/y by p', none removed.\nNo diversion 'local diversion of /usr/bin/y', none removed.\n",
  );
  expect(divert(root, "--remove /usr/bin/y")).toBe(
    "No diversion 'any diversion of /usr/bin/y', none removed.\n",
  );
  expect(fromBytes(root.read(DATABASE))).toBe(before);
});
