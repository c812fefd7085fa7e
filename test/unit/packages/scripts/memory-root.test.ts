import { expect, test } from "vitest";
import { MemoryRoot } from "../../../../src/packages/scripts/memory/memory-root.ts";
import { RootError } from "../../../../src/packages/scripts/root.ts";
import { fromBytes, toBytes } from "../../../../src/packages/scripts/bytes.ts";

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof RootError) return error.code;
    throw error;
  }
}

function sample(): MemoryRoot {
  const root = new MemoryRoot({ now: 100 });
  root.add("/etc/conf", {
    kind: "file",
    mode: 0o640,
    uid: 1,
    gid: 2,
    mtime: 5,
    content: toBytes("old"),
  });
  root.add("/link", { kind: "symlink", mode: 0o777, target: "etc" });
  root.addLink("/etc/second", "/etc/conf");
  return root;
}

test("paths are followed as the kernel does", () => {
  const root = sample();
  root.symlink("../etc/./conf", "/etc/up");
  root.symlink("a", "/b");
  root.symlink("b", "/a");
  expect(fromBytes(root.read("/link/../etc//up"))).toBe("old");
  expect(root.realpath("/link/up")).toBe("/etc/conf");
  expect(root.realpath("/..//etc/..")).toBe("/");
  expect(codeOf(() => root.read("/a"))).toBe("ELOOP");
  expect(codeOf(() => root.read("/etc/conf/x"))).toBe("ENOTDIR");
  expect(codeOf(() => root.read("/etc/conf/"))).toBe("ENOTDIR");
  expect(codeOf(() => root.read("/etc"))).toBe("EISDIR");
  expect(codeOf(() => root.read(`/${"x".repeat(256)}`))).toBe("ENAMETOOLONG");
  expect(root.stat("/link/")?.kind).toBe("directory");
  expect(root.lstat("/link")?.kind).toBe("symlink");
  expect(root.lstat("/link/")?.kind).toBe("directory");
});

test("a hard link is the same file", () => {
  const root = sample();
  root.write("/etc/second", toBytes("new"));
  expect(fromBytes(root.read("/etc/conf"))).toBe("new");
  expect(root.stat("/etc/conf")).toMatchObject({ links: 2, mode: 0o640, uid: 1, gid: 2 });
  expect(root.stat("/etc/conf")?.inode).toBe(root.stat("/etc/second")?.inode);
  root.remove("/etc/conf");
  expect(root.stat("/etc/second")?.links).toBe(1);
});

test("a file that is open stays what it is", () => {
  const root = sample();
  const file = root.open("/etc/conf", { access: "append" });
  root.remove("/etc/second");
  root.rename("/etc/conf", "/etc/moved");
  file.writeAt(3, toBytes("er"));
  expect(fromBytes(root.read("/etc/moved"))).toBe("older");
  file.writeAt(7, toBytes("x"));
  expect(fromBytes(root.read("/etc/moved"))).toBe("older\0\0x");
});

test("a link that is named as a folder is neither removed nor renamed, nor what it leads to", () => {
  const root = sample();
  root.mkdir("/d", 0o755);
  root.symlink("d", "/to-d");
  expect(codeOf(() => root.remove("/to-d/"))).toBe("ENOTDIR");
  expect(codeOf(() => root.remove("/link//"))).toBe("ENOTDIR");
  expect(codeOf(() => root.rename("/to-d/", "/x"))).toBe("ENOTDIR");
  expect(root.stat("/d")?.kind).toBe("directory");
  expect(root.lstat("/to-d")?.kind).toBe("symlink");
});

test("the kernel's refusals", () => {
  const root = sample();
  root.mkdir("/d", 0o755);
  root.mkdir("/d/e", 0o755);
  expect(codeOf(() => root.mkdir("/d", 0o755))).toBe("EEXIST");
  expect(codeOf(() => root.remove("/d"))).toBe("ENOTEMPTY");
  expect(codeOf(() => root.remove("/"))).toBe("EBUSY");
  expect(codeOf(() => root.rename("/d", "/d/e/f"))).toBe("EINVAL");
  expect(codeOf(() => root.rename("/etc", "/d"))).toBe("ENOTEMPTY");
  expect(codeOf(() => root.rename("/etc/conf", "/d"))).toBe("EISDIR");
  expect(codeOf(() => root.rename("/d/e", "/etc/conf"))).toBe("ENOTDIR");
  expect(codeOf(() => root.link("/d", "/x"))).toBe("EPERM");
  expect(codeOf(() => root.readlink("/d"))).toBe("EINVAL");
  expect(codeOf(() => root.symlink("x", "/link"))).toBe("EEXIST");
});

test("the null device takes everything and gives nothing", () => {
  const root = sample();
  root.write("/dev/null", toBytes("x"));
  expect(root.read("/dev/null").length).toBe(0);
  expect([...root.entries()].map(({ path }) => path)).not.toContain("/dev");
});

test("a change of owner clears set-id bits", () => {
  const root = sample();
  root.chmod("/etc/conf", 0o6755);
  root.chown("/etc/conf", { uid: 7 });
  expect(root.stat("/etc/conf")).toMatchObject({ mode: 0o755, uid: 7, gid: 2 });
});

test("a rollback leaves everything as it was, byte for byte", () => {
  const root = sample();
  const before = JSON.stringify([...root.entries()]);
  root.begin();
  root.append("/etc/conf", toBytes("x"));
  root.append("/etc/conf", toBytes("y"));
  root.write("/link/new", toBytes("z"), 0o600);
  root.chmod("/etc", 0o700);
  root.chown("/etc/second", { gid: 9 });
  root.mkdir("/d", 0o755);
  root.rename("/etc/conf", "/d/conf");
  root.remove("/link");
  root.symlink("d", "/link");
  root.setTime("/d/conf", 1);
  expect(fromBytes(root.read("/link/conf"))).toBe("oldxy");
  root.rollback();
  expect(JSON.stringify([...root.entries()])).toBe(before);
  expect(fromBytes(root.read("/etc/conf"))).toBe("old");
  root.begin();
  root.append("/etc/conf", toBytes("!"));
  root.commit();
  expect(fromBytes(root.read("/etc/second"))).toBe("old!");
});

test("contents of the layers below are loaded when they are read, and keep their origin until they change", () => {
  const root = new MemoryRoot({ now: 100 });
  let loads = 0;
  const content = () => {
    loads++;
    return toBytes("lazy");
  };
  root.add("/f", { kind: "file", mode: 0o644, content, size: 4, origin: "layer" });
  root.chmod("/f", 0o600);
  root.rename("/f", "/g");
  expect(loads).toBe(0);
  expect([...root.entries()].find(({ path }) => path === "/g")).toMatchObject({ origin: "layer" });
  root.append("/g", toBytes("!"));
  expect(loads).toBe(1);
  expect(fromBytes(root.read("/g"))).toBe("lazy!");
  expect([...root.entries()].find(({ path }) => path === "/g")).not.toHaveProperty("origin");
});

test("names are sorted by bytes", () => {
  const root = new MemoryRoot({ now: 0 });
  for (const name of ["b", "a", "A", "\u00FF", "a.b", "a-b"]) root.write(`/${name}`, toBytes(""));
  expect(root.list("/").filter((name) => name !== "dev")).toEqual([
    "A",
    "a",
    "a-b",
    "a.b",
    "b",
    "\u00FF",
  ]);
});
