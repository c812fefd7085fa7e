import { expect, test } from "vitest";
import { MemoryRoot } from "../../../../src/packages/scripts/memory/memory-root.ts";
import { type LimitName, scriptLimits } from "../../../../src/packages/scripts/limits.ts";
import { emptyRoot, runText } from "../../../support/shell-commands.ts";

const limits = {
  ...scriptLimits,
  steps: 300_000,
  outputBytes: 256 * 1024,
  memoryBytes: 1024 ** 2,
  fileBytes: 1024 ** 2,
  nodes: 200,
};

const scripts: readonly (readonly [string, string, readonly (LimitName | "ended")[]])[] = [
  ["an endless loop", "while :; do :; done", ["steps"]],
  ["an endless loop that does nothing", "until false; do continue; done", ["steps"]],
  ["a fork bomb", "bomb() { bomb | bomb & }; bomb", ["depth"]],
  ["a function that calls itself", "f() { f; }; f", ["depth"]],
  ["subshells that open subshells", "f() { ( f ); }; f", ["depth"]],
  ["a script that evaluates itself", 'x=\'eval "$x"\'; eval "$x"', ["depth"]],
  ["a script that sources itself", "echo '. ./s' >s; . ./s", ["depth"]],
  ["a script that calls itself", "echo './s' >s; chmod 755 s; ./s", ["depth"]],
  ["substitutions that substitute", "f() { echo $(f); }; f", ["depth"]],
  ["a trap that signals itself", "trap 'kill $$' TERM; kill $$", ["depth", "steps"]],
  ["an alias bomb", `${aliases(30)}a30\n`, ["parseBytes", "steps"]],
  ["endless output", "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done", ["outputBytes"]],
  [
    "endless output into a pipe",
    "{ while :; do echo aaaaaaaaaaaaaaaa; done; } | cat",
    ["outputBytes"],
  ],
  ["a variable that doubles", "x=ab; while :; do x=$x$x; done", ["memoryBytes"]],
  ["many variables", "i=0; while :; do i=$((i+1)); eval x$i=$i; done", ["memoryBytes", "steps"]],
  [
    "parameters that double",
    'set -- a b; while :; do set -- "$@" "$@"; done',
    ["steps", "memoryBytes"],
  ],
  ["a word of many expansions", `x=${"a".repeat(1000)}; y=${"$x".repeat(2000)}`, ["memoryBytes"]],
  ["a printf that fills up", "printf '%2000000000d' 1", ["memoryBytes"]],
  [
    "a here-document that grows",
    "x=a; while :; do x=$(cat <<E\n$x$x\nE\n); done",
    ["outputBytes", "memoryBytes"],
  ],
  [
    "a file that fills the disk",
    "x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; x=$x$x$x$x$x$x$x$x$x$x$x; while :; do echo $x >>f; done",
    ["fileBytes"],
  ],
  [
    "a file that is made of itself",
    "echo a >f; while :; do cat f f >g; cat g g >f; done",
    ["fileBytes", "steps"],
  ],
  ["many files", "i=0; while :; do i=$((i+1)); : >$i; done", ["nodes"]],
  ["folders within folders", "while :; do mkdir d; cd d; done", ["nodes"]],
  [
    "a glob that multiplies",
    "mkdir a; mkdir b; mkdir c; mkdir d; echo */../*/../*/../*/../*/../*/../*/../*/../*/../*",
    ["steps", "outputBytes"],
  ],
  ["arithmetic that nests", `echo $((${"(".repeat(5000)}1${")".repeat(5000)}))`, ["ended"]],
  ["tests that nest", `[ ${"! ".repeat(5000)}a ]`, ["ended"]],
  ["commands that nest", `${"( ".repeat(5000)}:${" )".repeat(5000)}`, ["depth"]],
  ["braces that nest", `echo ${"${x-".repeat(5000)}${"}".repeat(5000)}`, ["depth"]],
  ["substitutions that nest", `echo ${"$(".repeat(5000)}:${")".repeat(5000)}`, ["depth"]],
  ["conditions that nest", `${"if :; then ".repeat(5000)}:${"; fi".repeat(5000)}`, ["depth"]],
  ["a sequence without end", "#!/bin/bash\necho {1..100000000}", ["steps"]],
  ["braces that multiply", `#!/bin/bash\necho ${"{a,b}".repeat(40)}`, ["steps"]],
  ["braces without end", `#!/bin/bash\necho ${"{a,".repeat(50_000)}`, ["steps"]],
  ["braces within braces", `#!/bin/bash\necho ${"{a,".repeat(600)}${"}".repeat(600)}`, ["depth"]],
  ["an operator without end", `${": && ".repeat(100_000)}:`, ["ended"]],
];

test.each(scripts)("%s comes to an end that has a name", (_, text, names) => {
  const started = performance.now();
  const root = new MemoryRoot({ now: 0, limits });
  root.add("/work", { kind: "directory", mode: 0o755 });
  const outcome = runText(text, { root, limits });
  const end = outcome.type === "limit-reached" ? outcome.limit : outcome.type;
  expect(names).toContain(end);
  // Most take milliseconds; only that none runs away is told here.
  expect(performance.now() - started).toBeLessThan(5000);
  expect(root.list("/work")).toEqual([]);
});

test.each([
  ["case", "case $x in *a*a*a*a*a*a*a*a*a*b) echo yes;; *) echo no;; esac"],
  ["the longest prefix", 'echo "${#x}"; y=${x##*a*a*a*a*a*a*a*b}; [ "$y" = "$x" ] && echo no'],
  ["the shortest suffix", 'y=${x%b*a*a*a*a*a*a*a*a}; [ "$y" = "$x" ] && echo no'],
])("a pattern of many stars in %s is matched in time", (_, text) => {
  const started = performance.now();
  const outcome = runText(`x=${"a".repeat(20_000)}; ${text}`);
  expect(outcome).toMatchObject({ type: "ended", status: 0 });
  expect(outcome.out).toContain("no");
  expect(performance.now() - started).toBeLessThan(3000);
});

test("the default limits hold a loop that does its worst", () => {
  const outcome = runText("x=a; while :; do x=${x%b}a; done");
  expect(outcome.type).toBe("limit-reached");
});

test("what lies outside of the root cannot be read", () => {
  const outcome = runText(
    "cat /proc/self/environ; cat /proc/1/mem; cat ../../../../etc/hostname; cat /dev/tty; ls=$(echo /proc/* /sys/*); echo $ls; [ -e /proc/self ] || echo gone",
  );
  expect(outcome.out).toBe("/proc/* /sys/*\ngone\n");
});

test("links lead within the root", () => {
  const root = emptyRoot();
  const outcome = runText(
    "ln -s ../../../../../../x out; echo a >out; cat /x; ln -s loop loop; echo b >loop; echo $?; ln -s / up; echo c >up/up2; cat /up2",
    { root },
  );
  expect(outcome.out).toBe("a\n2\nc\n");
  expect([...root.entries()].map(({ path }) => path)).toContain("/x");
});

/** Each stands for the one before it twice. */
function aliases(count: number): string {
  const lines = Array.from({ length: count }, (_, at) => `alias a${at + 1}='a${at} ; a${at}'\n`);
  return `alias a0=:\n${lines.join("")}`;
}
