import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createWorkshop, itemsOf } from "../../../support/assemble.ts";
import { type DebParts, file, folder, link } from "../../../support/deb.ts";

const tool = (name: string, content: string, fields: DebParts["fields"] = {}): DebParts => ({
  name,
  fields,
  files: [file("usr/bin/tool", content)],
});

test("a child's package does not take a file of its parent's package", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({ debs: [tool("a", "one")] });

  await expect(workshop.assemble({ parent, debs: [tool("b", "two")] })).rejects.toMatchObject({
    code: "file-conflict",
    message: expect.stringMatching(/a and b install \/usr\/bin\/tool/),
  });
});

test("unless it declares that it replaces that package's files", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({ debs: [tool("a", "one")] });

  const { layers } = await workshop.assemble({
    parent,
    debs: [tool("b", "two", { Replaces: "a (<< 2)" })],
  });

  expect((await itemsOf(layers[1])).get("usr/bin/tool")?.content).toBe("two");
});

const asFile: DebParts = { name: "a", files: [file("opt/x", "file")] };
const asFolder: DebParts = { name: "b", files: [folder("opt/x"), file("opt/x/y", "1")] };

for (const [name, debs] of [
  ["a folder where another package has a file", [asFile, asFolder]],
  [
    "a file where another package has a folder",
    [
      { ...asFolder, name: "a" },
      { ...asFile, name: "b" },
    ],
  ],
] as const) {
  test(`${name} is a conflict`, async () => {
    await using workshop = await createWorkshop();

    await expect(workshop.assemble({ debs })).rejects.toMatchObject({ code: "file-conflict" });
  });
}

test("a folder stays where a later package has a link, so that nothing hangs below a link", async () => {
  await using workshop = await createWorkshop();

  const { layers } = await workshop.assemble({
    debs: [
      { name: "a", files: [folder("opt/l"), file("opt/l/x", "1")] },
      { name: "b", files: [folder("opt/real"), link("opt/l", "real")] },
    ],
  });

  const items = await itemsOf(layers[0]);
  expect(items.get("opt/l/")?.flag).toBe("5");
  expect(items.has("opt/l/x")).toBe(true);
});

test("what packages ship below /var/run lands in /run", async () => {
  await using workshop = await createWorkshop();

  const { layers } = await workshop.assemble({
    debs: [
      {
        name: "base-files",
        files: [folder("var/run"), folder("run"), file("usr/share/base-files/profile", "p")],
      },
      { name: "x", files: [folder("var/run"), folder("var/run/x", { uid: 33 })] },
    ],
  });

  const items = await itemsOf(layers[0]);
  expect(items.get("var/run")).toMatchObject({ flag: "2", target: "/run" });
  expect(items.get("run/x/")).toMatchObject({ uid: 33 });
  expect(items.get("run/lock/")).toMatchObject({ mode: 0o1777 });
});

test("a file of the project does not take the place of a folder", async () => {
  await using workshop = await createWorkshop();
  const source = join(workshop.folder, "f");
  await writeFile(source, "x");

  const assembling = workshop.assemble({
    debs: [{ name: "a", files: [folder("etc/x"), file("etc/x/y", "y")] }],
    image: { files: [{ source, target: "/etc/x", uid: 0, gid: 0 }] },
  });

  await expect(assembling).rejects.toMatchObject({ code: "file-conflict" });
});

test("a child's packages leave alone what its parent's own files changed", async () => {
  await using workshop = await createWorkshop();
  const source = join(workshop.folder, "rootfs");
  await mkdir(join(source, "etc"), { recursive: true });
  await writeFile(join(source, "etc/shells"), "/bin/hardened\n");
  const debianutils = {
    name: "debianutils",
    files: [
      file("usr/share/debianutils/shells", "# shells\n"),
      file("usr/share/debianutils/shells.d/bash", "/bin/bash\n"),
    ],
  };
  const parent = await workshop.assemble({
    debs: [debianutils],
    image: { files: [{ source, target: "/", uid: 0, gid: 0 }] },
  });

  const { layers } = await workshop.assemble({
    parent,
    debs: [{ name: "x", files: [file("usr/bin/x", "")] }],
  });

  expect((await itemsOf(layers[2])).has("etc/shells")).toBe(false);
});

test("a child's better alternative takes over", async () => {
  await using workshop = await createWorkshop();
  const install = (name: string, priority: number): string =>
    `#!/bin/sh\nupdate-alternatives --install /usr/bin/awk awk /usr/bin/${name} ${priority}\n`;
  const parent = await workshop.assemble({
    debs: [
      {
        name: "mawk",
        files: [file("usr/bin/mawk", "m")],
        control: { postinst: install("mawk", 5) },
      },
    ],
  });

  const { layers } = await workshop.assemble({
    parent,
    debs: [
      {
        name: "gawk",
        files: [file("usr/bin/gawk", "g")],
        control: { postinst: install("gawk", 10) },
      },
    ],
  });

  expect((await itemsOf(layers[1])).get("etc/alternatives/awk")?.target).toBe("/usr/bin/gawk");
});
