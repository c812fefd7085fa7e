import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { BuiltImage } from "../../../../src/image/built-image.ts";
import type { ScriptRun } from "../../../../src/image/layers/run-layer.ts";
import { recallRanScripts } from "../../../../src/image/ran-scripts.ts";
import { MergedLayers } from "../../../../src/image/layers/merged-layers.ts";
import { type ContainerRoot, scriptsThat } from "../../../support/a-container-root.ts";
import { createWorkshop, EPOCH, type ImageParts, itemsOf } from "../../../support/assemble.ts";
import { file, folder, link } from "../../../support/deb.ts";
import type { TarItem } from "../../../support/tar.ts";

const NOW = EPOCH + 1_000_000;

const tool = {
  name: "tool",
  files: [
    folder("opt", { mode: 0o750, uid: 3, gid: 4 }),
    file("opt/a", "a", { mtime: 1_500_000_000 }),
    file("opt/b", "b"),
    folder("opt/gone"),
    file("opt/gone/x", "x"),
    link("opt/l", "a"),
    file("opt/many", "many", { mode: 0o755 }),
    { path: "opt/other", type: "hardlink", target: "opt/many" },
  ],
  control: { postinst: "#!/bin/sh\n/opt/a\n" },
};

/** An image of one package whose script has to be run. */
function parts(change: (root: ContainerRoot) => void, runs: ScriptRun[] = []): ImageParts {
  return { debs: [tool], image: { scripts: "run" }, runScripts: scriptsThat(change, runs) };
}

function put(root: ContainerRoot, item: TarItem): void {
  root.set(item.path, { mtime: NOW, ...item });
}

/** Paths of the layer's tar that scripts made. */
async function pathsOf(built: BuiltImage): Promise<readonly string[]> {
  const layer = built.layers.find(({ kind }) => kind === "run");
  return [...(await itemsOf(layer)).keys()];
}

test("what a script makes that is run is a layer of its own over the packages", async () => {
  await using workshop = await createWorkshop();
  const runs: ScriptRun[] = [];
  const change = (root: ContainerRoot): void => {
    put(root, file("opt/new", "new", { mode: 0o640, uid: 7, gid: 8 }));
    put(root, file("opt/a", "other"));
    put(root, link("opt/l", "b"));
    put(root, folder("opt/made", { mode: 0o700 }));
    put(root, file("opt/old", "o", { mtime: 1_400_000_000 }));
  };

  const built = await workshop.assemble(parts(change, runs));

  expect(built.layers.map(({ kind }) => kind)).toEqual(["packages", "run"]);
  const items = await itemsOf(built.layers[1]);
  expect([...items.keys()]).toEqual(["opt/", "opt/a", "opt/l", "opt/made/", "opt/new", "opt/old"]);
  expect(items.get("opt/")).toMatchObject({ mode: 0o750, uid: 3, gid: 4 });
  expect(items.get("opt/new")).toMatchObject({
    mode: 0o640,
    uid: 7,
    gid: 8,
    mtime: EPOCH,
    content: "new",
  });
  expect(items.get("opt/old")?.mtime).toBe(1_400_000_000);
  expect(items.get("opt/l")?.target).toBe("b");
  expect(runs.map(({ scripts }) => scripts)).toMatchObject([
    [
      {
        package: "tool",
        script: "postinst",
        call: {
          path: "/var/lib/dpkg/info/tool.postinst",
          args: ["configure", ""],
          environment: { DPKG_MAINTSCRIPT_PACKAGE: "tool", SOURCE_DATE_EPOCH: String(EPOCH) },
        },
      },
    ],
  ]);
  const entry = built.layers[1]?.entries.find("opt/new");
  expect(entry?.origin).toEqual({ type: "script", package: "tool" });
  expect(await recallRanScripts(built.layers[1]?.diffId ?? "sha256:", workshop.store)).toEqual([
    { package: "tool", script: "postinst" },
  ]);
  expect(workshop.notices).toEqual([]);
});

test("what is the same is no difference, whenever it was written and by whatever name it is held", async () => {
  await using workshop = await createWorkshop();

  const built = await workshop.assemble(
    parts((root) => {
      for (const [path, item] of root) root.set(path, { ...item, mtime: NOW });
      root.delete("opt/other");
      const many = root.get("opt/many");
      root.delete("opt/many");
      root.set("opt/other", { ...many, path: "opt/other" });
      root.set("opt/many", { path: "opt/many", type: "hardlink", target: "opt/other" });
    }),
  );

  expect(await pathsOf(built)).toEqual([]);
});

test("what is gone is taken away, a folder with all that was in it", async () => {
  await using workshop = await createWorkshop();

  const built = await workshop.assemble(
    parts((root) => {
      for (const path of ["opt/b", "opt/gone/", "opt/gone/x"]) root.delete(path);
      root.delete("opt/l");
      put(root, folder("opt/l"));
    }),
  );

  expect(await pathsOf(built)).toEqual(["opt/", "opt/.wh.b", "opt/.wh.gone", "opt/l/"]);
  const view = new MergedLayers(built.layers);
  expect(["opt/b", "opt/gone", "opt/gone/x"].map((path) => view.get(path))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(view.get("opt/a")?.type).toBe("file");
});

test("of several names of a file the lowest holds it, and a link to a file below brings it along", async () => {
  await using workshop = await createWorkshop();

  const built = await workshop.assemble(
    parts((root) => {
      put(root, file("opt/z", "shared"));
      put(root, { path: "opt/c", type: "hardlink", target: "opt/z" });
      put(root, { path: "opt/kept", type: "hardlink", target: "opt/b" });
    }),
  );

  const items = await itemsOf(built.layers[1]);
  expect([...items.values()].map(({ path, flag, target }) => [path, flag, target])).toEqual([
    ["opt/", "5", ""],
    ["opt/c", "0", ""],
    ["opt/kept", "0", ""],
    ["opt/z", "1", "opt/c"],
  ]);
  expect(items.get("opt/c")?.content).toBe("shared");
  expect(items.get("opt/kept")?.content).toBe("b");
});

test("the Engine's own files, what passes, logs and what the family leaves out are no part of it", async () => {
  await using workshop = await createWorkshop();

  const built = await workshop.assemble(
    parts((root) => {
      for (const path of [
        ".dockerenv",
        "etc/hosts",
        "etc/resolv.conf",
        "dev/console",
        "run/pid",
        "tmp/x",
        "var/lib/left-out",
        "var/log/text.log",
      ])
        put(root, file(path, "passing"));
      put(root, { path: "run/fifo", type: "6" });
      for (const path of ["dev", "proc", "sys", "run", "tmp", "var/log"]) put(root, folder(path));
      put(root, file("var/log/empty.log", "", { uid: 12 }));
    }),
  );

  expect(await pathsOf(built)).toEqual(["var/", "var/log/", "var/log/empty.log"]);
});

test.each([
  ["a device", { path: "opt/null", type: "3" }, '"opt/null" is a character device'],
  ["a named pipe", { path: "opt/pipe", type: "6" }, '"opt/pipe" is a named pipe'],
  ["a whiteout", file("opt/.wh.a", ""), '"opt/.wh.a" is a whiteout'],
  ["a name with controls", file("opt/\u001b[1m", ""), '"opt/?[1m" has control characters'],
])("%s that a script makes is refused", async (_, item, reason) => {
  await using workshop = await createWorkshop();

  const making = workshop.assemble(parts((root) => put(root, item)));

  await expect(making).rejects.toMatchObject({
    code: "script-failed",
    message: expect.stringContaining(
      `What the scripts of tool made in image "made-up" cannot be a layer: ${reason}`,
    ),
  });
});

test("a setuid file that a script makes keeps its bit where the manifest names it alone", async () => {
  await using workshop = await createWorkshop();
  const made = parts((root) => {
    put(root, file("opt/su", "su", { mode: 0o4755 }));
    put(root, file("opt/sg", "sg", { mode: 0o2755 }));
    // Nothing is left of this change.
    put(root, file("opt/many", "many", { mode: 0o4755 }));
  });
  const image = { scripts: "run", setuid: ["/opt/su"] } as const;

  const built = await workshop.assemble({ ...made, image });

  const items = await itemsOf(built.layers[1]);
  expect([...items.values()].map(({ path, mode }) => [path, mode])).toEqual([
    ["opt/", 0o750],
    ["opt/sg", 0o755],
    ["opt/su", 0o4755],
  ]);
});

test("scripts are run once, and again when what they see is another thing", async () => {
  await using workshop = await createWorkshop();
  const runs: ScriptRun[] = [];
  const made = parts((root) => put(root, file("opt/new", "new")), runs);

  const first = await workshop.assemble(made);
  const second = await workshop.assemble(made);
  expect(runs).toHaveLength(1);
  expect(second.layers[1]?.diffId).toBe(first.layers[1]?.diffId);

  const other = { ...tool, files: [...tool.files, file("opt/more", "more")] };
  await workshop.assemble({ ...made, debs: [other] });
  expect(runs).toHaveLength(2);
});

test("of which scripts were undone has to be known: else the packages layer is made anew", async () => {
  await using workshop = await createWorkshop();
  const made = parts((root) => put(root, file("opt/new", "new")));
  await workshop.assemble(made);
  await rm(join(workshop.store.directory, "notes", "left-scripts"), { recursive: true });

  const built = await workshop.assemble(made);

  expect(built.layers.map(({ kind }) => kind)).toEqual(["packages", "run"]);
});

test("another layer than the lock names is refused each time, with the paths that differ", async () => {
  await using workshop = await createWorkshop();
  const runs: ScriptRun[] = [];
  const first = await workshop.assemble(parts((root) => put(root, file("opt/new", "one"))));
  const runLayer = first.layers[1]?.diffId ?? "sha256:";
  await rm(join(workshop.store.directory, "notes", "layer-by-inputs"), { recursive: true });
  const other = parts((root) => {
    put(root, file("opt/new", "two", { mode: 0o600 }));
    put(root, file("opt/z", "z"));
  }, runs);

  for (const count of [1, 2]) {
    await expect(workshop.assemble({ ...other, runLayer })).rejects.toMatchObject({
      code: "digest-mismatch",
      message: expect.stringContaining(`but the lock expects ${runLayer}`),
      details: [
        "/opt/new: mode 0644 in the lock's layer, 0600 now",
        expect.stringMatching(/^\/opt\/new: content sha256:\w{12} in the lock's layer, sha256:/),
        "/opt/z: now only",
      ],
    });
    expect(runs).toHaveLength(count);
  }
  const accepted = await workshop.assemble(other);
  expect(accepted.layers[1]?.diffId).not.toBe(runLayer);
});

test("nothing is run where all scripts are interpreted, where that is all that is asked for, and for questions", async () => {
  await using workshop = await createWorkshop();
  const fine = { ...tool, control: { postinst: "#!/bin/sh\ntrue\n" } };
  const asking = { ...tool, control: { config: "#!/bin/sh\n/opt/a\n" } };

  const built = [
    await workshop.assemble({ debs: [fine], image: { scripts: "run" } }),
    await workshop.assemble({ debs: [tool], image: { scripts: "interpret" } }),
    await workshop.assemble({ debs: [asking], image: { scripts: "run" } }),
  ];

  expect(built.map(({ layers }) => layers.map(({ kind }) => kind))).toEqual([
    ["packages"],
    ["packages"],
    ["packages"],
  ]);
  expect(workshop.notices.map((notice) => notice.slice(0, 60))).toEqual([
    expect.stringContaining("the postinst of tool was undone"),
    expect.stringContaining("the config of tool was undone"),
  ]);
});

test("with strict_scripts a script that was run is none that was undone", async () => {
  await using workshop = await createWorkshop();
  const made = parts((root) => put(root, file("opt/new", "new")));
  const image = { scripts: "run", strictScripts: true } as const;

  const built = await workshop.assemble({ ...made, image });

  expect(built.layers.map(({ kind }) => kind)).toEqual(["packages", "run"]);
});

test("an image over one whose scripts were run sees what they made", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble(
    parts((root) => put(root, file("opt/new", "new", { mode: 0o755 }))),
  );

  const child = await workshop.assemble({
    parent,
    debs: [{ name: "child", control: { postinst: "#!/bin/sh\ncat /opt/new >/opt/seen\n" } }],
  });

  expect((await itemsOf(child.layers[2])).get("opt/seen")?.content).toBe("new");
});

test("a setuid file of the image below keeps its bit, which its own manifest allows", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({
    debs: [{ name: "login", files: [file("opt/su", "su", { mode: 0o4755 })] }],
    image: { setuid: ["/opt/su"] },
  });

  const same = await workshop.assemble({ parent, ...parts(() => undefined) });
  const other = await workshop.assemble({
    parent,
    ...parts((root) => put(root, file("opt/su", "other", { mode: 0o4755 }))),
    debs: [{ ...tool, name: "rewriter" }],
  });

  expect(await pathsOf(same)).toEqual([]);
  expect((await itemsOf(other.layers.at(-1))).get("opt/su")?.mode).toBe(0o755);
});

test("a link to a file below is compared with the file of its own layer, whatever lies over that", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({
    debs: [
      {
        name: "below",
        files: [
          file("opt/first", "old"),
          { path: "opt/second", type: "hardlink", target: "opt/first" },
        ],
      },
    ],
  });
  const over = { ...tool, files: [...tool.files, file("opt/first", "new")] };
  const replaces = { ...over, fields: { Replaces: "below" } };
  const unlinked = (content: string) => (root: ContainerRoot) =>
    void root.set("opt/second", file("opt/second", content));

  const same = await workshop.assemble({ ...parts(unlinked("old")), parent, debs: [replaces] });
  const other = await workshop.assemble({
    ...parts(unlinked("new")),
    parent,
    debs: [{ ...replaces, name: "other" }],
  });

  expect(await pathsOf(same)).toEqual([]);
  expect(await pathsOf(other)).toEqual(["opt/", "opt/second"]);
});
