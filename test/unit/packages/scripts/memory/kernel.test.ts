import { expect, test } from "vitest";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { LimitReached } from "../../../../../src/packages/scripts/limits.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { RootError, type RootErrorCode } from "../../../../../src/packages/scripts/root.ts";

const now = 1000;

/** `/f`, `/d/in`, an empty `/e`, and links: `/to-f`, `/to-d`, `/lost`, `/loop`, `/d/up`. */
function sample(limits?: { readonly fileBytes: number; readonly nodes: number }): MemoryRoot {
  const root = new MemoryRoot({ now, ...(limits !== undefined && { limits }) });
  const file = { kind: "file", mode: 0o640, mtime: 5, content: toBytes("text") } as const;
  root.add("/f", { ...file, uid: 3, gid: 4 });
  root.add("/d", { kind: "directory", mode: 0o755, mtime: 6 });
  root.add("/d/in", file);
  root.add("/e", { kind: "directory", mode: 0o755, mtime: 6 });
  const links = { "to-f": "f", "to-d": "d", lost: "nowhere", loop: "loop", "d/up": "../f" };
  for (const [name, target] of Object.entries(links))
    root.add(`/${name}`, { kind: "symlink", mode: 0o777, target, mtime: 7 });
  root.setTime("/d", 6);
  return root;
}

function refusal(act: () => unknown): RootErrorCode | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof RootError) return error.code;
    throw error;
  }
}

/** What man pages of section 2 say for path_resolution(7), unlink, rename, mkdir, link, open. */
const refusals: readonly (readonly [
  string,
  (root: MemoryRoot) => unknown,
  RootErrorCode | undefined,
])[] = [
  ["read nothing", (root) => root.read("/none"), "ENOENT"],
  ["read an empty path", (root) => root.read(""), "ENOENT"],
  ["read below nothing", (root) => root.read("/none/x"), "ENOENT"],
  ["read below a file", (root) => root.read("/f/x"), "ENOTDIR"],
  ["read a folder", (root) => root.read("/d"), "EISDIR"],
  ["read a dangling link", (root) => root.read("/lost"), "ENOENT"],
  ["read a loop", (root) => root.read("/loop"), "ELOOP"],
  ["read below a loop", (root) => root.read("/loop/x"), "ELOOP"],
  ["read a name of 255 bytes", (root) => root.read(`/${"x".repeat(255)}`), "ENOENT"],
  ["read a name of 256 bytes", (root) => root.read(`/${"x".repeat(256)}`), "ENAMETOOLONG"],
  ["read a path of 4095 bytes", (root) => root.read(`${"/".repeat(4094)}f`), undefined],
  ["read a path of 4096 bytes", (root) => root.read(`${"/".repeat(4095)}f`), "ENAMETOOLONG"],
  ["list a file", (root) => root.list("/f"), "ENOTDIR"],
  ["list nothing", (root) => root.list("/none"), "ENOENT"],
  ["list a link to a folder", (root) => root.list("/to-d"), undefined],
  ["readlink of a file", (root) => root.readlink("/f"), "EINVAL"],
  ["readlink of nothing", (root) => root.readlink("/none"), "ENOENT"],
  ["realpath of nothing", (root) => root.realpath("/none"), "ENOENT"],
  ["realpath of a dangling link", (root) => root.realpath("/lost"), "ENOENT"],
  ["write into a folder", (root) => root.write("/d", toBytes("")), "EISDIR"],
  ["write a name with a slash", (root) => root.write("/new/", toBytes("")), "EISDIR"],
  ["write a file with a slash", (root) => root.write("/f/", toBytes("")), "ENOTDIR"],
  ["write below nothing", (root) => root.write("/none/x", toBytes("")), "ENOENT"],
  ["append to a folder", (root) => root.append("/d", toBytes("x")), "EISDIR"],
  ["open nothing to read", (root) => root.open("/none", { access: "read" }), "ENOENT"],
  ["read an open folder", (root) => root.open("/d", { access: "read" }).readAt(0, 1), "EISDIR"],
  [
    "make a file that is there",
    (root) => root.open("/f", { access: "write", isExclusive: true }),
    "EEXIST",
  ],
  [
    "make a file at a dangling link",
    (root) => root.open("/lost", { access: "write", isExclusive: true }),
    "EEXIST",
  ],
  ["mkdir of a file", (root) => root.mkdir("/f", 0o755), "EEXIST"],
  ["mkdir of a folder", (root) => root.mkdir("/d/", 0o755), "EEXIST"],
  ["mkdir of a dangling link", (root) => root.mkdir("/lost", 0o755), "EEXIST"],
  ["mkdir of a dangling link with a slash", (root) => root.mkdir("/lost/", 0o755), "EEXIST"],
  ["mkdir of the root", (root) => root.mkdir("/", 0o755), "EEXIST"],
  ["mkdir with a slash", (root) => root.mkdir("/new/", 0o755), undefined],
  ["mkdir below a file", (root) => root.mkdir("/f/new", 0o755), "ENOTDIR"],
  ["a link to nothing", (root) => root.symlink("", "/new"), "ENOENT"],
  ["a link with a slash", (root) => root.symlink("x", "/new/"), "ENOENT"],
  ["a link that is there", (root) => root.symlink("x", "/lost"), "EEXIST"],
  ["a hard link to a folder", (root) => root.link("/d", "/new"), "EPERM"],
  ["a hard link to nothing", (root) => root.link("/none", "/new"), "ENOENT"],
  ["a hard link that is there", (root) => root.link("/f", "/d"), "EEXIST"],
  ["a hard link with a slash", (root) => root.link("/f", "/new/"), "ENOENT"],
  ["remove nothing", (root) => root.remove("/none"), "ENOENT"],
  ["remove a folder that is not empty", (root) => root.remove("/d"), "ENOTEMPTY"],
  ["remove an empty folder", (root) => root.remove("/e"), undefined],
  ["remove an empty folder with a slash", (root) => root.remove("/e/"), undefined],
  ["remove the root", (root) => root.remove("/"), "EBUSY"],
  ["remove .", (root) => root.remove("/e/."), "EINVAL"],
  ["remove a file with a slash", (root) => root.remove("/f/"), "ENOTDIR"],
  ["remove a dangling link", (root) => root.remove("/lost"), undefined],
  ["remove a loop", (root) => root.remove("/loop"), undefined],
  ["remove a link with a slash", (root) => root.remove("/to-d/"), "ENOTDIR"],
  ["remove the null device", (root) => root.remove("/dev/null"), "EBUSY"],
  ["rename nothing", (root) => root.rename("/none", "/new"), "ENOENT"],
  ["rename a file", (root) => root.rename("/f", "/new"), undefined],
  ["rename a file onto a file", (root) => root.rename("/f", "/d/in"), undefined],
  ["rename a file onto a folder", (root) => root.rename("/f", "/e"), "EISDIR"],
  ["rename a file to a name with a slash", (root) => root.rename("/f", "/new/"), "ENOTDIR"],
  ["rename a folder to a name with a slash", (root) => root.rename("/d", "/new/"), undefined],
  ["rename a folder onto an empty one", (root) => root.rename("/d", "/e"), undefined],
  ["rename a folder onto a full one", (root) => root.rename("/e", "/d"), "ENOTEMPTY"],
  ["rename a folder onto a file", (root) => root.rename("/d", "/f"), "ENOTDIR"],
  ["rename a folder onto a link", (root) => root.rename("/d", "/to-f"), "ENOTDIR"],
  ["rename a folder into itself", (root) => root.rename("/d", "/d/new"), "EINVAL"],
  ["rename a folder to below nothing", (root) => root.rename("/d", "/none/new"), "ENOENT"],
  ["rename .", (root) => root.rename("/d/.", "/new"), "EBUSY"],
  ["rename ..", (root) => root.rename("/d/..", "/new"), "EBUSY"],
  ["rename to .", (root) => root.rename("/e", "/d/."), "EBUSY"],
  ["rename the root", (root) => root.rename("/", "/new"), "EBUSY"],
  ["rename to the root", (root) => root.rename("/e", "/"), "EBUSY"],
  ["chmod of a dangling link", (root) => root.chmod("/lost", 0o600), "ENOENT"],
  ["chown of a dangling link", (root) => root.chown("/lost", { uid: 1 }), "ENOENT"],
  [
    "chown of a dangling link itself",
    (root) => root.chown("/lost", { uid: 1, isLinkItself: true }),
    undefined,
  ],
  ["a time for nothing", (root) => root.setTime("/none"), "ENOENT"],
];

test.each(refusals)("%s: the kernel's answer", (_, act, code) => {
  expect(refusal(() => act(sample()))).toBe(code);
});

test.each([
  [40, undefined],
  [41, "ELOOP"],
])("of %i links after one another the kernel says %s", (count, code) => {
  const root = sample();
  for (let at = 0; at < count; at++) root.symlink(at === 0 ? "f" : `l${at - 1}`, `/l${at}`);
  expect(refusal(() => root.read(`/l${count - 1}`))).toBe(code);
});

test.each([
  ["/f", "/f", "/f"],
  ["/to-f", "/f", "/to-f"],
  ["/to-d/in", "/d/in", "/d/in"],
  ["/to-d/up", "/f", "/d/up"],
  ["/to-d/../f", "/f", "/f"],
  ["/d/./in", "/d/in", "/d/in"],
  ["//d//in", "/d/in", "/d/in"],
  ["/../f", "/f", "/f"],
  ["/none", undefined, "/none"],
  ["/to-d/none", undefined, "/d/none"],
  ["/none/x", undefined, "/none/x"],
  ["/none/../x", undefined, "/x"],
  ["/none/./x", undefined, "/none/x"],
  ["/a/b/../x", undefined, "/a/x"],
  ["/lost/x", undefined, "/nowhere/x"],
  ["/to-d/", "/d", "/to-d"],
  ["/to-d/.", "/d", "/d"],
  ["/d/..", "/", "/"],
  ["/", "/", "/"],
  ["/..", "/", "/"],
])("%s is %s to realpath, and lies at %s", (path, real, place) => {
  const root = sample();
  expect(root.stat(path) === undefined ? undefined : root.realpath(path)).toBe(real);
  expect(root.placeOf(path)).toBe(place);
});

test("a place behind a loop is none", () => {
  expect(refusal(() => sample().placeOf("/loop/x"))).toBe("ELOOP");
});

test("what a node is", () => {
  const root = sample();
  expect(root.stat("/f")).toMatchObject({ kind: "file", mode: 0o640, uid: 3, gid: 4, size: 4 });
  expect(root.stat("/f")).toMatchObject({ mtime: 5, links: 1 });
  expect(root.lstat("/lost")).toMatchObject({ kind: "symlink", mode: 0o777, size: 7, links: 1 });
  expect(root.stat("/lost")).toBeUndefined();
  expect(root.stat("/d")).toMatchObject({ kind: "directory", links: 2, uid: 0, gid: 0, size: 0 });
  root.mkdir("/d/one", 0o7700);
  root.mkdir("/d/two", 0o10_700);
  expect(root.stat("/d")).toMatchObject({ links: 4 });
  expect(root.stat("/d/one")).toMatchObject({ mode: 0o7700, uid: 0, gid: 0, mtime: now });
  expect(root.stat("/d/two")).toMatchObject({ mode: 0o700 });
  expect(root.stat("/dev")).toMatchObject({ kind: "directory", mode: 0o755 });
  expect(root.stat("/dev/null")).toMatchObject({ kind: "device", mode: 0o666, size: 0 });
  expect(root.stat("/")).toMatchObject({ kind: "directory", mode: 0o755, links: 5 });
  const inodes = ["/f", "/d", "/d/in", "/e"].map((path) => root.stat(path)?.inode);
  expect(new Set(inodes).size).toBe(4);
});

test("what is made has the mode that is asked for, root as its owner and the root's time", () => {
  const root = sample();
  root.write("/a", toBytes("a"));
  root.append("/b", toBytes("b"));
  root.open("/c", { access: "write" });
  root.write("/s", toBytes("s"), 0o4755);
  root.symlink("x", "/l");
  for (const name of ["a", "b", "c"])
    expect(root.stat(`/${name}`)).toMatchObject({ mode: 0o644, uid: 0, gid: 0, mtime: now });
  expect(root.stat("/s")).toMatchObject({ mode: 0o4755 });
  expect(root.lstat("/l")).toMatchObject({ mode: 0o777, mtime: now });
  // A file that is there keeps its mode and owner.
  root.write("/f", toBytes("new"), 0o600);
  expect(root.stat("/f")).toMatchObject({ mode: 0o640, uid: 3, gid: 4, mtime: now, size: 3 });
});

test("a folder with a set-group-id bit hands its group on, and the bit to folders", () => {
  const root = sample();
  root.chown("/d", { gid: 9 });
  root.chmod("/d", 0o2755);
  root.mkdir("/d/new", 0o700);
  root.write("/d/file", toBytes(""));
  root.symlink("x", "/d/link");
  expect(root.stat("/d/new")).toMatchObject({ gid: 9, mode: 0o2700 });
  expect(root.stat("/d/file")).toMatchObject({ gid: 9, mode: 0o644 });
  expect(root.lstat("/d/link")).toMatchObject({ gid: 9 });
});

test.each([
  [0o4755, 0o755],
  [0o6755, 0o755],
  [0o2745, 0o2745],
  [0o6745, 0o2745],
  [0o2755, 0o755],
  [0o1755, 0o1755],
])("a file of mode %o has %o once its owner is changed, as chown(2) does", (mode, after) => {
  const root = sample();
  root.chmod("/f", mode);
  root.chown("/f", { gid: 1 });
  expect(root.stat("/f")).toMatchObject({ mode: after, uid: 3, gid: 1 });
});

test("a folder keeps its bits when its owner is changed, and a link is followed", () => {
  const root = sample();
  root.chmod("/d", 0o6755);
  root.chown("/to-d", { uid: 8 });
  expect(root.stat("/d")).toMatchObject({ mode: 0o6755, uid: 8, gid: 0 });
  expect(root.lstat("/to-d")).toMatchObject({ uid: 0 });
  root.chown("/to-d", { uid: 7, isLinkItself: true });
  expect(root.lstat("/to-d")).toMatchObject({ uid: 7 });
  expect(root.stat("/d")).toMatchObject({ uid: 8 });
});

test("folders get a new time when names in them change, and files when they are written", () => {
  const changes: readonly (readonly [string, (root: MemoryRoot) => void])[] = [
    ["/d", (root) => root.write("/d/new", toBytes(""))],
    ["/d", (root) => root.remove("/d/in")],
    ["/d", (root) => root.rename("/d/in", "/in")],
    ["/d", (root) => root.rename("/f", "/d/f")],
    ["/d", (root) => root.link("/f", "/d/f")],
    ["/d", (root) => root.symlink("x", "/d/x")],
    ["/d/in", (root) => root.append("/d/in", toBytes("x"))],
    ["/d/in", (root) => root.setTime("/d/in")],
  ];
  for (const [path, change] of changes) {
    const root = sample();
    expect(root.stat(path)?.mtime).toBeLessThan(10);
    change(root);
    expect(root.stat(path)?.mtime).toBe(now);
  }
  const root = sample();
  root.append("/d/in", toBytes(""));
  root.chmod("/d/in", 0o600);
  expect(root.stat("/d/in")?.mtime).toBe(5);
  root.setTime("/to-f", 77);
  expect(root.stat("/f")?.mtime).toBe(77);
});

test("an open file is read and written at places, and emptied by opening it to write", () => {
  const root = sample();
  const file = root.open("/f", { access: "read-write" });
  expect(fromBytes(file.readAt(1, 2))).toBe("ex");
  expect(fromBytes(file.readAt(3, 9))).toBe("t");
  expect(fromBytes(file.readAt(4, 9))).toBe("");
  file.writeAt(1, toBytes("XY"));
  file.writeAt(6, toBytes("!"));
  expect(fromBytes(root.read("/f"))).toBe("tXYt\0\0!");
  expect(file.status).toMatchObject({ size: 7 });
  root.open("/f", { access: "append" });
  expect(root.stat("/f")?.size).toBe(7);
  root.open("/f", { access: "write" });
  expect(file.status).toMatchObject({ size: 0 });
  root.open("/lost", { access: "write" }).writeAt(0, toBytes("made"));
  expect(fromBytes(root.read("/nowhere"))).toBe("made");
  root.open("/dev/null", { access: "write" }).writeAt(5, toBytes("gone"));
  expect(root.read("/dev/null")).toHaveLength(0);
});

test("many small writes in a transaction leave what was written, and nothing behind it", () => {
  const root = sample();
  root.begin();
  let text = "text";
  for (let at = 0; at < 300; at++) {
    const piece = String(at);
    root.append("/f", toBytes(piece));
    text += piece;
  }
  const file = root.open("/f", { access: "read-write" });
  file.writeAt(2, toBytes("##"));
  expect(fromBytes(root.read("/f"))).toBe(`te##${text.slice(4)}`);
  expect(root.stat("/f")?.size).toBe(text.length);
  root.rollback();
  expect(fromBytes(root.read("/f"))).toBe("text");
  root.begin();
  root.append("/f", toBytes("1"));
  root.commit();
  root.begin();
  root.append("/f", toBytes("2"));
  root.rollback();
  expect(fromBytes(root.read("/f"))).toBe("text1");
});

test("renaming a name of a file to another name of it does nothing", () => {
  const root = sample();
  root.link("/f", "/g");
  root.rename("/f", "/g");
  expect(root.stat("/f")).toMatchObject({ links: 2 });
});

test("a folder that moved is reached by its new names alone", () => {
  const root = sample();
  root.mkdir("/d/sub", 0o755);
  root.rename("/d/sub", "/e/sub");
  root.rename("/e", "/moved");
  expect(root.realpath("/moved/sub/..")).toBe("/moved");
  expect(root.realpath("/moved/sub/../../d")).toBe("/d");
  expect(root.stat("/d")).toMatchObject({ links: 2 });
});

test("a move is taken back whole", () => {
  const root = sample();
  const before = JSON.stringify([...root.entries()]);
  root.begin();
  root.mkdir("/new", 0o755);
  root.rename("/d", "/new/d");
  root.rename("/new", "/e");
  root.remove("/e/d/in");
  root.chown("/f", { uid: 1, gid: 1 });
  root.write("/e/d/x", toBytes("x"));
  root.rollback();
  expect(JSON.stringify([...root.entries()])).toBe(before);
  expect(root.realpath("/d/..")).toBe("/");
  expect(root.realpath("/d/in")).toBe("/d/in");
});

test("whether something was removed or moved is told, and what is added is neither", () => {
  const root = sample();
  root.add("/f", { kind: "file", mode: 0o644, content: toBytes("") });
  root.write("/new", toBytes(""));
  root.drop("/e");
  expect(root.hasRemoved).toBe(false);
  const other = sample();
  other.remove("/f");
  expect(other.hasRemoved).toBe(true);
  const third = sample();
  third.rename("/f", "/g");
  expect(third.hasRemoved).toBe(true);
});

test.each<readonly [string, number, (root: MemoryRoot) => void]>([
  ["files", 3, (root) => [1, 2, 3].forEach((at) => root.write(`/n${at}`, toBytes("")))],
  ["folders", 3, (root) => [1, 2, 3].forEach((at) => root.mkdir(`/n${at}`, 0o755))],
  ["links", 3, (root) => [1, 2, 3].forEach((at) => root.symlink("x", `/n${at}`))],
  ["hard links", 3, (root) => [1, 2, 3].forEach((at) => root.link("/f", `/n${at}`))],
])("%s that scripts make are counted: %i are as many as may be", (_, count, make) => {
  make(sample({ fileBytes: 100, nodes: count }));
  expect(() => make(sample({ fileBytes: 100, nodes: count - 1 }))).toThrow(LimitReached);
});

test("what is removed counts no more, and what is rolled back neither", () => {
  const root = sample({ fileBytes: 10, nodes: 2 });
  root.remove("/d/up");
  for (let at = 0; at < 5; at++) {
    root.write("/b", toBytes("12345"));
    root.append("/b", toBytes("12345"));
    expect(() => root.append("/b", toBytes("1"))).toThrow(LimitReached);
    root.write("/b", toBytes("1"));
    root.remove("/b");
    root.mkdir("/c", 0o755);
    root.remove("/c");
    root.symlink("x", "/c");
    root.remove("/c");
    root.begin();
    root.write("/a", toBytes("1234567890"));
    root.write("/b", toBytes(""));
    root.rollback();
  }
  expect(root.stat("/a")).toBeUndefined();
});

test("what the layers below have makes no room for more when it is removed", () => {
  const root = sample({ fileBytes: 10, nodes: 1 });
  root.add("/x/y", { kind: "file", mode: 0o644, content: toBytes("layer") });
  for (const path of ["/f", "/d/in", "/x/y", "/x", "/lost", "/e"]) root.remove(path);
  root.write("/a", toBytes("0123456789"));
  expect(() => root.write("/b", toBytes(""))).toThrow(LimitReached);
  expect(() => root.append("/a", toBytes("x"))).toThrow(LimitReached);
});

test("a link from the root on leads from there wherever it lies", () => {
  const root = sample();
  root.symlink("/d/in", "/d/whole");
  root.symlink("/d/", "/e/folder");
  root.symlink("d/", "/slash");
  expect(root.realpath("/d/whole")).toBe("/d/in");
  expect(root.realpath("/e/folder/in")).toBe("/d/in");
  expect(root.realpath("/slash/in")).toBe("/d/in");
  root.symlink("f/", "/no-folder");
  root.symlink("new/", "/to-new");
  expect(refusal(() => root.read("/no-folder"))).toBe("ENOTDIR");
  expect(refusal(() => root.write("/to-new", toBytes("")))).toBe("EISDIR");
});

test("bytes of the layers below count once they are written to", () => {
  const root = sample({ fileBytes: 4, nodes: 10 });
  expect(() => root.append("/f", toBytes("x"))).toThrow(LimitReached);
  const other = sample({ fileBytes: 5, nodes: 10 });
  other.append("/f", toBytes("x"));
  expect(fromBytes(other.read("/f"))).toBe("textx");
});

test("what the layers below have is replaced by what is added, but folders are filled", () => {
  const root = sample();
  root.add("/d", { kind: "directory", mode: 0o700, uid: 1, gid: 2, mtime: 9, origin: "upper" });
  expect(root.stat("/d")).toMatchObject({ mode: 0o700, uid: 1, gid: 2, mtime: 9 });
  expect(root.list("/d")).toEqual(["in", "up"]);
  expect(root.entryAt("/d")).toMatchObject({ path: "/d", origin: "upper" });
  root.add("/d", { kind: "file", mode: 0o644, content: toBytes("file") });
  expect(fromBytes(root.read("/d"))).toBe("file");
  root.add("/f", { kind: "directory", mode: 0o755 });
  expect(root.list("/f")).toEqual([]);
  root.add("/x/y/z", { kind: "file", mode: 0o600, size: 3, content: () => toBytes("abc") });
  expect(root.stat("/x/y")).toMatchObject({ kind: "directory", mode: 0o755 });
  expect(root.stat("/x/y/z")).toMatchObject({ size: 3, mode: 0o600, mtime: now });
  root.add("/empty", { kind: "file", mode: 0o600, content: () => toBytes("abc") });
  expect(root.stat("/empty")).toMatchObject({ size: 0 });
  // The folder of the null device is one of the image from now on.
  expect(root.entryAt("/dev")).toBeUndefined();
  root.add("/dev", { kind: "directory", mode: 0o750 });
  expect(root.entryAt("/dev")).toMatchObject({ status: { mode: 0o750 } });
  expect([...root.entries()].map(({ path }) => path)).toContain("/dev");
  expect([...root.entries()].map(({ path }) => path)).not.toContain("/dev/null");
});

test("a second name is put in, also in the place of another file, but not for a folder", () => {
  const root = sample();
  root.addLink("/d/in", "/f");
  root.addLink("/new/name", "/f");
  expect(root.stat("/d/in")).toMatchObject({ inode: root.stat("/f")?.inode, links: 3 });
  expect(refusal(() => root.addLink("/g", "/d"))).toBe("EPERM");
  expect(refusal(() => root.addLink("/g", "/none"))).toBe("ENOENT");
});

test("a path is dropped with all that is in it, and where nothing is, nothing happens", () => {
  const root = sample();
  root.drop("/d");
  root.drop("/none/x");
  root.drop("/to-f/");
  root.drop("/");
  expect(root.list("/")).toEqual(["dev", "e", "f", "loop", "lost", "to-d"]);
  expect(root.stat("/none")).toBeUndefined();
});

test("entries are everything with its folder first, and none is followed", () => {
  const root = sample();
  expect([...root.entries()].map(({ path, target }) => [path, target])).toEqual([
    ["/", undefined],
    ["/d", undefined],
    ["/d/in", undefined],
    ["/d/up", "../f"],
    ["/e", undefined],
    ["/f", undefined],
    ["/loop", "loop"],
    ["/lost", "nowhere"],
    ["/to-d", "d"],
    ["/to-f", "f"],
  ]);
  expect(root.entryAt("/to-d/in")).toBeUndefined();
  expect(root.entryAt("/d/up")).toMatchObject({ path: "/d/up", target: "../f" });
  expect(root.entryAt("//d//in")).toMatchObject({ status: { kind: "file" } });
  expect(root.entryAt("/dev/null")).toBeUndefined();
  expect(root.entryAt("/")).not.toHaveProperty("origin");
  expect(root.entryAt("/")).not.toHaveProperty("changedBy");
});

test("who changes something is kept with it, and taken back with the change", () => {
  const root = sample();
  const changers = (): Record<string, unknown> =>
    Object.fromEntries(
      [...root.entries()].flatMap(({ path, changedBy }) =>
        changedBy === undefined ? [] : [[path, changedBy]],
      ),
    );
  root.changeAs("one");
  root.write("/f", toBytes("x"));
  root.mkdir("/new", 0o755);
  root.symlink("x", "/l");
  root.chmod("/e", 0o700);
  expect(changers()).toEqual({ "/f": "one", "/new": "one", "/l": "one", "/e": "one" });
  root.begin();
  root.changeAs("two");
  root.chown("/f", { uid: 1 });
  root.rename("/new", "/newer");
  root.append("/d/in", toBytes("x"));
  expect(changers()).toMatchObject({ "/f": "two", "/newer": "two", "/d/in": "two" });
  root.rollback();
  expect(changers()).toEqual({ "/f": "one", "/new": "one", "/l": "one", "/e": "one" });
});

test("a transaction is one, and begins and ends once", () => {
  const root = sample();
  expect(() => root.commit()).toThrow("no transaction is under way");
  expect(() => root.rollback()).toThrow("no transaction is under way");
  root.begin();
  expect(() => root.begin()).toThrow("a transaction is under way");
  expect(() => root.add("/x", { kind: "directory", mode: 0o755 })).toThrow(
    "the layers below are complete by now",
  );
  root.commit();
  expect(() => root.commit()).toThrow("no transaction is under way");
  root.add("/x", { kind: "directory", mode: 0o755 });
});

test("whoever wants to know of the use of a node is told", () => {
  const root = sample();
  const uses: string[] = [];
  const onUse = (): void => void uses.push("used");
  root.add("/u", { kind: "file", mode: 0o644, content: toBytes("u"), onUse });
  expect([root.list("/").includes("u"), uses.length]).toEqual([true, 0]);
  root.stat("/u");
  root.read("/u");
  const file = root.open("/u", { access: "read-write" });
  expect(uses).toHaveLength(2);
  expect(file.status.size).toBe(1);
  file.readAt(0, 1);
  file.writeAt(0, toBytes("v"));
  expect(uses).toHaveLength(5);
});

test("whoever watches a file is told before it is read, until something is written to it", () => {
  const root = sample();
  let reads = 0;
  root.watchReads("/to-f", () => reads++);
  root.read("/f");
  root.open("/f", { access: "read" }).readAt(0, 1);
  expect(reads).toBe(2);
  root.write("/f", toBytes(""));
  root.read("/f");
  expect(reads).toBe(3);
  root.write("/f", toBytes("x"));
  root.read("/f");
  expect(reads).toBe(3);
  root.begin();
  root.watchReads("/f", () => reads++);
  root.rollback();
  root.read("/f");
  expect(reads).toBe(3);
});
