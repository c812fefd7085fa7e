import { describe, expect, test } from "vitest";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import type { Command } from "../../../../../src/packages/scripts/command.ts";
import { baseCommands } from "../../../../../src/packages/scripts/commands/table.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand } from "../../../../support/command-call.ts";

/** Says with which umask and words it was called, and gives the status that its name ends with. */
const program: Command = ({ name, args, umask, stdout }) => {
  stdout.write(`${name} ${[umask.toString(8), ...args].join(" ")}\n`);
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
};
const commands = new Map([
  ...baseCommands({ machine: "x86_64" }),
  ...["run0", "run3", "run126", "run127", "run255"].map((name) => [name, program] as const),
]);

function answer(line: string, options: { env?: Record<string, string>; stdin?: string } = {}) {
  const root = new MemoryRoot({ now: 1_700_000_000 });
  const put = (path: string, content: string, mode = 0o644): void =>
    root.add(path, { kind: "file", mode, content: toBytes(content) });
  put(
    "/etc/passwd",
    "root:x:0:0:root:/root:/bin/sh\nsync:x:4:65534:s:/bin:/bin/sync\nx:x:0:9:twin::\nplain:x:1000:100::/:\n",
  );
  put("/etc/group", "root:x:0:\nadm:x:4:plain,sync\nusers:x:100:plain\ntwin:x:4:\n");
  put("/etc/shadow", "root:*:1:0:99999:7:::\n");
  put("/etc/services", "ssh 22/tcp\n");
  put("/usr/bin/tool", "", 0o755);
  put("/bin/tool", "", 0o711);
  put("/sbin/tool", "", 0o644);
  put("/opt/mine", "", 0o755);
  for (const name of ["run0", "run3", "run127"]) put(`/parts/${name}`, "", 0o755);
  put("/parts/plain", "", 0o644);
  put("/parts/with.dot", "", 0o755);
  put("/parts/a.dpkg-old", "", 0o755);
  root.add("/parts/folder", { kind: "directory", mode: 0o755 });
  root.add("/tmp", { kind: "directory", mode: 0o1777 });
  root.add("/var/tmp", { kind: "directory", mode: 0o1777 });
  const before = new Set([...root.entries()].map(({ path }) => path));
  const { status, stdout, stderr, wanted } = callCommand(line.split(" "), {
    root,
    commands,
    env: { PATH: "/usr/bin:/bin:/sbin", ...options.env },
    stdin: options.stdin ?? "",
  });
  const made = [...root.entries()]
    .filter(({ path }) => !before.has(path))
    .map(({ path, status: node }) => `${node.kind} ${path} ${node.mode.toString(8)}`);
  return { status, stdout, errors: stderr, wanted, made };
}

describe("mktemp and tempfile make what they name", () => {
  test.each([
    ["mktemp", "/tmp/tmp.aaaaaaaaa0", "file /tmp/tmp.aaaaaaaaa0 600"],
    ["mktemp -d", "/tmp/tmp.aaaaaaaaa0", "directory /tmp/tmp.aaaaaaaaa0 700"],
    ["mktemp -q", "/tmp/tmp.aaaaaaaaa0", "file /tmp/tmp.aaaaaaaaa0 600"],
    ["mktemp /var/xXXXX", "/var/xaaa0", "file /var/xaaa0 600"],
    ["mktemp xXXX", "xaa0", "file /xaa0 600"],
    ["mktemp xXXX.conf", "xaa0.conf", "file /xaa0.conf 600"],
    ["mktemp --suffix=.c xXXX", "xaa0.c", "file /xaa0.c 600"],
    ["mktemp -t xXXX", "/tmp/xaa0", "file /tmp/xaa0 600"],
    ["mktemp -p /var/tmp xXXX", "/var/tmp/xaa0", "file /var/tmp/xaa0 600"],
    ["mktemp -p /var/tmp", "/var/tmp/tmp.aaaaaaaaa0", "file /var/tmp/tmp.aaaaaaaaa0 600"],
    ["mktemp --tmpdir xXXX", "/tmp/xaa0", "file /tmp/xaa0 600"],
    ["mktemp --tmpdir=/var/tmp xXXX", "/var/tmp/xaa0", "file /var/tmp/xaa0 600"],
    ["mktemp -d --tmpdir=/var d.XXX", "/var/d.aa0", "directory /var/d.aa0 700"],
    ["tempfile", "/tmp/fileaaaaa0", "file /tmp/fileaaaaa0 600"],
    ["tempfile -p abcdefg", "/tmp/abcdeaaaaa0", "file /tmp/abcdeaaaaa0 600"],
    ["tempfile -d /var/tmp -s .x", "/var/tmp/fileaaaaa0.x", "file /var/tmp/fileaaaaa0.x 600"],
    ["tempfile -m 640", "/tmp/fileaaaaa0", "file /tmp/fileaaaaa0 640"],
    ["tempfile -n /tmp/own", "/tmp/own", "file /tmp/own 600"],
  ])("%s: %s", (line, told, made) => {
    expect(answer(line)).toMatchObject({ status: 0, stdout: `${told}\n`, made: [made] });
  });

  test("TMPDIR is where they are made, unless it is told", () => {
    const env = { TMPDIR: "/var/tmp" };
    expect(answer("mktemp", { env }).stdout).toBe("/var/tmp/tmp.aaaaaaaaa0\n");
    expect(answer("mktemp -p /tmp", { env }).stdout).toBe("/tmp/tmp.aaaaaaaaa0\n");
    expect(answer("mktemp /xXXX", { env }).stdout).toBe("/xaa0\n");
  });

  test("one that is only to be named is not made", () => {
    expect(answer("mktemp -u")).toMatchObject({ stdout: "/tmp/tmp.aaaaaaaaa0\n", made: [] });
  });

  test.each(["mktemp -t /xXXX", "mktemp -p /nowhere", "tempfile x", "mktemp xXX", "mktemp a b"])(
    "%s is refused",
    (line) => {
      expect(answer(line)).toMatchObject({ status: 1, stdout: "", made: [] });
      expect(answer(line).errors).not.toBe("");
    },
  );
});

describe("getent looks into the root's files", () => {
  test.each([
    ["getent passwd sync", "sync:x:4:65534:s:/bin:/bin/sync\n"],
    ["getent passwd 1000", "plain:x:1000:100::/:\n"],
    ["getent passwd 0", "root:x:0:0:root:/root:/bin/sh\n"],
    ["getent group adm users", "adm:x:4:plain,sync\nusers:x:100:plain\n"],
    ["getent group 4", "adm:x:4:plain,sync\n"],
    ["getent group", "root:x:0:\nadm:x:4:plain,sync\nusers:x:100:plain\ntwin:x:4:\n"],
    ["getent shadow root", "root:*:1:0:99999:7:::\n"],
  ])("%s", (line, told) => {
    expect(answer(line)).toMatchObject({ status: 0, stdout: told });
  });

  test.each([
    ["getent passwd nobody", ""],
    ["getent group 77", ""],
    ["getent group adm nobody", "adm:x:4:plain,sync\n"],
    ["getent hosts localhost", ""],
    ["getent ahosts localhost", ""],
    ["getent netgroup x", ""],
  ])("%s finds not all: status 2", (line, told) => {
    expect(answer(line)).toMatchObject({ status: 2, stdout: told });
  });
});

describe("id and groups know the root's accounts", () => {
  test.each([
    ["id plain", "uid=1000(plain) gid=100(users) groups=100(users),4(adm)"],
    ["id -G plain", "100 4"],
    ["id -Gn plain", "users adm"],
    ["id -gn sync", "65534"],
    ["id -un sync", "sync"],
    ["groups plain", "plain : users adm"],
    ["id -u root", "0"],
  ])("%s: %s", (line, told) => {
    expect(answer(line)).toMatchObject({ status: 0, stdout: `${told}\n` });
  });
});

describe("which and run-parts find programs", () => {
  test.each([
    ["which tool", 0, "/usr/bin/tool\n"],
    ["which -a tool", 0, "/usr/bin/tool\n/bin/tool\n"],
    ["which -s tool", 0, ""],
    ["which tool nosuch", 1, "/usr/bin/tool\n"],
    ["which nosuch tool", 1, "/usr/bin/tool\n"],
    ["which /opt/mine", 0, "/opt/mine\n"],
    ["which -a /opt/mine", 0, "/opt/mine\n"],
    ["which /sbin/tool", 1, ""],
    ["which mine", 1, ""],
    ["which", 1, ""],
    ["run-parts /parts", 1, "/parts/run0 22\n/parts/run127 22\n/parts/run3 22\n"],
    [
      "run-parts --umask=077 -a one --arg=two /parts",
      1,
      "/parts/run0 77 one two\n/parts/run127 77 one two\n/parts/run3 77 one two\n",
    ],
    ["run-parts --exit-on-error /parts", 1, "/parts/run0 22\n/parts/run127 22\n"],
    ["run-parts --reverse --exit-on-error /parts", 1, "/parts/run3 22\n"],
    ["run-parts --test /parts", 0, "/parts/run0\n/parts/run127\n/parts/run3\n"],
    ["run-parts --list /parts", 0, "/parts/plain\n/parts/run0\n/parts/run127\n/parts/run3\n"],
  ])("%s: %i", (line, status, told) => {
    expect(answer(line)).toMatchObject({ status, stdout: told });
  });
});

describe("programs that call others", () => {
  test.each([
    ["env A=1 B=2 printenv A B", 0, "1\n2\n"],
    ["env -i A=1 printenv", 0, "A=1\n"],
    ["env - A=1 printenv", 0, "A=1\n"],
    ["env -u PATH A=1 printenv PATH A", 1, "1\n"],
    ["env A=1 run3 x", 3, "run3 22 x\n"],
    ["env -i A=1 B=x=y", 0, "A=1\nB=x=y\n"],
    ["env -i", 0, ""],
    ["printenv PATH", 0, "/usr/bin:/bin:/sbin\n"],
    ["printenv", 0, "PATH=/usr/bin:/bin:/sbin\n"],
    ["nice -n 5 run3 x", 3, "run3 22 x\n"],
    ["ionice -c 3 run0", 0, "run0 22\n"],
    ["nohup run3 x", 3, "run3 22 x\n"],
    ["timeout 5 run3 x", 3, "run3 22 x\n"],
    ["timeout -k 1 5 run0", 0, "run0 22\n"],
    ["xargs run0", 0, "run0 22 a b\n"],
    ["xargs run3", 123, "run3 22 a b\n"],
    ["xargs -n 1 run3", 123, "run3 22 a\nrun3 22 b\n"],
    ["xargs -n 1 run255", 124, "run255 22 a\n"],
    ["xargs -n 1 run126", 126, "run126 22 a\n"],
    ["xargs -n 1 run127", 127, "run127 22 a\n"],
  ])("%s: %i", (line, status, told) => {
    expect(answer(line, { stdin: "a b\n" })).toMatchObject({ status, stdout: told });
  });
});

describe("options that are not known here are named, and nothing is done", () => {
  test.each([
    ["chmod -v 600 /bin/tool", "-v"],
    ["cmp -l /bin/tool /bin/tool", "cmp"],
    ["cmp -n 1 /bin/tool /bin/tool", "cmp"],
    ["sort -h", "sort"],
    ["sort -M", "sort"],
    ["sort -d", "sort"],
    ["getopt -a -o a", "getopt"],
    ["getopt -s tcsh -o a", "getopt"],
    ["gzip /bin/tool", "gzip"],
    ["seq 1.5", "seq"],
    ["xargs -n 0 run0", "xargs -n 0"],
    ["fold -w 0", "fold"],
    ["fold -w x", "fold"],
    ["stat -c %Q /bin/tool", "%Q"],
    ["ls --nonsense", "--nonsense"],
    ["ls --rev=x", "--rev"],
    ["mkdir -m", "-m"],
    ["echo -e x", "-e"],
    ["run-parts --regex=x /parts", "--regex"],
    ["getent aliases", "aliases"],
  ])("%s", (line, named) => {
    const { wanted, stdout, made } = answer(line, { stdin: "x\n" });
    expect(wanted).toContain(named);
    expect([stdout, made]).toEqual(["", []]);
  });
});

describe("a long option may be cut short where that leaves one meaning", () => {
  test.each([
    ["ls --rev /opt /var", 0],
    ["ls --revers /opt", 0],
    ["sort --num", 0],
    ["sort --ignore-l", 0],
  ])("%s", (line, status) => {
    expect(answer(line).status).toBe(status);
  });

  test.each(["sort --ignore", "sort --x"])("%s is not one of them", (line) => {
    expect(answer(line).wanted).toContain(line.split(" ")[1]);
  });
});
