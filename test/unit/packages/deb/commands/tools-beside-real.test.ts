import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { toolCases } from "../../../../judge/commands/debian-cases.ts";
import type { ToolCase } from "../../../../judge/commands/tool-case.ts";
import { accountFiles, type ToolRecord } from "../../../../judge/commands/tool-record.ts";
import { callCommand } from "../../../../support/command-call.ts";

const recorded = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../../../fixtures/commands/tools.json"), "utf8"),
) as Readonly<Record<string, ToolRecord>>;
const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
/** The day that the tools were told when they were recorded. */
const now = 1_700_000_000;

it.each(toolCases.map((each) => [each.name, each] as const))(
  "does what the real tools do: %s",
  (name, each) => {
    expect(run(each)).toEqual(recorded[name]);
  },
);

function run(each: ToolCase): ToolRecord {
  const root = new MemoryRoot({ now });
  root.add("/var/lib/dpkg/alternatives", { kind: "directory", mode: 0o755 });
  root.add("/etc/alternatives", { kind: "directory", mode: 0o755 });
  for (const [file, text] of Object.entries(accountFiles)) {
    root.add(file, { kind: "file", mode: 0o644, content: toBytes(text) });
  }
  for (const [file, text] of Object.entries(each.texts ?? {})) {
    root.add(file, { kind: "file", mode: 0o644, content: toBytes(text) });
  }
  for (const file of each.files) {
    const isFolder = file.endsWith("/");
    const name = file.replace(/\/$/, "");
    root.add(name, isFolder ? { kind: "directory", mode: 0o755 } : { kind: "file", mode: 0o644 });
  }
  const calls = each.calls.map((argv) => {
    const { status, stdout, wanted } = callCommand(argv, { root, commands, now });
    if (wanted !== undefined) throw new Error(`needs ${wanted}`);
    return { status, stdout };
  });
  const files: Record<string, string> = {};
  for (const { path: file, status, target } of root.entries()) {
    if (status.kind === "directory") continue;
    files[file] = target === undefined ? fromBytes(root.read(file)) : `-> ${target}`;
    const { mode, uid, gid } = status;
    const isPlain = status.kind !== "file" || (uid + gid === 0 && (mode & 0o7000) === 0);
    if (!isPlain) files[file] += ` ${mode.toString(8)} ${uid}:${gid}`;
  }
  return { calls, files };
}
