import { expect, test } from "vitest";
import type { Command } from "../../../../src/packages/scripts/command.ts";
import { toBytes } from "../../../../src/packages/scripts/bytes.ts";
import { emptyRoot, runText, shellCommands } from "../../../support/shell-commands.ts";

const stop = { whenMissing: "stop" } as const;

test("a script that ends well leaves what it did", () => {
  const root = emptyRoot();
  expect(runText("echo a >f; mkdir d", { root })).toMatchObject({ type: "ended", status: 0 });
  expect(root.list("/work")).toEqual(["d", "f"]);
});

test.each([
  ["fails", "echo a >f; exit 3", { type: "ended", status: 3 }],
  ["is no shell's language", "echo a >f; if", { type: "ended", status: 2 }],
  [
    "needs a command",
    "echo a >f; openssl x",
    { type: "needs-more", wanted: 'the command "openssl"' },
  ],
])("a script that %s leaves nothing", (_, text, expected) => {
  const root = emptyRoot();
  const before = [...root.entries()];
  expect(runText(text, { root, ...stop })).toMatchObject(expected);
  expect([...root.entries()]).toEqual(before);
});

test("the report names the line and the script that was read", () => {
  const root = emptyRoot();
  root.add("/lib.sh", { kind: "file", mode: 0o644, content: toBytes("f() {\n\n  unknown a\n}\n") });
  expect(runText(":\nunknown\n", stop)).toMatchObject({ script: "../script", line: 2 });
  for (const [delimiter, text] of [
    ["'E'", "one\ntwo"],
    ["E", "one\ntwo"],
    ["-'E'", "\tone\n\ttwo"],
  ]) {
    const script = `cat <<${delimiter} >/dev/null\n${text}\nE\nunknown\n`;
    expect(runText(script, stop)).toMatchObject({ type: "needs-more", line: 5 });
  }
  expect(runText("set -e\n. /lib.sh\n\nf\n", { root, ...stop })).toMatchObject({
    type: "needs-more",
    script: "/lib.sh",
    line: 3,
  });
});

test("a script asks whether a program is there, and gets the root's answer", () => {
  const root = emptyRoot();
  root.add("/usr/bin/there", { kind: "file", mode: 0o755, content: toBytes("\u007FELF\0") });
  const text = `for x in there missing; do
  if command -v $x >/dev/null; then echo "$x yes"; else echo "$x no"; fi
  [ -x /usr/bin/$x ] && echo "$x file"
  type $x >/dev/null && echo "$x type"
done
if command -v missing; then missing; fi`;
  const outcome = runText(text, { root, ...stop });
  expect(outcome.out).toBe("there yes\nthere file\nthere type\nmissing no\n");
  expect(outcome.type).toBe("ended");
});

test.each([
  ["a binary", "\u007FELF\0\0", 'the program "there"'],
  ["Perl", "#!/usr/bin/perl -w\nprint 1;\n", 'the program "there", which is written for perl'],
  [
    "Python by env",
    "#! /usr/bin/env python3\n",
    'the program "there", which is written for python3',
  ],
])("a program in %s is told when it is called", (_, content, wanted) => {
  const root = emptyRoot();
  root.add("/usr/bin/there", { kind: "file", mode: 0o755, content: toBytes(content) });
  expect(runText("there", { root, ...stop })).toMatchObject({ type: "needs-more", wanted });
});

test("a program of the table answers for its file, by name and by path", () => {
  const root = emptyRoot();
  root.add("/usr/sbin/tool", { kind: "file", mode: 0o755, content: toBytes("#!/usr/bin/perl\n") });
  const tool: Command = ({ name, args, stdout }) => {
    stdout.write(`${name} ${args.join(",")}\n`);
    return 4;
  };
  const commands = new Map([...shellCommands, ["tool", tool]]);
  const outcome = runText("tool a; echo $?; /usr/sbin/tool 'b c'; PATH=/usr/sbin tool", {
    root,
    commands,
    ...stop,
  });
  expect(outcome.out).toBe("tool a\n4\n/usr/sbin/tool b c\ntool \n");
});

test("a command calls others in a process of its own", () => {
  const caller: Command = ({ run, stdout, env }) => {
    const status = run(["sh", "-c", "cat; echo $x; cd /; exit 5"], {
      stdin: toBytes("in\n"),
      env: new Map([...env, ["x", "1"]]),
    });
    stdout.write(`${status}\n`);
    return 0;
  };
  const outcome = runText("caller; pwd", {
    commands: new Map([...shellCommands, ["caller", caller]]),
  });
  expect(outcome.out).toBe("in\n1\n5\n/work\n");
});

test("a command that stands for a file that is sourced sets variables", () => {
  const confmodule: Command = () => 0;
  const get: Command = ({ setVariable, args }) => {
    setVariable("RET", `answer to ${args[0]}`);
    return 0;
  };
  const outcome = runText('. /usr/share/debconf/confmodule; db_get a/b; echo "$RET"', {
    sources: new Map([["/usr/share/debconf/confmodule", confmodule]]),
    commands: new Map([["db_get", get]]),
    ...stop,
  });
  expect(outcome.out).toBe("answer to a/b\n");
});

test("what stands for a secret is there until the script has ended", () => {
  const secret: Command = ({ standIn, path, args }) => {
    standIn(path(args[0] ?? ""));
    return 0;
  };
  const root = emptyRoot();
  const move: Command = ({ path, args: [from = "", to = ""] }) => {
    root.rename(path(from), path(to));
    return 0;
  };
  const link: Command = ({ path, args: [from = "", to = ""] }) => {
    root.link(path(from), path(to));
    return 0;
  };
  const own: readonly (readonly [string, Command])[] = [
    ["secret", secret],
    ["move", move],
    ["link", link],
  ];
  const commands = new Map([...shellCommands, ...own]);
  const request = { root, commands, ...stop };
  expect(runText("secret s; test -f s && echo there", request)).toMatchObject({
    type: "ended",
    out: "there\n",
  });
  expect(root.list("/work")).toEqual([]);
  // Somewhere else it would be taken for a secret that everybody knows.
  expect(runText("secret s; move s t", request)).toMatchObject({
    type: "needs-more",
    wanted: "a secret of its own",
  });
  expect(root.list("/work")).toEqual([]);
  for (const use of ["read x < s", ". ./s", "link s t"]) {
    expect(runText(`secret s; ${use}`, request)).toMatchObject({
      type: "needs-more",
      wanted: "a secret of its own",
    });
    expect(root.list("/work")).toEqual([]);
  }
  expect(runText("secret s; echo text > s; read x < s; echo $x", request).out).toBe("text\n");
  runText("secret s; echo text >> s", request);
  expect(root.list("/work")).toEqual(["s"]);
});

test("nothing of a run depends on when and where it is", () => {
  const temporary: Command = ({ temporaryName, stdout, args, now }) => {
    stdout.write(`${temporaryName(args[0] ?? "")} ${now}\n`);
    return 0;
  };
  const request = { commands: new Map([["temporary", temporary]]) };
  const text =
    "echo $$ $PPID $RANDOM; temporary /tmp/a.XXXXXX; temporary b.XXX; : & echo $!; times";
  const first = runText(text, request);
  expect(runText(text, request)).toEqual(first);
  expect(first.out.split("\n").slice(0, 3)).toEqual([
    "1000 999",
    "/tmp/a.aaaaab 1700000000",
    "b.aac 1700000000",
  ]);
});

test("a script for bash is read as bash does", () => {
  const text = `#!/bin/bash
x=(a "b c" d); echo "\${#x[@]} \${x[1]}"; for i in "\${x[@]}"; do echo "<$i>"; done
x+=(e); echo "\${x[3]}"; y=1; y+=2; echo $y
if [[ $y == 1* && ! -e /nosuch ]]; then echo cond; fi
function f { local a=b; echo $a; }; f
cat <<<"here $y"; echo $'t\\tx'; v=abcabc; echo "\${v/b/X} \${v//b/X} \${v:1:2} \${v^^}"
echo out &>f2; cat f2; ((y > 5)) && echo big; source ./f3
`;
  const root = emptyRoot();
  root.add("/work/f3", { kind: "file", mode: 0o644, content: toBytes("echo sourced\n") });
  const outcome = runText(text, { root });
  expect(outcome.err).toBe("");
  expect(outcome.out).toBe(
    "3 b c\n<a>\n<b c>\n<d>\ne\n12\ncond\nb\nhere 12\nt\tx\naXcabc aXcaXc bc ABCABC\nout\nbig\nsourced\n",
  );
});

test("a script in another language needs an interpreter", () => {
  expect(runText("#!/usr/bin/perl\nprint 1;\n")).toMatchObject({
    type: "needs-more",
    wanted: "an interpreter of perl",
  });
});

test("of a first line as much counts as the kernel looks at", () => {
  const text = `#!/bin/sh -e${" ".repeat(200_000)}x\nfalse; echo on`;
  expect(runText(text)).toMatchObject({ type: "ended", status: 1, out: "" });
});

test.each([
  ["trap 'echo x' ERR", "bash's trap on ERR"],
  ["shopt -s nullglob", "bash's shopt"],
  ["x=1; ((x++))", "bash's arithmetic: x++"],
  ["x=1; echo $((--x + 1))", "bash's arithmetic: --x + 1"],
  ["echo $((2**10))", "bash's arithmetic: 2**10"],
  ["let x=16#ff", "bash's arithmetic: x=16#ff"],
  ["x=1+2; echo $((x))", "bash's arithmetic: 1+2"],
  ["x=y; echo ${!x:-a}", "an expansion of bash for x"],
  ["echo x >&2-", "bash's descriptors that are moved"],
  ["echo {Z..a}", "bash's sequences of letters of both cases"],
  ["echo {1..99999999999999999}", "bash's sequences of numbers that are too large"],
  ["declare -i x=1", "bash's declare -i"],
  ["typeset x+=1", "bash's typeset x+"],
  ["declare", "bash's declare without a name"],
  ["x=1 declare y=2", "a value before declare"],
  ["read -n 1 x", "bash's read -n"],
  ["printf '%q' a", "bash's printf %q"],
  ['echo "${x@Q}"', "an expansion of bash for x"],
  ["diff <(echo a) <(echo b)", 'syntax of bash: "(" unexpected'],
  ["[[ a =~ b ]]", "a regular expression in [[ ]]"],
  ["declare -A x", "bash's declare -A"],
])("what of bash is not known is named: %s", (text, wanted) => {
  expect(runText(`#!/bin/bash\necho a >f\n${text}\n`)).toMatchObject({
    type: "needs-more",
    wanted,
    line: expect.any(Number),
  });
});
