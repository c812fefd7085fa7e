import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createWorkshop, EPOCH, itemsOf } from "../../../support/assemble.ts";
import { file, folder, link } from "../../../support/deb.ts";

test("each path has the package's owner and mode, no names, and no time after the epoch", async () => {
  await using workshop = await createWorkshop();
  const files = [
    folder("srv", { mode: 0o750, uid: 33, gid: 34 }),
    file("srv/old", "o", { mode: 0o640, uid: 33, gid: 34, mtime: 1_500_000_000 }),
    file("srv/new", "n", { mtime: EPOCH + 1000 }),
  ];

  const { layers } = await workshop.assemble({ debs: [{ name: "a", files }] });

  const items = await itemsOf(layers[0]);
  expect(items.get("srv/")).toMatchObject({ mode: 0o750, uid: 33, gid: 34, userName: "" });
  expect(items.get("srv/old")).toMatchObject({
    mode: 0o640,
    uid: 33,
    gid: 34,
    mtime: 1_500_000_000,
    content: "o",
  });
  expect(items.get("srv/new")).toMatchObject({ mtime: EPOCH });
});

test("the tar is sorted by bytes, folders before what they hold", async () => {
  await using workshop = await createWorkshop();
  const paths = ["srv/b", "srv/a/x", "srv/a-b", "srv/a.b", "srv/é", "srv/z"];

  const { layers } = await workshop.assemble({
    debs: [{ name: "a", files: paths.map((path) => file(path, path)) }],
  });

  const found = [...(await itemsOf(layers[0])).keys()];
  const names = found.map((path) => path.replace(/\/$/, ""));
  expect(names).toEqual(names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  expect(found.indexOf("srv/a/")).toBeLessThan(found.indexOf("srv/a/x"));
});

test("files shipped under the old top folders land in /usr, through links that every image has", async () => {
  await using workshop = await createWorkshop();
  const files = [
    folder("bin"),
    file("bin/sh", "sh"),
    file("lib/x86_64-linux-gnu/libc.so.6", "libc"),
  ];

  const { layers } = await workshop.assemble({ debs: [{ name: "a", files }] });

  const items = await itemsOf(layers[0]);
  expect(items.get("bin")).toMatchObject({ flag: "2", target: "usr/bin" });
  expect(items.get("usr/bin/sh")?.content).toBe("sh");
  expect(items.get("usr/lib/x86_64-linux-gnu/libc.so.6")?.content).toBe("libc");
  expect(
    [...items.keys()].filter((path) => path.startsWith("bin/") || path.startsWith("lib/")),
  ).toEqual([]);
});

test("a child's file goes through its parent's link, and brings the folder with its real mode", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({
    debs: [
      {
        name: "a",
        files: [
          folder("tmp", { mode: 0o1777 }),
          folder("opt/real", { mode: 0o700, uid: 5, gid: 6 }),
          link("opt/link", "real"),
        ],
      },
    ],
  });

  const { layers } = await workshop.assemble({
    parent,
    debs: [
      {
        name: "b",
        files: [
          folder("opt"),
          folder("opt/link"),
          file("opt/link/x", "x"),
          folder("tmp"),
          file("tmp/y", "y"),
          file("lib/z", "z"),
        ],
      },
    ],
  });

  const items = await itemsOf(layers[1]);
  expect(items.get("opt/real/")).toMatchObject({ mode: 0o700, uid: 5, gid: 6 });
  expect(items.get("opt/real/x")?.content).toBe("x");
  expect(items.get("tmp/")).toMatchObject({ mode: 0o1777 });
  expect(items.get("usr/lib/z")?.content).toBe("z");
  expect(items.has("opt/link")).toBe(false);
  expect(items.has("lib")).toBe(false);
});

test("hard links point to the lowest path, which holds the content", async () => {
  await using workshop = await createWorkshop();
  const files = [
    file("usr/bin/zebra", "stripes", { mode: 0o755 }),
    { path: "usr/bin/ant", type: "hardlink", target: "usr/bin/zebra" },
    { path: "usr/bin/bee", type: "hardlink", target: "usr/bin/zebra" },
  ];

  const { layers } = await workshop.assemble({ debs: [{ name: "a", files }] });

  const items = await itemsOf(layers[0]);
  expect(items.get("usr/bin/ant")).toMatchObject({ flag: "0", content: "stripes", mode: 0o755 });
  expect(items.get("usr/bin/bee")).toMatchObject({ flag: "1", target: "usr/bin/ant", content: "" });
  expect(items.get("usr/bin/zebra")).toMatchObject({
    flag: "1",
    target: "usr/bin/ant",
    content: "",
  });
});

test("setuid and setgid go from files, but for those that the manifest names; folders and sticky bits keep theirs", async () => {
  await using workshop = await createWorkshop();
  const files = [
    folder("var/mail", { mode: 0o2775 }),
    folder("var/tmp", { mode: 0o1777 }),
    file("usr/bin/su", "su", { mode: 0o4755 }),
    file("usr/bin/wall", "wall", { mode: 0o2755 }),
    file("usr/bin/mount", "mount", { mode: 0o4755 }),
  ];

  const { layers } = await workshop.assemble({
    debs: [{ name: "a", files }],
    image: { setuid: ["/usr/bin/mount"] },
  });

  const items = await itemsOf(layers[0]);
  expect(items.get("usr/bin/su")?.mode).toBe(0o755);
  expect(items.get("usr/bin/wall")?.mode).toBe(0o755);
  expect(items.get("usr/bin/mount")?.mode).toBe(0o4755);
  expect(items.get("var/mail/")?.mode).toBe(0o2775);
  expect(items.get("var/tmp/")?.mode).toBe(0o1777);
});

test("excluded paths are not in the layer, their package's file list still names them", async () => {
  await using workshop = await createWorkshop();
  const files = [
    folder("usr/share/man"),
    file("usr/share/man/a.1", "manual"),
    file("usr/share/doc/a/copyright", "licence"),
  ];

  const { layers } = await workshop.assemble({
    debs: [{ name: "a", files }],
    image: { exclude: ["/usr/share/man", "/usr/share/doc"] },
  });

  const items = await itemsOf(layers[0]);
  expect(items.has("usr/share/man/a.1")).toBe(false);
  expect(items.get("usr/share/doc/a/copyright")?.content).toBe("licence");
  expect(items.get("var/lib/dpkg/info/a.list")?.content).toContain("/usr/share/man/a.1\n");
});

test("two packages may bring the same file, and share folders", async () => {
  await using workshop = await createWorkshop();
  const files = [folder("etc"), file("etc/shared", "same")];

  const { layers } = await workshop.assemble({
    debs: [
      { name: "a", files },
      { name: "b", files },
    ],
  });

  expect((await itemsOf(layers[0])).get("etc/shared")?.content).toBe("same");
});

test("two packages with different content for a path are an error that names both", async () => {
  await using workshop = await createWorkshop();

  const assembling = workshop.assemble({
    debs: [
      { name: "a", files: [file("etc/shared", "one")] },
      { name: "b", files: [file("etc/shared", "two")] },
    ],
  });

  await expect(assembling).rejects.toMatchObject({
    code: "file-conflict",
    message: expect.stringMatching(/a and b install \/etc\/shared/),
  });
});

test("merged folders do not hide a conflict", async () => {
  await using workshop = await createWorkshop();

  const assembling = workshop.assemble({
    debs: [
      { name: "a", files: [file("bin/tool", "one")] },
      { name: "b", files: [file("usr/bin/tool", "two")] },
    ],
  });

  await expect(assembling).rejects.toMatchObject({ code: "file-conflict" });
});

for (const [first, second] of [
  ["old", "new"],
  ["zold", "anew"],
] as const) {
  test(`a package that replaces another's files wins, whichever comes first (${first}, ${second})`, async () => {
    await using workshop = await createWorkshop();

    const { layers } = await workshop.assemble({
      debs: [
        { name: first, version: "1.0", files: [file("usr/bin/tool", "from old")] },
        {
          name: second,
          version: "2.0",
          files: [file("usr/bin/tool", "from new")],
          fields: { Replaces: `${first} (<< 1.5)` },
        },
      ],
    });

    expect((await itemsOf(layers[0])).get("usr/bin/tool")?.content).toBe("from new");
  });
}

test("`Replaces` of other versions than the one at hand does not count", async () => {
  await using workshop = await createWorkshop();

  const assembling = workshop.assemble({
    debs: [
      { name: "a", version: "2.0", files: [file("usr/bin/tool", "a")] },
      { name: "b", files: [file("usr/bin/tool", "b")], fields: { Replaces: "a (<< 1.5)" } },
    ],
  });

  await expect(assembling).rejects.toMatchObject({ code: "file-conflict" });
});

test("dpkg's database lists every package of the image and its parents, and says where files and configuration are", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({
    debs: [
      {
        name: "zlib",
        fields: { "Multi-Arch": "same" },
        files: [folder("."), file("usr/lib/libz", "z")],
      },
    ],
  });

  const { layers } = await workshop.assemble({
    parent,
    debs: [
      {
        name: "apache",
        files: [file("etc/apache.conf", "a\n")],
        control: { conffiles: "/etc/apache.conf\n", postinst: "#!/bin/sh\nexit 0\n" },
      },
    ],
  });

  const below = await itemsOf(layers[0]);
  const own = await itemsOf(layers[1]);
  expect(below.get("var/lib/dpkg/info/zlib:amd64.list")?.content).toBe("/.\n/usr/lib/libz\n");
  const status = own.get("var/lib/dpkg/status")?.content ?? "";
  expect([...status.matchAll(/^Package: (.*)$/gm)].map(([, name]) => name)).toEqual([
    "apache",
    "zlib",
  ]);
  expect(status).toContain("Status: install ok installed\n");
  expect(status).toContain("Conffiles:\n /etc/apache.conf 60b725f10c9c85c70d97880dfe8191b3\n");
  expect(own.has("var/lib/dpkg/info/zlib:amd64.list")).toBe(false);
  expect(own.get("var/lib/dpkg/info/apache.postinst")).toMatchObject({
    content: "#!/bin/sh\nexit 0\n",
    mode: 0o755,
  });
});

test("accounts come from base-passwd and the manifest; none can log in; shadow files are closed", async () => {
  await using workshop = await createWorkshop();
  const files = [
    file("usr/share/base-passwd/passwd.master", "root:*:0:0:root:/root:/bin/bash\n"),
    file("usr/share/base-passwd/group.master", "root:*:0:\nshadow:*:42:\n"),
  ];
  const user = {
    name: "qclock",
    uid: 10_001,
    gid: 10_001,
    home: "/nonexistent",
    shell: "/usr/sbin/nologin",
    gecos: "",
  };

  const { layers } = await workshop.assemble({
    debs: [{ name: "base-passwd", files }],
    image: { users: [user], groups: [{ name: "logs", gid: 10_002, members: ["qclock"] }] },
  });

  const items = await itemsOf(layers[0]);
  expect(items.get("etc/passwd")?.content).toBe(
    "root:x:0:0:root:/root:/bin/bash\nqclock:x:10001:10001::/nonexistent:/usr/sbin/nologin\n",
  );
  expect(items.get("etc/group")?.content).toBe(
    "root:x:0:\nshadow:x:42:\nlogs:x:10002:qclock\nqclock:x:10001:\n",
  );
  expect(items.get("etc/shadow")).toMatchObject({ mode: 0o640, uid: 0, gid: 42 });
  for (const line of (items.get("etc/shadow")?.content ?? "").trim().split("\n"))
    expect(line).toMatch(/^[^:]+:[*!][^:]*:/);
});

test("a child that adds an account keeps those of its parent", async () => {
  await using workshop = await createWorkshop();
  const user = (name: string, uid: number) => ({
    name,
    uid,
    gid: uid,
    home: "/",
    shell: "/usr/sbin/nologin",
    gecos: "",
  });
  const parent = await workshop.assemble({ image: { users: [user("one", 10_001)] } });

  const { layers } = await workshop.assemble({ parent, image: { users: [user("two", 10_002)] } });

  expect((await itemsOf(layers[1])).get("etc/passwd")?.content).toBe(
    "one:x:10001:10001::/:/usr/sbin/nologin\ntwo:x:10002:10002::/:/usr/sbin/nologin\n",
  );
});

test("a damaged package is named", async () => {
  await using workshop = await createWorkshop();

  const assembling = workshop.assemble({
    debs: [{ name: "broken", files: [file("../evil", "x")] }],
  });

  await expect(assembling).rejects.toMatchObject({
    code: "package-corrupt",
    message: expect.stringContaining("broken"),
  });
});

test("a script that cannot be interpreted is undone and told, with what it would have made", async () => {
  await using workshop = await createWorkshop();
  const script = (...lines: readonly string[]): string =>
    ["#!/bin/sh", "set -e", ...lines, ""].join("\n");

  const { layers } = await workshop.assemble({
    debs: [
      { name: "whole", control: { postinst: script("mkdir /var/lib/whole") } },
      {
        name: "lacks",
        files: [folder("srv"), file("srv/before", "b")],
        control: { postinst: script("rm /srv/before", "mkdir /var/lib/lacks", "make-it") },
      },
      {
        name: "fails",
        control: { preinst: script("adduser --system web", "echo no >&2", "exit 3") },
      },
      {
        name: "mime",
        control: { postinst: script("update-nothing /usr/share/mime", "dpkg-trigger x") },
      },
      { name: "endless", control: { postinst: script("while :; do :; done") } },
    ],
  });

  const items = await itemsOf(layers[0]);
  expect(
    [...items.keys()].filter((path) => /^(?:var\/lib\/(?:whole|lacks)|srv)/.test(path)),
  ).toEqual(["srv/", "srv/before", "var/lib/whole/"]);
  expect(workshop.notices).toEqual([
    'warning: Image "made-up": the preinst of fails was undone, because it ended with status 3: no. Missing: an account: web. What is needed of that has to come with the image\'s files.',
    'info: Image "made-up": the postinst of endless was undone, because in line 3 it takes more than 5000000 steps. Nothing is known to be missing.',
    'warning: Image "made-up": the postinst of lacks was undone, because in line 5 it needs the command "make-it". Missing: the folder /var/lib/lacks, what make-it does. What is needed of that has to come with the image\'s files.',
    'warning: Image "made-up": the postinst of mime was undone, because in line 3 it needs the command "update-nothing". Missing: what update-nothing does, what a trigger updates: x. What is needed of that has to come with the image\'s files.',
  ]);
});

test("what a script prints, wants and names cannot steer the terminal, and fills no screen", async () => {
  await using workshop = await createWorkshop();
  const control = (...lines: readonly string[]) => ({
    postinst: ["#!/bin/sh", ...lines, ""].join("\n"),
  });

  await workshop.assemble({
    debs: [
      { name: "a", control: control(`printf '\\033[2J%0900d\\n' 7 >&2`, "exit 3") },
      { name: "b", control: control("\"$(printf '\\033]0;x\\007')\"") },
      { name: "c", control: control("echo x > '/etc/\u001b[1mbold'", "exit 1") },
    ],
  });

  expect(workshop.notices).toHaveLength(3);
  for (const notice of workshop.notices) {
    expect(notice).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(notice.length).toBeLessThan(400);
  }
});

test("with strict_scripts a script that was undone is an error, also when the layer is remembered", async () => {
  await using workshop = await createWorkshop();
  const debs = [
    { name: "a", control: { postinst: "#!/bin/sh\nmake-it\n" } },
    { name: "b", control: { postinst: "#!/bin/sh\nmake-it\n" } },
  ];
  const refusal = {
    code: "script-undone",
    message:
      'Image "made-up" has `strict_scripts`, and the postinst of a was undone, because in line 2 it needs the command "make-it". Missing: what make-it does. What is needed of that has to come with the image\'s files. 1 more were undone, too.',
  };

  await expect(workshop.assemble({ debs, image: { strictScripts: true } })).rejects.toMatchObject(
    refusal,
  );
  await expect(workshop.assemble({ debs, image: { strictScripts: true } })).rejects.toMatchObject(
    refusal,
  );
  await workshop.assemble({ debs });
});

test("with strict_scripts a layer of whose scripts nothing is known is made anew", async () => {
  await using workshop = await createWorkshop();
  const debs = [{ name: "a", control: { postinst: "#!/bin/sh\nmake-it\n" } }];
  await workshop.assemble({ debs });
  await rm(join(workshop.store.directory, "notes", "left-scripts"), { recursive: true });

  await expect(workshop.assemble({ debs, image: { strictScripts: true } })).rejects.toMatchObject({
    code: "script-undone",
  });
});

test("with `scripts: none` no script counts", async () => {
  await using workshop = await createWorkshop();

  const { layers } = await workshop.assemble({
    debs: [{ name: "a", control: { postinst: "#!/bin/sh\nmkdir /srv\nmake-it\n" } }],
    image: { scripts: "none", strictScripts: true },
  });

  expect((await itemsOf(layers[0])).has("srv/")).toBe(false);
  expect(workshop.notices).toEqual([]);
});

test("dpkg's order: preinst, files, then config and postinst, what a package needs before it, triggers last", async () => {
  await using workshop = await createWorkshop();
  const log = (text: string): string => `#!/bin/sh\necho "${text} $*" >> /log\n`;
  const scripts = (name: string) => ({
    preinst: `${log(`${name}.preinst`)}test -e /opt/${name} && echo "own file" >> /log\nexit 0\n`,
    config: log(`${name}.config`),
    postinst: `${log(`${name}.postinst`)}test -e /opt/${name}\n`,
  });

  const { layers } = await workshop.assemble({
    debs: [
      {
        name: "a",
        fields: { Depends: "c, b" },
        files: [file("opt/a", "a")],
        control: scripts("a"),
      },
      {
        name: "b",
        files: [file("opt/b", "b")],
        control: { ...scripts("b"), triggers: "interest-noawait /opt\ninterest named\n" },
      },
      {
        name: "c",
        fields: { "Pre-Depends": "b" },
        files: [file("opt/c", "c")],
        control: { ...scripts("c"), postinst: `${log("c.postinst")}dpkg-trigger named\n` },
      },
    ],
  });

  const items = await itemsOf(layers[0]);
  expect(items.get("log")?.content.split("\n")).toEqual([
    "b.preinst install",
    "b.config configure ",
    "b.postinst configure ",
    "c.preinst install",
    "a.preinst install",
    "c.config configure ",
    "c.postinst configure ",
    "a.config configure ",
    "a.postinst configure ",
    "b.postinst triggered /opt named",
    "",
  ]);
  expect(items.get("var/lib/dpkg/triggers/File")?.content).toBe("/opt b/noawait\n");
  expect(items.get("var/lib/dpkg/triggers/named")?.content).toBe("b\n");
  expect(items.get("var/lib/dpkg/triggers/Unincorp")?.content).toBe("");
});

test("what configuring a package sets off is told to a package that was configured before it", async () => {
  await using workshop = await createWorkshop();
  const postinst = `#!/bin/sh\ntest "$1" = triggered || exit 0\ncp /opt/made /seen\n`;

  const { layers } = await workshop.assemble({
    debs: [
      {
        name: "a",
        fields: { Depends: "cache" },
        control: {
          triggers: "activate-noawait named\n",
          postinst: "#!/bin/sh\necho a > /opt/made\n",
        },
      },
      {
        name: "cache",
        files: [folder("opt")],
        control: { triggers: "interest named\n", postinst },
      },
      {
        name: "lib",
        fields: { "Multi-Arch": "same" },
        control: { triggers: "interest-noawait /opt\ninterest own\n" },
      },
    ],
  });

  const items = await itemsOf(layers[0]);
  expect(items.get("seen")?.content).toBe("a\n");
  // dpkg names what may be there for several architectures with its own.
  expect(items.get("var/lib/dpkg/triggers/File")?.content).toBe("/opt lib:amd64/noawait\n");
  expect(items.get("var/lib/dpkg/triggers/own")?.content).toBe("lib:amd64\n");
});

test("a configuration file is there when its package is configured, as dpkg has it, and not for others before", async () => {
  await using workshop = await createWorkshop();
  const look = (name: string): string => `#!/bin/sh\nls -a /etc/hooks >/seen-by-${name}\n`;

  const { layers } = await workshop.assemble({
    debs: [
      { name: "a", files: [folder("etc/hooks")], control: { postinst: look("a") } },
      {
        name: "b",
        files: [folder("etc/hooks"), file("etc/hooks/b", "b"), file("etc/hooks/plain", "p")],
        control: { conffiles: "/etc/hooks/b\n", postinst: look("b") },
      },
    ],
  });

  const items = await itemsOf(layers[0]);
  expect(items.get("seen-by-a")?.content).toBe(".\n..\nplain\n");
  expect(items.get("seen-by-b")?.content).toBe(".\n..\nb\nplain\n");
  expect(items.get("etc/hooks/b")?.content).toBe("b");
});

test("a child's files set off the triggers of its parent's packages, whose scripts work on both layers", async () => {
  await using workshop = await createWorkshop();
  const postinst = '#!/bin/sh\nif [ "$1" = triggered ]; then ls /opt/plugins > /opt/list; fi\n';
  const parent = await workshop.assemble({
    debs: [
      {
        name: "host",
        files: [file("opt/plugins/first", "1")],
        control: { triggers: "interest /opt/plugins\n", postinst },
      },
    ],
  });

  const { layers } = await workshop.assemble({
    parent,
    debs: [{ name: "plugin", files: [file("opt/plugins/second", "2")] }],
  });

  expect((await itemsOf(layers[0])).has("opt/list")).toBe(false);
  expect((await itemsOf(layers[1])).get("opt/list")?.content).toBe("first\nsecond\n");
});

test("what a script removes, moves and changes of the layers below shows in the child's layer", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({
    debs: [
      {
        name: "a",
        files: [
          file("srv/gone", "g"),
          file("srv/moved", "m", { mode: 0o600 }),
          file("srv/tree/one", "1"),
          file("srv/tree/two", "2"),
          file("srv/kept", "k"),
          file("srv/owned", "o"),
          file("srv/replaced/x", "x"),
        ],
      },
    ],
  });
  const postinst = `#!/bin/sh
set -e
rm /srv/gone
mv /srv/moved /srv/there
rm -r /srv/tree
chown 7:8 /srv/owned
rm -r /srv/replaced
ln -s kept /srv/replaced
`;

  const child = await workshop.assemble({
    parent,
    debs: [{ name: "b", control: { postinst } }],
  });

  const items = await itemsOf(child.layers[1]);
  expect([...items.keys()].filter((path) => path.startsWith("srv"))).toEqual([
    "srv/",
    "srv/.wh.gone",
    "srv/.wh.moved",
    "srv/owned",
    "srv/replaced",
    "srv/there",
    "srv/.wh.tree",
  ]);
  expect(items.get("srv/there")).toMatchObject({ content: "m", mode: 0o600 });
  expect(items.get("srv/owned")).toMatchObject({ content: "o", uid: 7, gid: 8 });
  const grandchild = await workshop.assemble({
    parent: child,
    debs: [{ name: "c", control: { postinst: "#!/bin/sh\nfind /srv > /seen\n" } }],
  });
  expect((await itemsOf(grandchild.layers[2])).get("seen")?.content).toBe(
    "/srv\n/srv/kept\n/srv/owned\n/srv/replaced\n/srv/there\n",
  );
});

for (const [what, command, message] of [
  ["a name that is not UTF-8", "touch \"$(printf '/srv-\\377')\"", /whose name is not UTF-8/],
  ["a name that is a whiteout", "touch /.wh.etc", /by whose name the Engine would remove another/],
  ["a link to what is not UTF-8", "ln -s \"$(printf '\\377')\" /x", /to a name that is not UTF-8/],
] as const) {
  test(`a script that makes ${what} is refused, and named`, async () => {
    await using workshop = await createWorkshop();
    const postinst = `#!/bin/sh\n${command}\n`;

    await expect(
      workshop.assemble({ debs: [{ name: "odd", control: { postinst } }] }),
    ).rejects.toMatchObject({
      code: "package-corrupt",
      message: expect.stringMatching(message),
    });
  });
}

const script = (...lines: readonly string[]): string => ["#!/bin/sh", ...lines, ""].join("\n");

test("a package whose script puts something in the database's place is refused by what is in the way", async () => {
  await using workshop = await createWorkshop();
  const preinst = script("rm -r /var/lib/dpkg", "echo x > /var/lib/dpkg");

  const assembling = workshop.assemble({ debs: [{ name: "a", control: { preinst } }] });

  await expect(assembling).rejects.toMatchObject({
    code: "package-corrupt",
    message: expect.stringMatching(
      /^The packages of image "made-up" cannot be laid down: "\/var\/lib\/dpkg.*": (?:Not a directory|File exists)\.$/,
    ),
  });
});

test("a script may take the temporary folder away", async () => {
  await using workshop = await createWorkshop();

  const { layers } = await workshop.assemble({
    debs: [{ name: "a", control: { postinst: script("rm -r /tmp", "mkdir /srv") } }],
  });

  expect((await itemsOf(layers[0])).has("srv/")).toBe(true);
});

test("what a parent's script wrote into dpkg's status that is no package is passed over", async () => {
  await using workshop = await createWorkshop();
  const postinst = script(
    "printf 'rubbish\\n\\nPackage: a\\nPackage: b\\n' >> /var/lib/dpkg/status",
  );
  const parent = await workshop.assemble({ debs: [{ name: "odd", control: { postinst } }] });

  const { layers } = await workshop.assemble({ parent, debs: [{ name: "child" }] });

  expect((await itemsOf(layers[1])).get("var/lib/dpkg/status")?.content).toContain(
    "Package: child\n",
  );
});

test("a package that installs below another one's file is an error that names both", async () => {
  await using workshop = await createWorkshop();

  const assembling = workshop.assemble({
    debs: [
      { name: "a", files: [file("etc/x", "x")] },
      { name: "b", files: [file("etc/x/y", "y")] },
    ],
  });

  await expect(assembling).rejects.toMatchObject({
    code: "file-conflict",
    message: "For a /etc/x is a file, and b installs files below it.",
  });
});

test("a hard link to a link that another package has as a folder is refused", async () => {
  await using workshop = await createWorkshop();
  const files = [
    link("srv/it", "elsewhere"),
    { path: "srv/it-too", type: "hardlink" as const, target: "srv/it" },
  ];

  const assembling = workshop.assemble({
    debs: [
      { name: "a", files: [folder("srv/it"), file("srv/it/x", "x")] },
      { name: "b", files },
    ],
  });

  await expect(assembling).rejects.toMatchObject({ code: "package-corrupt" });
});

test("folders that a script moves deeper than a path can name are refused", async () => {
  await using workshop = await createWorkshop();
  const postinst = script(
    "name=$(printf '%0200d' 1)",
    "path=",
    "for step in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do path=$path/$name; done",
    'mkdir -p "/a$path" "/b$path"',
    'mv /a "/b$path"',
  );

  const assembling = workshop.assemble({ debs: [{ name: "deep", control: { postinst } }] });

  await expect(assembling).rejects.toMatchObject({
    code: "package-corrupt",
    message: expect.stringContaining(
      "A script of package deep makes a file in more folders than a path can name",
    ),
  });
});

test("a damaged copy of a file is told where a script made something of it, and the file is gone", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({
    debs: [{ name: "a", files: [file("srv/list", "one\n")] }],
  });
  const [layer] = parent.layers;
  const bytes = await readFile(layer?.path ?? "");
  bytes[bytes.indexOf("one\n")] = 0x4f;
  await writeFile(layer?.path ?? "", bytes);
  const postinst = script("sed s/e/E/ /srv/list > /srv/other", "rm /srv/list");

  const assembling = workshop.assemble({ parent, debs: [{ name: "b", control: { postinst } }] });

  await expect(assembling).rejects.toMatchObject({ code: "store-damaged" });
});

test("triggers that set each other off end, and are told", async () => {
  await using workshop = await createWorkshop();
  const control = (own: string, other: string) => ({
    triggers: `interest ${own}\n`,
    postinst: script(`echo "$*" >> /log`, `dpkg-trigger --no-await ${other}`),
  });

  const { layers } = await workshop.assemble({
    debs: [
      { name: "a", control: control("for-a", "for-b") },
      { name: "b", control: control("for-b", "for-a") },
    ],
  });

  const log = (await itemsOf(layers[0])).get("log")?.content ?? "";
  expect(log.split("\n").filter((line) => line === "triggered for-a")).toHaveLength(20);
  expect(workshop.notices).toEqual([
    'info: Image "made-up": the postinst of a was undone, because triggers set each other off without an end. Nothing is known to be missing.',
  ]);
});

test("what a script looks at of the project's files makes the layer anew when it changes", async () => {
  await using workshop = await createWorkshop();
  const source = join(workshop.folder, "answer");
  const postinst = "#!/bin/sh\ncp /srv/answer /copied\n";
  const build = async (text: string): Promise<string | undefined> => {
    await writeFile(source, text);
    const files = [
      { source, target: "/srv/answer", uid: 0, gid: 0 },
      { source, target: "/srv/other", uid: 0, gid: 0 },
    ];
    const parent = await workshop.assemble({ image: { files } });
    const { layers } = await workshop.assemble({
      parent,
      debs: [{ name: "a", control: { postinst } }],
    });
    return (await itemsOf(layers[1])).get("copied")?.content;
  };

  expect(await build("one")).toBe("one");
  expect(await build("two")).toBe("two");
  workshop.unpacked.length = 0;
  expect(await build("two")).toBe("two");
  expect(workshop.unpacked).toEqual([]);
});

test("answers of the manifest reach the scripts; every other question keeps its default", async () => {
  await using workshop = await createWorkshop();
  const templates = `Template: p/kind
Type: string
Default: none
Description: Kind

Template: p/name
Type: string
Default: nobody
Description: Name
`;
  const postinst = `#!/bin/sh
. /usr/share/debconf/confmodule
db_get p/kind
kind=$RET
db_get p/name
echo "$kind $RET" > /answers
`;

  const { layers } = await workshop.assemble({
    debs: [{ name: "p", control: { templates, postinst } }],
    image: { debconf: new Map([["p/kind", "Internet Site"]]) },
  });

  expect((await itemsOf(layers[0])).get("answers")?.content).toBe("Internet Site nobody\n");
});

test("alternatives that scripts say in plain words are in the image, of several the best", async () => {
  await using workshop = await createWorkshop();
  const install = (name: string, priority: number): string =>
    `#!/bin/sh\nset -e\nupdate-alternatives --install /usr/lib/libblas.so.3 \\\n  libblas.so.3 /usr/lib/${name}/libblas.so.3 ${priority} \\\n  --slave /usr/lib/liblapack.so.3 liblapack.so.3 /usr/lib/${name}/liblapack.so.3 \\\n  --slave /usr/share/man/x.1 x.1 /usr/share/man/${name}.1\n`;

  const { layers } = await workshop.assemble({
    debs: ["atlas", "openblas"].map((name) => ({
      name,
      files: [
        file(`usr/lib/${name}/libblas.so.3`, name),
        file(`usr/lib/${name}/liblapack.so.3`, name),
        file(`usr/share/man/${name}.1`, name),
      ],
      control: { postinst: install(name, name === "openblas" ? 100 : 10) },
    })),
    image: { exclude: ["/usr/share/man"] },
  });

  const items = await itemsOf(layers[0]);
  const targets = (path: string): string | undefined => items.get(path)?.target;
  expect(targets("usr/lib/libblas.so.3")).toBe("/etc/alternatives/libblas.so.3");
  expect(targets("etc/alternatives/libblas.so.3")).toBe("/usr/lib/openblas/libblas.so.3");
  expect(targets("etc/alternatives/liblapack.so.3")).toBe("/usr/lib/openblas/liblapack.so.3");
  expect(items.has("etc/alternatives/x.1")).toBe(false);
  expect(workshop.notices).toEqual([]);
});

test("a file that another package diverts makes way for it", async () => {
  await using workshop = await createWorkshop();
  const preinst = `#!/bin/sh
set -e
if [ "$1" = "install" ]; then
    dpkg-divert --package parallel --add --rename \\
                --divert /usr/bin/parallel.moreutils \\
                /usr/bin/parallel
fi
`;

  const { layers } = await workshop.assemble({
    debs: [
      { name: "moreutils", files: [file("usr/bin/parallel", "moreutils")] },
      { name: "parallel", files: [file("usr/bin/parallel", "gnu")], control: { preinst } },
    ],
  });

  const items = await itemsOf(layers[0]);
  expect(items.get("usr/bin/parallel")?.content).toBe("gnu");
  expect(items.get("usr/bin/parallel.moreutils")?.content).toBe("moreutils");
  expect(items.get("var/lib/dpkg/diversions")?.content).toBe(
    "/usr/bin/parallel\n/usr/bin/parallel.moreutils\nparallel\n",
  );
  expect(workshop.notices).toEqual([]);
});

test("nothing unfinished is left in the store, done or failed", async () => {
  await using workshop = await createWorkshop();
  const { readdir } = await import("node:fs/promises");

  await workshop.assemble({ debs: [{ name: "a", files: [file("a", "a")] }] });
  await workshop
    .assemble({ debs: [{ name: "b", files: [file("../b", "b")] }] })
    .catch(() => undefined);

  expect(await readdir(`${workshop.store.directory}/tmp`)).toEqual([]);
});

test("the recorded offset of a file is where its content lies in the tar", async () => {
  await using workshop = await createWorkshop();

  const { layers } = await workshop.assemble({
    debs: [{ name: "a", files: [file("usr/a", "first"), file("usr/b", "second")] }],
  });

  const [layer] = layers;
  const tar = await readFile(layer?.path ?? "");
  const entry = layer?.entries.find("usr/b");
  expect(tar.toString("utf8", entry?.offset, (entry?.offset ?? 0) + (entry?.size ?? 0))).toBe(
    "second",
  );
});

test("scripts have a temporary folder where no package brings one, and none is left", async () => {
  await using workshop = await createWorkshop();
  const lines = ["set -e", "made=$(mktemp)", "echo x > $made", "cp $made /srv-of-a"];
  const a = { name: "a", control: { postinst: `#!/bin/sh\n${lines.join("\n")}\n` } };
  const files = [folder("tmp", { mode: 0o1777 })];

  const { layers } = await workshop.assemble({ debs: [a] });
  const { layers: withFolder } = await workshop.assemble({ debs: [a, { name: "base", files }] });

  const items = await itemsOf(layers[0]);
  expect(items.get("srv-of-a")?.content).toBe("x\n");
  expect([...items.keys()].filter((path) => path.includes("tmp"))).toEqual([]);
  expect((await itemsOf(withFolder[0])).get("tmp/")).toMatchObject({ mode: 0o1777 });
});

test("scripts find /run where no package brings it, which stays with what they made", async () => {
  await using workshop = await createWorkshop();
  const postinst = "#!/bin/sh\nset -e\ntest -d /run\ntouch /found\n";
  const asking = { name: "a", control: { postinst } };
  const making = { name: "b", control: { postinst: `${postinst}mkdir /run/b\n` } };

  const { layers } = await workshop.assemble({ debs: [asking] });
  const { layers: withOwn } = await workshop.assemble({ debs: [making] });

  const items = await itemsOf(layers[0]);
  expect(items.has("found")).toBe(true);
  expect([...items.keys()].filter((path) => path.startsWith("run"))).toEqual([]);
  expect((await itemsOf(withOwn[0])).has("run/b/")).toBe(true);
});

test("without the essential packages scripts find the accounts that every Debian has", async () => {
  await using workshop = await createWorkshop();
  const postinst = `#!/bin/sh
set -e
chown root:adm "$(mktemp)"
adduser --system --no-create-home web
perl -e "" || echo "no perl" > /answer
`;

  const { layers } = await workshop.assemble({ debs: [{ name: "a", control: { postinst } }] });

  const items = await itemsOf(layers[0]);
  expect(workshop.notices).toEqual([]);
  expect(items.get("etc/passwd")?.content).toContain("www-data:x:33:33:");
  expect(items.get("etc/passwd")?.content).toContain("\nweb:x:100:65534:");
  expect(items.get("answer")?.content).toBe("no perl\n");
});

test("an odd first line of a script that is undone takes no time", async () => {
  await using workshop = await createWorkshop();
  const postinst = `#!${"a".repeat(100_000)}/\n`;

  await workshop.assemble({ debs: [{ name: "a", control: { postinst } }] });

  expect(workshop.notices).toHaveLength(1);
});
