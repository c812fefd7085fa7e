import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createWorkshop, EPOCH, itemsOf } from "../../../support/assemble.ts";
import { file, folder, link } from "../../../support/deb.ts";
import { aWheel, type MadeWheel } from "../../../support/wheel.ts";

const site = "usr/local/lib/python3.11/dist-packages";

/** What assembling an image of these wheels fails with. */
async function failure(...wheels: readonly MadeWheel[]): Promise<unknown> {
  await using workshop = await createWorkshop();
  return await workshop.assemble({ wheels }).catch((error: unknown) => error);
}

test("each file of a wheel goes where pip would put it", async () => {
  await using workshop = await createWorkshop();
  const wheel = aWheel({
    name: "demo-tool",
    files: [
      { path: "demo/__init__.py", content: "x = 1\n", unix: 0o100600 },
      { path: "demo/run.sh", content: "#!/bin/sh\n", unix: 0o100755 },
      { path: "demo/empty/" },
      { path: "demo_tool-1.0.data/scripts/old", content: "#!python -E\nprint()\n" },
      { path: "demo_tool-1.0.data/scripts/shell", content: "#!/bin/sh\n" },
      { path: "demo_tool-1.0.data/headers/demo.h", content: "int x;\n" },
      { path: "demo_tool-1.0.data/data/share/demo.txt", content: "data" },
      { path: "demo_tool-1.0.data/purelib/pure.py", content: "" },
      { path: "demo_tool-1.0.data/platlib/plat.py", content: "" },
    ],
    entryPoints: "[console_scripts]\ndemo = demo:main\n",
  });

  const { layers } = await workshop.assemble({ wheels: [wheel] });

  expect(layers.map(({ kind }) => kind)).toEqual(["wheels"]);
  const items = await itemsOf(layers[0]);
  const info = `${site}/demo_tool-1.0.dist-info`;
  expect([...items.keys()].filter((path) => !path.endsWith("/"))).toEqual([
    "usr/local/bin/demo",
    "usr/local/bin/old",
    "usr/local/bin/shell",
    "usr/local/include/python3.11/demo-tool/demo.h",
    `${site}/demo/__init__.py`,
    `${site}/demo/run.sh`,
    ...["INSTALLER", "METADATA", "RECORD", "REQUESTED", "WHEEL", "entry_points.txt"].map(
      (name) => `${info}/${name}`,
    ),
    `${site}/plat.py`,
    `${site}/pure.py`,
    "usr/local/share/demo.txt",
  ]);
  const root = { uid: 0, gid: 0, mtime: EPOCH };
  expect(items.get(`${site}/demo/__init__.py`)).toMatchObject({ mode: 0o644, ...root });
  expect(items.get(`${site}/demo/run.sh`)).toMatchObject({ mode: 0o755, ...root });
  expect(items.get("usr/local/bin/old")).toMatchObject({
    mode: 0o755,
    content: "#!/usr/bin/python3.11\nprint()\n",
  });
  expect(items.get("usr/local/bin/shell")).toMatchObject({ mode: 0o755, content: "#!/bin/sh\n" });
  expect(items.get("usr/local/bin/demo")).toMatchObject({
    mode: 0o755,
    content: expect.stringContaining("from demo import main"),
  });
  expect(items.get(`${info}/INSTALLER`)?.content).toBe("qclock\n");
  expect(items.get(`${info}/REQUESTED`)?.content).toBe("");
  // Every file is listed with its own digest, from the folder of the modules.
  const listed = new Map(
    (items.get(`${info}/RECORD`)?.content ?? "")
      .trim()
      .split("\n")
      .map((line) => [line.split(",")[0] ?? "", line.split(",").slice(1).join()]),
  );
  expect(listed.get("demo_tool-1.0.dist-info/RECORD")).toBe(",");
  for (const [name, path] of [
    ["../../../bin/demo", "usr/local/bin/demo"],
    ["../../../bin/old", "usr/local/bin/old"],
    [
      "../../../include/python3.11/demo-tool/demo.h",
      "usr/local/include/python3.11/demo-tool/demo.h",
    ],
    ["demo/__init__.py", `${site}/demo/__init__.py`],
    ["demo_tool-1.0.dist-info/METADATA", `${info}/METADATA`],
  ] as const) {
    const content = items.get(path)?.content ?? "absent";
    const hash = createHash("sha256").update(content).digest("base64url");
    expect([name, listed.get(name)]).toEqual([name, `sha256=${hash},${content.length}`]);
  }
  expect(listed.size).toBe([...items.keys()].filter((path) => !path.endsWith("/")).length);
});

test("it lies between the artifacts and the files, and is the same bytes on every store", async () => {
  await using one = await createWorkshop();
  await using other = await createWorkshop();
  const wheels = [
    aWheel({
      name: "a",
      files: [
        { path: "ns/a.py", content: "a" },
        { path: "ns/__init__.py", content: "" },
      ],
    }),
    aWheel({
      name: "b",
      files: [
        { path: "ns/b.py", content: "b" },
        { path: "ns/__init__.py", content: "" },
      ],
    }),
  ];
  const parts = {
    debs: [
      {
        name: "python3",
        files: [folder("usr/local/"), link("usr/local/bin", "../bin"), folder("usr/bin/")],
      },
    ],
    wheels,
    image: { directories: [{ path: "/srv", mode: 0o755, uid: 0, gid: 0 }] },
  };
  const first = await one.assemble(parts);
  const second = await other.assemble(parts);
  expect(first.layers.map(({ kind }) => kind)).toEqual(["packages", "wheels", "files"]);
  expect(second.layers.map(({ diffId }) => diffId)).toEqual(
    first.layers.map(({ diffId }) => diffId),
  );
  // From the store's notes the second time.
  const again = await one.assemble(parts);
  expect(again.layers[1]?.diffId).toBe(first.layers[1]?.diffId);
});

test("a link below is followed, so that programs lie where it leads", async () => {
  await using workshop = await createWorkshop();
  const { layers } = await workshop.assemble({
    debs: [
      {
        name: "base",
        files: [
          folder("usr/"),
          folder("usr/bin/"),
          folder("usr/local/"),
          link("usr/local/bin", "../bin"),
        ],
      },
    ],
    wheels: [aWheel({ entryPoints: "[console_scripts]\ndemo = demo:main" })],
  });
  const items = await itemsOf(layers[1]);
  expect(items.has("usr/bin/demo")).toBe(true);
  expect(items.has("usr/local/bin/demo")).toBe(false);
});

test("two wheels with other content at one path, and a file where a folder is", async () => {
  const a = aWheel({ name: "a", files: [{ path: "same.py", content: "a" }] });
  const b = aWheel({ name: "b", files: [{ path: "same.py", content: "b" }] });
  expect(await failure(a, b)).toMatchObject({
    code: "file-conflict",
    message: expect.stringContaining(`Both a 1.0 and b 1.0 bring /${site}/same.py into image`),
  });
  await using workshop = await createWorkshop();
  const onto = workshop.assemble({
    debs: [{ name: "base", files: [folder(`${site}/same.py/`)] }],
    wheels: [a],
  });
  await expect(onto).rejects.toMatchObject({ code: "file-conflict" });
  const through = workshop.assemble({
    debs: [{ name: "base", files: [file(`${site}/ns`, "x")] }],
    wheels: [aWheel({ files: [{ path: "ns/x.py", content: "" }] })],
  });
  await expect(through).rejects.toMatchObject({ code: "file-conflict" });
});

const body = [{ path: "demo.py", content: "x" }];

function withSha512(content: string): MadeWheel {
  const hash = createHash("sha512").update(content).digest("base64url");
  return aWheel({
    files: [...body, { path: "empty.py" }],
    record: (lines) => lines.map((line) => line.replace(/^demo.py.*/, `demo.py,sha512=${hash},1`)),
  });
}

test("a RECORD may name better hashes than SHA-256, which are compared as well", async () => {
  await using workshop = await createWorkshop();
  const { layers } = await workshop.assemble({ wheels: [withSha512("x")] });
  expect((await itemsOf(layers[0])).has(`${site}/demo.py`)).toBe(true);
  expect(await failure(withSha512("y"))).toMatchObject({
    code: "wheel-corrupt",
    message: expect.stringContaining('"demo.py" has other bytes than its RECORD says'),
  });
});

test.each<readonly [string, MadeWheel]>([
  [
    '"demo.py" has other bytes than its RECORD says',
    aWheel({
      files: body,
      record: (lines) => lines.map((line) => line.replace(/^demo.py,sha256=./, "demo.py,sha256=_")),
    }),
  ],
  [
    '"demo.py" has another size than its RECORD says',
    aWheel({
      files: body,
      record: (lines) => lines.map((line) => line.replace(/^(demo.py,.*),1$/, "$1,2")),
    }),
  ],
  [
    'its RECORD has no hash of "demo.py"',
    aWheel({
      files: body,
      record: (lines) => lines.map((line) => line.replace(/^demo.py.*/, "demo.py,,")),
    }),
  ],
  [
    '"demo.py" has other bytes than its RECORD says',
    aWheel({
      files: body,
      record: (lines) =>
        lines.map((line) =>
          line.replace(/^demo.py.*/, "demo.py,md5=9dd4e461268c8034f5c8564e155c67a6,1"),
        ),
    }),
  ],
  [
    'its RECORD lists "gone.py", which it lacks',
    aWheel({ record: (lines) => ["gone.py,sha256=x,1", ...lines] }),
  ],
  [
    'its RECORD lists "demo.py" twice',
    aWheel({ files: body, record: (lines) => [...lines, lines[0] ?? ""] }),
  ],
  ['its RECORD does not list "extra.py"', aWheel({ extra: [{ path: "extra.py", content: "x" }] })],
  ["it has no .dist-info/RECORD", withoutRecord(aWheel())],
  [
    "it has no .dist-info/WHEEL",
    aWheel({ distInfo: (items) => items.filter(({ path }) => !path.endsWith("/WHEEL")) }),
  ],
  [
    "it has format 2.0 of wheels, and qclock reads 1",
    aWheel({
      distInfo: (items) =>
        items.map((item) =>
          item.path.endsWith("/WHEEL") ? { ...item, content: "Wheel-Version: 2.0\n" } : item,
        ),
    }),
  ],
  [
    "its folder demo-1.0.dist-info is another project's or version's",
    { ...aWheel(), name: "other", file: "other-1.0-py3-none-any.whl" },
  ],
  [
    "it has several folders .dist-info: demo-1.0.dist-info, evil-1.0.dist-info",
    aWheel({ extra: [{ path: "evil-1.0.dist-info/METADATA", content: "" }] }),
  ],
  [
    "it has a folder evil-1.0.data beside its own",
    aWheel({ files: [{ path: "evil-1.0.data/scripts/x", content: "" }] }),
  ],
  [
    '"demo-1.0.data/etc/x" is for a place that wheels do not have',
    aWheel({ files: [{ path: "demo-1.0.data/etc/x", content: "" }] }),
  ],
  [
    '"demo-1.0.data/scripts" is for a place that wheels do not have',
    aWheel({ files: [{ path: "demo-1.0.data/scripts", content: "" }] }),
  ],
  [
    'it brings "usr/local/lib/python3.11/dist-packages/demo.py" twice',
    aWheel({ files: [...body, { path: "demo-1.0.data/purelib/demo.py", content: "y" }] }),
  ],
  ["invalid relative path: ../evil.py", aWheel({ files: [{ path: "../evil.py", content: "" }] })],
  ["absolute path: /etc/passwd", aWheel({ files: [{ path: "/etc/passwd", content: "" }] })],
  [
    "invalid relative path: demo-1.0.data/data/../../x",
    aWheel({ files: [{ path: "demo-1.0.data/data/../../x", content: "" }] }),
  ],
  [
    '"link" is a link, and a wheel has none',
    aWheel({ extra: [{ path: "link", content: "/etc/passwd", unix: 0o120777 }] }),
  ],
  ['"pipe" is a device, a pipe or a socket', aWheel({ extra: [{ path: "pipe", unix: 0o010644 }] })],
  ['it holds "demo.py" twice', aWheel({ files: body, extra: body })],
  ['"demo.py" is encrypted', aWheel({ files: [{ path: "demo.py", content: "x", flags: 1 }] })],
  [
    'its entry point "../x = a:b" has no name that a program can have',
    aWheel({ entryPoints: "[console_scripts]\n../x = a:b" }),
  ],
])("a wheel is refused: %s", async (reason, wheel) => {
  expect(await failure(wheel)).toMatchObject({
    code: "wheel-corrupt",
    message: expect.stringContaining(reason),
  });
});

/** Its name is changed in place, so that the archive stays whole. */
function withoutRecord(wheel: MadeWheel): MadeWheel {
  const content = Buffer.from(
    wheel.content.toString("latin1").replaceAll("dist-info/RECORD", "dist-info/REC0RD"),
    "latin1",
  );
  return { ...wheel, content, digest: digestOf(content) };
}

function digestOf(content: Uint8Array): `sha256:${string}` {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
