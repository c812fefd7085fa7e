import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand } from "../../../../support/command-call.ts";

const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });

it("adds shells once, and takes them away", () => {
  const root = new MemoryRoot({ now: 1_700_000_000 });
  const shells = "# these\n/bin/sh\n";
  root.add("/etc/shells", { kind: "file", mode: 0o644, content: toBytes(shells) });
  const after = (...words: readonly string[]): string => {
    expect(callCommand(words, { root, commands })).toMatchObject({ status: 0, stdout: "" });
    return fromBytes(root.read("/etc/shells"));
  };
  expect(after("add-shell", "/bin/sh", "/bin/dash")).toBe(`${shells}/bin/dash\n`);
  expect(after("add-shell", "/bin/dash")).toBe(`${shells}/bin/dash\n`);
  expect(after("remove-shell", "/bin/sh", "/bin/none")).toBe("# these\n/bin/dash\n");
});
