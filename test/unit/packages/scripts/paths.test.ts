import { expect, test } from "vitest";
import { folderOf, lastName } from "../../../../src/packages/scripts/commands/paths.ts";
import { baseCommands } from "../../../../src/packages/scripts/commands/table.ts";
import { MemoryRoot } from "../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand } from "../../../support/command-call.ts";

const slashes = "/".repeat(200_000);

test("very many slashes that are not the end are passed by once", () => {
  expect(lastName(`${slashes}x`)).toBe("x");
  expect(folderOf(`${slashes}x/y`)).toBe(`${slashes}x`);
  expect(folderOf(`a${slashes}x${slashes}`)).toBe("a");
});

test.each([
  ["/", "/", "/"],
  ["///", "/", "/"],
  ["a", ".", "a"],
  ["a//", ".", "a"],
  ["/a//", "/", "a"],
  ["//a//b//", "//a", "b"],
  ["", ".", ""],
])("%j is %j in front of %j", (path, folder, name) => {
  expect([folderOf(path), lastName(path)]).toEqual([folder, name]);
});

test("rmdir and mv pass by them once as well", () => {
  const root = new MemoryRoot({ now: 0 });
  const commands = baseCommands({ machine: "x86_64" });
  root.add("/a", { kind: "directory", mode: 0o755 });
  expect(callCommand(["rmdir", `${slashes}x`], { root, commands }).status).toBe(1);
  expect(
    callCommand(["mv", "--strip-trailing-slashes", `${slashes}x`, "/b"], { root, commands }).status,
  ).toBe(1);
  expect(callCommand(["rmdir", "/a///"], { root, commands }).status).toBe(0);
  expect(root.stat("/a")).toBeUndefined();
});
