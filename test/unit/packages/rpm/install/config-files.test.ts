import { describe, expect, test } from "vitest";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { putFile } from "../../../../../src/packages/scripts/root-files.ts";
import type { AFile, AnRpm } from "../../../../support/rpm/an-rpm.ts";
import { installRpms, RPM_NOW } from "../../../../support/rpm/install-rpms.ts";

const files: readonly AFile[] = [
  { path: "/etc/", mode: 0o755 },
  { path: "/etc/kept", content: "new", config: "noreplace" },
  { path: "/etc/replaced", content: "new", config: "replace" },
  { path: "/etc/plain", content: "new" },
  { path: "/etc/link", link: "new", config: "noreplace" },
];

const one: AnRpm = { name: "one", files };

/** A root in which a layer below has put some files; a target after `-> ` makes a link. */
function rootWith(below: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now: RPM_NOW });
  root.changeAs("below");
  root.mkdir("/etc", 0o755);
  for (const [path, content] of Object.entries(below)) {
    if (content === "folder") root.mkdir(path, 0o700);
    else if (content.startsWith("-> ")) root.symlink(content.slice(3), path);
    else putFile(root, path, content, { mode: 0o600 });
  }
  return root;
}

/** Modes and contents below /etc, but for the accounts. */
function etcOf(root: MemoryRoot): Readonly<Record<string, string>> {
  const names = root.list("/etc").filter((name) => !/^(?:passwd|group|g?shadow)$/.test(name));
  return Object.fromEntries(
    names.map((name) => {
      const path = `/etc/${name}`;
      const { kind, mode } = root.lstat(path) ?? {};
      if (kind === "symlink") return [name, `-> ${root.readlink(path)}`];
      if (kind === "directory") return [name, "folder"];
      return [name, `${mode?.toString(8)} ${Buffer.from(root.read(path)).toString()}`];
    }),
  );
}

/** What is left in /etc is what rpm 4.18 left of the same files and packages. */
describe("configuration files over what is there", () => {
  test("a file that was changed stays or is moved, as the package says", async () => {
    const root = rootWith({
      "/etc/kept": "mine",
      "/etc/replaced": "mine",
      "/etc/plain": "mine",
      "/etc/link": "-> mine",
    });
    await installRpms([one], { root, isFirst: false });
    expect(etcOf(root)).toEqual({
      kept: "600 mine",
      "kept.rpmnew": "644 new",
      link: "-> mine",
      "link.rpmnew": "-> new",
      plain: "644 new",
      replaced: "644 new",
      "replaced.rpmorig": "600 mine",
    });
  });

  test("one with the same content is the package's", async () => {
    const root = rootWith({ "/etc/kept": "new", "/etc/replaced": "new", "/etc/link": "-> new" });
    await installRpms([one], { root, isFirst: false });
    expect(etcOf(root)).toEqual({
      kept: "644 new",
      link: "-> new",
      plain: "644 new",
      replaced: "644 new",
    });
  });

  test("something of another kind is taken as a change", async () => {
    const root = rootWith({
      "/etc/kept": "-> elsewhere",
      "/etc/replaced": "folder",
      "/etc/replaced/within": "mine",
      "/etc/link": "mine",
      // Left by an installation before.
      "/etc/kept.rpmnew": "older",
    });
    await installRpms([one], { root, isFirst: false });
    expect(etcOf(root)).toEqual({
      kept: "-> elsewhere",
      "kept.rpmnew": "644 new",
      link: "600 mine",
      "link.rpmnew": "-> new",
      plain: "644 new",
      replaced: "644 new",
      "replaced.rpmorig": "folder",
    });
    expect(Buffer.from(root.read("/etc/replaced.rpmorig/within")).toString()).toBe("mine");
  });

  test("what %pretrans makes is there before, what %pre makes is not", async () => {
    const { root } = await installRpms([
      {
        ...one,
        pretrans: "mkdir -p /etc; echo pretrans >/etc/kept; echo pretrans >/etc/replaced",
        pre: "echo pre >/etc/link; echo pre >/etc/other",
        files: [...files, { path: "/etc/other", content: "new", config: "noreplace" }],
      },
    ]);
    expect(etcOf(root)).toEqual({
      kept: "644 pretrans\n",
      "kept.rpmnew": "644 new",
      link: "-> new",
      other: "644 new",
      plain: "644 new",
      replaced: "644 new",
      "replaced.rpmorig": "644 pretrans\n",
    });
  });

  test("of a file that a package below has, too, every change stays", async () => {
    const { root } = await installRpms([one]);
    root.changeAs("below");
    root.write("/etc/kept", Buffer.from("mine"));
    root.write("/etc/replaced", Buffer.from("mine"));
    root.remove("/etc/link");
    root.symlink("mine", "/etc/link");
    await installRpms([{ ...one, name: "two" }], { root, isFirst: false });
    expect(etcOf(root)).toEqual({
      kept: "644 mine",
      link: "-> mine",
      plain: "644 new",
      replaced: "644 mine",
    });
  });

  test("a file of a package below that is as it was is no change, but a conflict", async () => {
    const { root } = await installRpms([one]);
    const other = files.map(({ path, config, ...file }): AFile =>
      config === undefined ? { path, ...file } : { path, config, content: "other" },
    );
    await installRpms([{ name: "two", files: other }], { root, isFirst: false });
    // Nothing is put beside it: the room that places files refuses it.
    expect(Object.keys(etcOf(root))).toEqual(["kept", "link", "plain", "replaced"]);
  });

  test("a file of another package that was changed is a change", async () => {
    const { root } = await installRpms([one]);
    root.changeAs("below");
    root.write("/etc/kept", Buffer.from("mine"));
    root.write("/etc/replaced", Buffer.from("mine"));
    root.remove("/etc/link");
    root.symlink("mine", "/etc/link");
    const other = files.flatMap(({ path, config, link }): readonly AFile[] => {
      if (config === undefined) return [];
      return [{ path, config, ...(link === undefined ? { content: "other" } : { link: "other" }) }];
    });
    await installRpms([{ name: "two", files: other }], { root, isFirst: false });
    expect(etcOf(root)).toMatchObject({
      kept: "644 mine",
      "kept.rpmnew": "644 other",
      link: "-> mine",
      "link.rpmnew": "-> other",
      replaced: "644 other",
      "replaced.rpmorig": "644 mine",
    });
  });

  test("a folder that is configuration is no file that is put beside", async () => {
    const root = rootWith({ "/etc/d": "folder", "/etc/kept": "mine" });
    await installRpms(
      [{ name: "d", files: [{ path: "/etc/d/", mode: 0o755, config: "noreplace" }, ...files] }],
      { root, isFirst: false },
    );
    expect(Object.keys(etcOf(root)).filter((name) => name.startsWith("d"))).toEqual(["d"]);
    expect(root.stat("/etc/d")?.mode).toBe(0o755);
  });

  test("hard links follow the file that is put beside another one", async () => {
    const linked: AnRpm = {
      name: "linked",
      files: [
        { path: "/etc/", mode: 0o755 },
        { path: "/etc/a", content: "new", config: "noreplace" },
        { path: "/etc/a2", content: "new", config: "noreplace", hardLink: "/etc/a" },
        { path: "/etc/b", content: "new", config: "replace" },
        { path: "/etc/b2", content: "new", config: "replace", hardLink: "/etc/b" },
      ],
    };
    const first = rootWith({ "/etc/a": "mine", "/etc/b": "mine" });
    await installRpms([linked], { root: first, isFirst: false });
    expect(etcOf(first)).toEqual({
      a: "600 mine",
      "a.rpmnew": "644 new",
      a2: "644 new",
      b: "644 new",
      "b.rpmorig": "600 mine",
      b2: "644 new",
    });
    expect(first.stat("/etc/a2")?.inode).toBe(first.stat("/etc/a.rpmnew")?.inode);
    const second = rootWith({ "/etc/a2": "mine", "/etc/b2": "mine" });
    await installRpms([linked], { root: second, isFirst: false });
    expect(second.stat("/etc/a2.rpmnew")?.inode).toBe(second.stat("/etc/a")?.inode);
    expect(second.stat("/etc/b2")?.inode).toBe(second.stat("/etc/b")?.inode);
    expect(etcOf(second)["b2.rpmorig"]).toBe("600 mine");

    const { root } = await installRpms([linked]);
    root.changeAs("below");
    root.remove("/etc/a");
    root.write("/etc/a", Buffer.from("mine"));
    await installRpms([{ ...linked, name: "again" }], { root, isFirst: false });
    expect(etcOf(root)).toMatchObject({ a: "644 mine", a2: "644 new" });
  });
});
