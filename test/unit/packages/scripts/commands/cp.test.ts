import { expect, it } from "vitest";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { baseCommands } from "../../../../../src/packages/scripts/commands/table.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand } from "../../../../support/command-call.ts";

const commands = baseCommands({ machine: "x86_64" });

// What the real cp copies before it meets the copy depends on the order of the file system.
it.each([
  ["d", "d", ["/d/d", "/d/d/a", "/d/d/sub", "/d/d/sub/z"]],
  ["d", "d/sub", ["/d/sub/d", "/d/sub/d/a", "/d/sub/d/sub", "/d/sub/d/sub/z"]],
  ["d", "d/new", ["/d/new", "/d/new/a", "/d/new/sub", "/d/new/sub/z"]],
])("cp -r %s %s copies all but the copy itself, and fails", (from, to, made) => {
  const root = new MemoryRoot({ now: 0 });
  const file = { kind: "file", mode: 0o644, content: toBytes("x") } as const;
  root.add("/d/a", file);
  root.add("/d/sub/z", file);
  const before = new Set([...root.entries()].map((entry) => entry.path));

  const { status, stderr } = callCommand(["cp", "-r", from, to], { root, commands });

  expect(status).toBe(1);
  expect(stderr).toMatch(/cannot copy a directory, '.*', into itself/);
  const after = [...root.entries()].map((entry) => entry.path);
  expect(after.filter((path) => !before.has(path))).toEqual(made);
});
