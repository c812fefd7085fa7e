import { describe, expect, test } from "vitest";
import { type ADeb, installDebs } from "../../../support/install-debs.ts";

/**
 * Each script writes down its package, its kind, its words and whether its package's file is
 * there.
 */
const log = (kind: string): string =>
  `#!/bin/sh
[ "$#" -lt 2 ] || words="$2"
echo "$DPKG_MAINTSCRIPT_PACKAGE ${kind} $1,$words $(ls /usr/share/$DPKG_MAINTSCRIPT_PACKAGE /etc/$DPKG_MAINTSCRIPT_PACKAGE.conf 2>/dev/null | tr '\\n' ' ')" >>/log
`;

const plain = (name: string, fields: ADeb["fields"] = {}): ADeb => ({
  name,
  fields,
  scripts: {
    preinst: log("preinst"),
    postinst: log("postinst"),
    config: log("config"),
    conffiles: `/etc/${name}.conf\n`,
  },
  files: { [`/usr/share/${name}`]: name, [`/etc/${name}.conf`]: "setting" },
});

const lines = (text: string | undefined): readonly string[] =>
  (text ?? "").replace(/\n$/, "").split("\n");

// Source: Debian Policy 6.5 to 6.7, deb-triggers(5); the order of names among those that do not
// depend on each other is qclock's own.
describe("packages are laid down as dpkg does it", () => {
  test("each one's preinst and its files, then configuration files, config and postinst", async () => {
    const { left, textOf } = await installDebs([plain("a", { Depends: "b" }), plain("b")]);
    expect(left).toEqual([]);
    expect(lines(textOf("/log"))).toEqual([
      "b preinst install, ",
      "a preinst install, ",
      "b config configure, /etc/b.conf /usr/share/b ",
      "b postinst configure, /etc/b.conf /usr/share/b ",
      "a config configure, /etc/a.conf /usr/share/a ",
      "a postinst configure, /etc/a.conf /usr/share/a ",
    ]);
    expect(textOf("/etc/a.conf")).toBe("setting");
  });

  test("configuration files lie beside until their package is configured", async () => {
    const look = "#!/bin/sh\nls /etc/b.conf >/seen 2>/dev/null || echo none >/seen\n";
    const { textOf } = await installDebs([
      { name: "a", scripts: { postinst: look }, files: {} },
      plain("b"),
    ]);
    expect(textOf("/seen")).toBe("none\n");
  });

  test("what a package needs before it is unpacked is configured before", async () => {
    const { textOf } = await installDebs([plain("a", { "Pre-Depends": "z" }), plain("z")]);
    expect(lines(textOf("/log")).map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "z preinst",
      "z config",
      "z postinst",
      "a preinst",
      "a config",
      "a postinst",
    ]);
  });

  test("the database has each package, and its scripts and files", async () => {
    const { textOf } = await installDebs([plain("a"), plain("b")]);
    expect(textOf("/var/lib/dpkg/status")).toMatch(
      /^Package: a\nStatus: install ok installed\n[^]*Package: b\nStatus: install ok installed\n/,
    );
    expect(textOf("/var/lib/dpkg/info/a.postinst")).toBe(log("postinst"));
    expect(textOf("/var/lib/dpkg/info/a.list")).toContain("/usr/share/a\n");
  });

  test("without packages there is no database, and no folder of the merged /usr", async () => {
    const { root, accounts } = await installDebs([]);
    expect(root.lstat("/var/lib/dpkg/status")).toBeUndefined();
    expect(root.lstat("/bin")).toBeUndefined();
    expect(accounts).toHaveLength(1);
  });

  test("the folders of the merged /usr are made in a first layer alone", async () => {
    const first = await installDebs([plain("a")]);
    expect(first.root.readlink("/bin")).toBe("usr/bin");
    const second = await installDebs([plain("a")], { isFirst: false });
    expect(second.root.lstat("/bin")).toBeUndefined();
  });
});

describe("accounts come", () => {
  test("from base-passwd when it is unpacked, and from what Debian has usually without it", async () => {
    const own = await installDebs([plain("base-passwd"), plain("a")]);
    expect(own.accounts).toEqual([
      {
        passwd: "usr/share/base-passwd/passwd.master",
        group: "usr/share/base-passwd/group.master",
        shadowGroup: 42,
      },
    ]);
    const usual = await installDebs([plain("a")]);
    expect(usual.accounts).toHaveLength(1);
    expect(usual.accounts[0]?.usual?.passwd).toMatch(/^root:\*:0:0:root:/);
    expect(usual.accounts[0]?.usual?.group).toMatch(/^root:\*:0:\n/);
  });

  test("of an image without packages from what lies below", async () => {
    const { accounts } = await installDebs([]);
    expect(accounts[0]).not.toHaveProperty("usual");
  });
});

describe("base-files", () => {
  test("makes the folders of /run before its files, and the identity of a machine after all", async () => {
    const { root, changers } = await installDebs([plain("base-files"), plain("a")]);
    expect(root.readlink("/var/run")).toBe("/run");
    expect(root.readlink("/var/lock")).toBe("/run/lock");
    expect(root.stat("/run/lock")?.mode).toBe(0o1777);
    expect(root.stat("/etc/machine-id")).toMatchObject({ size: 0, mode: 0o444 });
    expect(changers.indexOf("base-files")).toBeLessThan(changers.indexOf("machine-id"));
  });

  test("that is not there makes none of it", async () => {
    const { root } = await installDebs([plain("a")]);
    expect(root.lstat("/etc/machine-id")).toBeUndefined();
    expect(root.lstat("/var/lock")).toBeUndefined();
  });

  test("leaves an identity that is there", async () => {
    const { textOf } = await installDebs([plain("base-files")], {
      prepare: (root) => root.write("/etc/machine-id", Buffer.from("x")),
    });
    expect(textOf("/etc/machine-id")).toBe("x");
  });
});

describe("scripts", () => {
  test("are not called where they are to be left alone", async () => {
    const { left, textOf, changers } = await installDebs([plain("a")], { scripts: "none" });
    expect(left).toEqual([]);
    expect(textOf("/log")).toBeUndefined();
    expect(textOf("/usr/share/a")).toBe("a");
    expect(changers).toEqual(["usr-merge", "dpkg"]);
  });

  test("that need what is not there are undone, told, and the others go on", async () => {
    const needy = "#!/bin/sh\nmkdir /made\nunknown-tool --now\n";
    const { left, root, textOf } = await installDebs([
      { name: "a", scripts: { postinst: needy }, files: {} },
      plain("b"),
    ]);
    expect(root.lstat("/made")).toBeUndefined();
    expect(left).toMatchObject([
      {
        package: "a",
        script: "postinst",
        place: { line: 3 },
        reason: 'it needs the command "unknown-tool"',
        effects: [{ text: "the folder /made" }, { text: "what unknown-tool does" }],
        call: {
          path: "/var/lib/dpkg/info/a.postinst",
          args: ["configure", ""],
          environment: {
            DPKG_MAINTSCRIPT_PACKAGE: "a",
            DPKG_MAINTSCRIPT_NAME: "postinst",
            DPKG_MAINTSCRIPT_ARCH: "amd64",
            SOURCE_DATE_EPOCH: "1704067200",
          },
        },
      },
    ]);
    expect(lines(textOf("/log")).at(-1)).toContain("b postinst");
  });

  test("that only ask questions are not run by themselves", async () => {
    const { left } = await installDebs([
      { name: "a", scripts: { config: "#!/bin/sh\nunknown-tool\n" }, files: {} },
    ]);
    expect(left).toMatchObject([
      { script: "config", notRun: expect.stringContaining("questions of debconf") },
    ]);
    expect(left[0]).not.toHaveProperty("call");
  });

  test("that end with another status than 0 are told without a place", async () => {
    const { left } = await installDebs([
      { name: "a", scripts: { preinst: "#!/bin/sh\nexit 3\n" }, files: {} },
    ]);
    expect(left).toMatchObject([{ package: "a", script: "preinst" }]);
    expect(left[0]).not.toHaveProperty("place");
  });

  test.each([
    ["perl", "postinst", ["what a script in perl does"]],
    ["python3", "postinst", ["what a script in python3 does"]],
    ["perl", "config", []],
    ["bash", "postinst", ["what unknown-tool does"]],
  ])("in %s as %s would have made: %j", async (language, kind, effects) => {
    const text = `#!/usr/bin/${language}\nunknown-tool\n`;
    const { left } = await installDebs([{ name: "a", scripts: { [kind]: text }, files: {} }]);
    expect(left[0]?.effects.map((each) => each.text)).toEqual(effects);
  });

  test("answer questions with what the manifest says", async () => {
    const templates = "Template: a/name\nType: string\nDefault: none\nDescription: x\n";
    const postinst =
      '#!/bin/sh\n. /usr/share/debconf/confmodule\ndb_get a/name\necho "$RET" >/answer\n';
    const debs = [{ name: "a", scripts: { postinst, templates }, files: {} }];
    const { textOf } = await installDebs(debs, { answers: new Map([["a/name", "given"]]) });
    expect(textOf("/answer")).toBe("given\n");
    expect((await installDebs(debs)).textOf("/answer")).toBe("none\n");
  });
});

describe("triggers", () => {
  const interested = (name: string, trigger: string, more = ""): ADeb => ({
    name,
    scripts: {
      triggers: `interest-noawait ${trigger}\n`,
      postinst: `#!/bin/sh\necho "${name} $1 $2" >>/log\n${more}`,
    },
    files: {},
  });

  test("run when all packages are configured, once for what was set off until then", async () => {
    const { textOf } = await installDebs([
      interested("a", "/usr/share/icons"),
      interested("b", "refresh"),
      {
        name: "c",
        scripts: { triggers: "activate-noawait refresh\n", postinst: "#!/bin/sh\necho c >>/log\n" },
        files: { "/usr/share/icons/": "", "/usr/share/icons/x": "", "/usr/share/icons/y": "" },
      },
      { name: "d", scripts: { postinst: "#!/bin/sh\ndpkg-trigger refresh\n" }, files: {} },
    ]);
    expect(lines(textOf("/log"))).toEqual([
      "a configure ",
      "b configure ",
      "c",
      "b triggered refresh",
    ]);
  });

  test("of a package below run as well, by the script that it left", async () => {
    const { textOf } = await installDebs(
      [{ name: "new", scripts: { triggers: "activate-noawait refresh\n" }, files: {} }],
      {
        isFirst: false,
        prepare: (root) => {
          root.write(
            "/var/lib/dpkg/status",
            Buffer.from(
              "Package: old\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n",
            ),
          );
          root.add("/var/lib/dpkg/info/old.postinst", {
            kind: "file",
            mode: 0o755,
            content: Buffer.from('#!/bin/sh\necho "$1 $2" >/told\n'),
          });
          root.write("/var/lib/dpkg/triggers/refresh", Buffer.from("old/noawait\n"));
        },
      },
    );
    expect(textOf("/told")).toBe("triggered refresh\n");
  });

  test("that set each other off end after twenty rounds, and are told once", async () => {
    const again = (trigger: string): string => `[ "$1" != triggered ] || dpkg-trigger ${trigger}\n`;
    const { left, textOf } = await installDebs([
      interested("a", "one", again("two")),
      interested("b", "two", again("one")),
      { name: "c", scripts: { triggers: "activate-noawait one\n" }, files: {} },
    ]);
    expect(left).toEqual([
      {
        package: "a",
        script: "postinst",
        reason: "triggers set each other off without an end",
        effects: [],
      },
    ]);
    expect(lines(textOf("/log")).filter((line) => line === "a triggered one")).toHaveLength(20);
    expect(lines(textOf("/log")).filter((line) => line === "b triggered two")).toHaveLength(20);
  });
});

test("a file that a package diverts goes where it said", async () => {
  const { textOf } = await installDebs([
    {
      name: "a",
      scripts: {
        preinst:
          "#!/bin/sh\ndpkg-divert --package a --divert /usr/bin/x.old --rename --add /usr/bin/x\n",
      },
      files: { "/usr/bin/x": "of a" },
    },
    { name: "b", files: { "/usr/bin/x": "of b" } },
  ]);
  expect(textOf("/usr/bin/x")).toBe("of a");
  expect(textOf("/usr/bin/x.old")).toBe("of b");
});

test("each change is by a step of dpkg or by a package's script", async () => {
  const { changers } = await installDebs([plain("a")]);
  expect(changers).toEqual([
    "usr-merge",
    "dpkg",
    "a's script",
    "dpkg",
    "a's script",
    "dpkg",
    "a's script",
    "dpkg",
  ]);
});
