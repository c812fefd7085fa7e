import { describe, expect, test } from "vitest";
import { readDatabase } from "../../../../src/packages/rpm/database.ts";
import { tags } from "../../../../src/packages/rpm/header/tags.ts";
import { type AnRpm, TRIGGER_IN } from "../../../support/rpm/an-rpm.ts";
import { installRpms } from "../../../support/rpm/install-rpms.ts";
import { numbers } from "../../../support/rpm/header-entries.ts";

const TRIGGER_BEFORE_IN = 1 << 25;

/** What each script writes of itself: its package, its kind, its arguments and what it reads. */
const log = (what: string): string => `echo "${what} $*:$(cat | tr '\n' ' ')" >>/log`;

const plain = (name: string): AnRpm => ({
  name,
  files: [`/usr/share/t/`, `/usr/share/t/${name}`, `/usr/share/t/${name}2`].map((path) => ({
    path,
  })),
  pretrans: log(`${name} pretrans`),
  pre: log(`${name} pre`),
  post: log(`${name} post`),
  posttrans: log(`${name} posttrans`),
});

const conditions = (flags: number) => ["alpha", "zeta", "owner"].map((name) => ({ name, flags }));
const below = [{ name: "/usr/share/t", flags: TRIGGER_IN }];

const owner: AnRpm = {
  ...plain("owner"),
  files: [{ path: "/usr/share/t/owner" }],
  triggers: [
    { script: log("owner triggerin"), on: conditions(TRIGGER_IN) },
    { script: log("owner triggerprein"), on: conditions(TRIGGER_BEFORE_IN) },
  ],
  fileTriggers: [
    { script: log("owner filetriggerin"), on: below },
    { script: log("owner filetriggerin100"), on: below, priority: 100 },
  ],
  transactionFileTriggers: [
    { script: log("owner transfiletriggerin"), on: below },
    { script: log("never"), on: [{ name: "/usr/share/t/z" }, { name: "/usr/share/t/a" }] },
    { script: log("owner first"), on: below, priority: 2_000_000 },
  ],
};

describe("installing packages", () => {
  /** As rpm 4.18 wrote it for three packages made of the same scripts, in one transaction. */
  test("runs each script when rpm does, with what rpm gives it", async () => {
    const { left, textOf } = await installRpms([plain("alpha"), owner, plain("zeta")]);
    expect(left).toEqual([]);
    const all =
      "/usr/share/t /usr/share/t/zeta /usr/share/t/zeta2 /usr/share/t/owner " +
      "/usr/share/t /usr/share/t/alpha /usr/share/t/alpha2 ";
    expect(textOf("/log")?.split("\n")).toEqual([
      "zeta pretrans 1:",
      "owner pretrans 1:",
      "alpha pretrans 1:",
      "zeta pre 1:",
      "zeta post 1:",
      "owner triggerprein 0 1:",
      "owner pre 1:",
      "owner filetriggerin 0:/usr/share/t/owner ",
      "owner filetriggerin 0:/usr/share/t /usr/share/t/zeta /usr/share/t/zeta2 ",
      "owner post 1:",
      "owner triggerin 1 1:",
      "owner triggerin 1 1:",
      "owner filetriggerin100 0:/usr/share/t/owner ",
      "owner filetriggerin100 0:/usr/share/t /usr/share/t/zeta /usr/share/t/zeta2 ",
      "owner triggerprein 1 0:",
      "alpha pre 1:",
      "owner filetriggerin 0:/usr/share/t /usr/share/t/alpha /usr/share/t/alpha2 ",
      "alpha post 1:",
      "owner triggerin 1 1:",
      "owner filetriggerin100 0:/usr/share/t /usr/share/t/alpha /usr/share/t/alpha2 ",
      "zeta posttrans 1:",
      "owner posttrans 1:",
      "alpha posttrans 1:",
      `owner first 0:${all}`,
      `owner transfiletriggerin 0:${all}`,
      "",
    ]);
  });

  test("files belong to the accounts that scripts made before, and to root where there is none", async () => {
    const { left, root } = await installRpms([
      {
        name: "edge-scripts",
        pre: `getent group apache >/dev/null || groupadd -f -g 48 -r apache
getent passwd apache >/dev/null || useradd -r -u 48 -g apache -s /sbin/nologin -d /usr/share/web -c Apache apache
getent passwd other || useradd -r other`,
        files: [
          { path: "/usr/share/web/", user: "apache", group: "apache" },
          { path: "/usr/share/web/lost", user: "nowhere", group: "apache", mode: 0o6755 },
          { path: "/usr/share/web/mail", user: "other", group: "mail", mode: 0o2755 },
        ],
      },
    ]);
    expect(left).toEqual([]);
    expect(root.stat("/usr/share/web")).toMatchObject({ uid: 48, gid: 48 });
    expect(root.stat("/usr/share/web/lost")).toMatchObject({ uid: 0, gid: 48, mode: 0o2755 });
    expect(root.stat("/usr/share/web/mail")).toMatchObject({ uid: 999, gid: 12, mode: 0o2755 });
    const shadow = Buffer.from(root.read("/etc/shadow")).toString();
    expect(shadow).toContain("apache:!!:19723::::::\n");
  });

  test("of several packages that have a folder the last one says what it is like", async () => {
    const { root } = await installRpms([
      { name: "b", files: [{ path: "/srv/", mode: 0o755 }] },
      { name: "a", files: [{ path: "/srv/", mode: 0o700, group: "mail" }] },
    ]);
    // Without needs the last by name comes first.
    expect(root.stat("/srv")).toMatchObject({ mode: 0o700, gid: 12 });
  });

  test("a program by itself is run without arguments", async () => {
    const { left, textOf } = await installRpms([
      { name: "lib", files: [{ path: "/etc/" }], post: "", program: ["/sbin/ldconfig"] },
    ]);
    expect(left).toEqual([]);
    expect(textOf("/etc/ld.so.cache")).toMatch(/^glibc-ld.so.cache1.1/);
  });

  test("a script in Lua makes folders before any package is there", async () => {
    const { left, root } = await installRpms([
      {
        name: "filesystem",
        program: ["<lua>"],
        pretrans: `for _, d in ipairs({"bin", "lib64"}) do
            posix.mkdir("/usr") posix.mkdir("/usr/" .. d) posix.symlink("usr/" .. d, "/" .. d)
          end`,
        files: [
          { path: "/usr/", mode: 0o755 },
          { path: "/usr/bin/", mode: 0o555 },
          { path: "/bin", link: "usr/bin" },
        ],
      },
    ]);
    expect(left).toEqual([]);
    expect(root.readlink("/lib64")).toBe("usr/lib64");
    expect(root.stat("/bin")).toMatchObject({ kind: "directory", mode: 0o555 });
  });

  test("a script that cannot be interpreted leaves nothing, and is told with its effect", async () => {
    const { left, root } = await installRpms([
      {
        name: "odd",
        pre: "mkdir /made\nunknown-tool --do",
        post: "os.rename()",
        program: ["/bin/sh"],
      },
      { name: "python", post: "print(1)", program: ["/usr/bin/python3"] },
      { name: "lua", post: "x = 1\nsetmetatable({}, {})", program: ["<lua>"] },
      {
        name: "macros",
        post: "echo %{_libdir}",
        more: [numbers(tags.postInstallFlags, [1])],
      },
    ]);
    expect(root.stat("/made")).toBeUndefined();
    const told = left.map(({ package: name, script, reason, place, call }) => ({
      name,
      script,
      reason,
      line: place?.line,
      call: call?.path,
    }));
    expect(told.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      {
        name: "lua",
        script: "%post",
        reason: "it needs setmetatable of Lua",
        line: 2,
        call: undefined,
      },
      {
        name: "macros",
        script: "%post",
        reason: "it needs macros that rpm expands",
        line: undefined,
        call: undefined,
      },
      {
        name: "odd",
        script: "%pre",
        reason: 'it needs the command "unknown-tool"',
        line: 2,
        call: "/bin/sh",
      },
      expect.objectContaining({
        name: "odd",
        script: "%post",
        reason: "it needs syntax of bash: end of file unexpected",
        line: 1,
      }),
      {
        name: "python",
        script: "%post",
        reason: "it needs an interpreter of python3",
        line: 1,
        call: "/bin/sh",
      },
    ]);
  });

  test("triggers that cannot be interpreted can be run, with what they are given", async () => {
    const { left } = await installRpms([
      { name: "alpha", files: [{ path: "/usr/share/t/alpha" }] },
      {
        name: "owner",
        requires: [{ name: "alpha" }],
        triggers: [{ script: "unknown-tool", on: [{ name: "alpha", flags: TRIGGER_IN }] }],
        transactionFileTriggers: [{ script: "unknown-tool", on: below }],
        posttrans: "setmetatable({}, {})",
        program: ["<lua>"],
      },
    ]);
    expect(left.map(({ script, call, notRun }) => ({ script, args: call?.args, notRun }))).toEqual([
      { script: "%triggerin", args: ["-c", "unknown-tool", "/bin/sh", "1", "1"] },
      { script: "%posttrans", notRun: "Lua is a part of rpm and no program of an image" },
      {
        script: "%transfiletriggerin",
        args: [
          "-c",
          expect.stringContaining("exec"),
          ..."/bin/sh 1 unknown-tool 1".split(" "),
          "/usr/share/t/alpha\n",
          ..."/bin/sh /tmp/rpm-tmp.script 0".split(" "),
        ],
      },
    ]);
  });

  test("the database of the image is extended, and triggers of packages below are set off", async () => {
    const { root } = await installRpms([owner]);
    root.remove("/log");
    const { left, textOf } = await installRpms([plain("zeta")], { root, isFirst: false });
    expect(left).toEqual([]);
    const files = "/usr/share/t /usr/share/t/zeta /usr/share/t/zeta2 ";
    expect(textOf("/log")?.split("\n")).toEqual([
      "zeta pretrans 1:",
      "owner triggerprein 1 0:",
      "zeta pre 1:",
      `owner filetriggerin 0:${files}`,
      "zeta post 1:",
      "owner triggerin 1 1:",
      `owner filetriggerin100 0:${files}`,
      "zeta posttrans 1:",
      `owner first 0:${files}`,
      `owner transfiletriggerin 0:${files}`,
      "",
    ]);
    expect(readDatabase(root).map((header) => header.text(tags.name))).toEqual(["owner", "zeta"]);
  });

  /** As rpm 4.18 wrote it for packages made of the same scripts, in two transactions. */
  test("a trigger's prefix is a text, by which the folders of packages there are found", async () => {
    const watching = (name: string, prefix: string): AnRpm => ({
      name,
      fileTriggers: [{ script: log(`${name} in`), on: [{ name: prefix, flags: TRIGGER_IN }] }],
      transactionFileTriggers: [
        { script: log(`${name} trans`), on: [{ name: prefix, flags: TRIGGER_IN }] },
      ],
    });
    const triggers = [watching("folder", "/opt/ab"), watching("name", "/opt/abf")];
    const data: AnRpm = {
      name: "data",
      files: [{ path: "/opt/ab/y" }, { path: "/opt/abc/x" }, { path: "/opt/abfile" }],
    };
    const files = "/opt/ab/y /opt/abc/x /opt/abfile ";

    const { root, textOf } = await installRpms(triggers);
    await installRpms([data], { root, isFirst: false });
    expect(textOf("/log")?.split("\n").toSorted()).toEqual([
      "",
      `folder in 0:${files}`,
      `folder trans 0:${files}`,
      "name in 0:/opt/abfile ",
    ]);

    const later = await installRpms([data]);
    await installRpms(triggers, { root: later.root, isFirst: false });
    expect(later.textOf("/log")?.split("\n").toSorted()).toEqual([
      "",
      `folder in 0:${files}`,
      `folder trans 0:${files}`,
    ]);
  });

  test("a database below that is none is refused, and what is wrong with it is said", async () => {
    const { root } = await installRpms([plain("alpha")]);
    root.write("/var/lib/rpm/rpmdb.sqlite", Buffer.from("no database"));
    await expect(installRpms([plain("zeta")], { root, isFirst: false })).rejects.toMatchObject({
      code: "package-corrupt",
      message: expect.stringMatching(
        /^The packages cannot be entered into the database of RPM: \/var\/lib\/rpm\/rpmdb.sqlite of a layer below cannot be read: .+\.$/,
      ),
    });
  });

  test("with scripts: none nothing is interpreted, and files are there", async () => {
    const { left, root } = await installRpms([plain("alpha")], { scripts: "none" });
    expect(left).toEqual([]);
    expect(root.stat("/log")).toBeUndefined();
    expect(root.stat("/usr/share/t/alpha")).toBeDefined();
  });
});
