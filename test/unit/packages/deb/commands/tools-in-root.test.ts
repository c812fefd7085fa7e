import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { runScript } from "../../../../../src/packages/scripts/run-script.ts";
import type { RootCase } from "../../../../judge/commands/root-case.ts";
import { rootCases } from "../../../../judge/commands/root-cases.ts";
import type { ToolRecord } from "../../../../judge/commands/tool-record.ts";

const recorded = JSON.parse(
  readFileSync(
    path.join(import.meta.dirname, "../../../../fixtures/commands/in-root.json"),
    "utf8",
  ),
) as Readonly<Record<string, ToolRecord>>;
const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
const now = 1_700_000_000;

it.each(rootCases.map((each) => [each.name, each] as const))(
  "does what the real tools do: %s",
  (name, each) => {
    const whole = recorded[name];
    const expected = each.isSorted && whole !== undefined ? withSortedLines(whole) : whole;
    const done = run(each);
    expect(each.isSorted ? withSortedLines(done) : done).toEqual(expected);
  },
);

function run({ folders, files, calls }: RootCase): ToolRecord {
  const root = new MemoryRoot({ now });
  for (const folder of ["/tmp", "/etc", "/var/lib/dpkg/triggers"])
    root.add(folder, { kind: "directory", mode: 0o755 });
  for (const [file, text] of Object.entries(files)) {
    const isFolder = file.endsWith("/");
    const content = toBytes(text);
    root.add(
      isFolder ? file.slice(0, -1) : file,
      isFolder ? { kind: "directory", mode: 0o755 } : { kind: "file", mode: 0o644, content },
    );
  }
  // A program that is called by its path has to be there.
  for (const [program] of calls.filter(([name]) => name.startsWith("/")))
    root.add(program, { kind: "file", mode: 0o755, content: toBytes("#!/usr/bin/perl\n") });
  const done = calls.map((argv) => {
    const words = argv.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
    const outcome = runScript({
      // Of a script that fails nothing stays, and of a tool that does what it did before.
      text: `${words.join(" ")} || echo $? >/status`,
      name: "call",
      args: [],
      env: new Map([["PATH", "/usr/sbin:/usr/bin:/sbin:/bin"]]),
      root,
      commands,
      now,
    });
    if (outcome.type !== "ended")
      throw new Error(`${argv[0]} does not end: ${JSON.stringify(outcome)}`);
    const isFailed = root.stat("/status") !== undefined;
    const status = isFailed ? Number(fromBytes(root.read("/status"))) : outcome.status;
    if (isFailed) root.remove("/status");
    return { status, stdout: fromBytes(outcome.stdout) };
  });
  const left: Record<string, string> = {};
  for (const { path: file, status } of root.entries()) {
    const isOf = folders.some((folder) => file.startsWith(`${folder}/`));
    if (isOf && status.kind === "file") left[file] = fromBytes(root.read(file));
  }
  return { calls: done, files: left };
}

function withSortedLines({ calls, files }: ToolRecord): ToolRecord {
  const sorted = Object.entries(files).map(([file, text]) => [file, text.split("\n").toSorted()]);
  return { calls, files: Object.fromEntries(sorted) as ToolRecord["files"] };
}
