import { expect, test } from "vitest";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { baseCommands } from "../../../../../src/packages/scripts/commands/table.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand } from "../../../../support/command-call.ts";

const commands = baseCommands({ machine: "aarch64" });

function answer(line: string, hostname?: string) {
  const root = new MemoryRoot({ now: 1_700_000_000 });
  root.add("/etc", { kind: "directory", mode: 0o755 });
  if (hostname !== undefined)
    root.add("/etc/hostname", { kind: "file", mode: 0o644, content: toBytes(hostname) });
  return callCommand(line.split(" "), { root, commands });
}

test.each([
  ["uname", "Linux"],
  ["uname -s", "Linux"],
  ["uname -n", "localhost"],
  ["uname -m", "aarch64"],
  ["uname -o", "GNU/Linux"],
  ["uname -p", "unknown"],
  ["uname -i", "unknown"],
  ["uname -sm", "Linux aarch64"],
  ["uname -ms", "Linux aarch64"],
  ["arch", "aarch64"],
  ["nproc", "1"],
])("%s tells of the image's machine, and not of the one that builds: %s", (line, told) => {
  expect(answer(line)).toMatchObject({ status: 0, stdout: `${told}\n` });
});

test("all that uname tells is in uname's order", () => {
  const parts = ["-s", "-n", "-r", "-v", "-m", "-o"].map((option) =>
    answer(`uname ${option}`).stdout.trim(),
  );
  expect(answer("uname -a").stdout).toBe(`${parts.join(" ")}\n`);
});

test.each([
  ["hostname", "web.example.org\n", "web.example.org"],
  ["hostname -s", "web.example.org\n", "web"],
  ["hostname -d", "web.example.org\n", "example.org"],
  ["hostname -f", "web.example.org\n", "web.example.org"],
  ["hostname -d", "web\n", ""],
  ["hostname", "\n", "localhost"],
  ["hostname", undefined, "localhost"],
])("%s of the file with %j is %j", (line, file, told) => {
  expect(answer(line, file)).toMatchObject({ status: 0, stdout: `${told}\n` });
});

test.each(["hostname -i", "hostname -y", "tty -s"])("%s has no answer", (line) => {
  expect(answer(line, "web\n")).toMatchObject({ status: 1, stdout: "" });
});

test.each(["hostname new", "hostname -I"])("%s is of a running system, and not done", (line) => {
  expect(answer(line, "web\n").wanted).toContain("the host");
});

test("there is no terminal", () => {
  expect(answer("tty")).toMatchObject({ status: 1, stdout: "not a tty\n" });
});
