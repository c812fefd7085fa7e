import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { baseCommands } from "../../../../../src/packages/scripts/commands/table.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { commandCases } from "../../../../judge/commands/cases.ts";
import type { CommandCase } from "../../../../judge/commands/command-case.ts";
import {
  caseKey,
  changesOf,
  type CommandRecord,
  describe as describeNode,
  modifiedAt,
  startTime,
  withoutHint,
} from "../../../../judge/commands/start.ts";
import { callCommand } from "../../../../support/command-call.ts";

const recorded = JSON.parse(
  readFileSync(
    path.join(import.meta.dirname, "../../../../fixtures/commands/recorded.json"),
    "utf8",
  ),
) as Readonly<Record<string, CommandRecord>>;
const commands = baseCommands({ machine: "x86_64" });
const now = startTime + 1000;

it.each(commandCases.map((each) => [caseKey(each), each] as const))(
  "does what the real program does: %s",
  (key, each) => {
    const record = recorded[key];
    if (record === undefined) throw new Error("not recorded: run test/judge/record-commands.ts");
    const isRefused = UNSUPPORTED.has(each.argv.join(" "));
    const done = run(each);
    expect(done === "unsupported" ? done : inOrder(each, done)).toEqual(
      isRefused ? "unsupported" : inOrder(each, record),
    );
  },
);

/** Commands that are known and refused. */
const UNSUPPORTED = new Set(["sed -n l config", "tail -2 two open"]);

/** A file system of the host lists names in an order of its own; ours are sorted. */
function inOrder(each: CommandCase, record: CommandRecord): CommandRecord {
  if (each.argv[0] !== "find") return record;
  const separator = each.argv.includes("-print0") ? "\0" : "\n";
  return { ...record, stdout: record.stdout.split(separator).toSorted().join(separator) };
}

function run(each: CommandCase): CommandRecord | "unsupported" {
  const root = new MemoryRoot({ now });
  root.add("/etc/passwd", {
    kind: "file",
    mode: 0o644,
    content: toBytes(
      "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
    ),
  });
  root.add("/etc/group", {
    kind: "file",
    mode: 0o644,
    content: toBytes("root:x:0:\ndaemon:x:1:\n"),
  });
  root.add("/work", { kind: "directory", mode: 0o755 });
  for (const [name, file] of Object.entries(each.files ?? {})) {
    const at = `/work/${name}`;
    if (typeof file === "string") {
      root.add(at, { kind: "file", mode: 0o644, content: toBytes(file), mtime: startTime });
    } else if ("link" in file) root.add(at, { kind: "symlink", mode: 0o777, target: file.link });
    else if ("folder" in file) {
      root.add(at, { kind: "directory", mode: file.mode ?? 0o755, gid: file.gid ?? 0 });
    } else {
      const content = toBytes(file.content);
      root.add(at, {
        kind: "file",
        mode: file.mode ?? 0o644,
        content,
        mtime: modifiedAt(file),
      });
    }
  }
  const before = treeOf(root);
  const { status, stdout, stderr, wanted } = callCommand(each.argv, {
    root,
    commands,
    cwd: "/work",
    stdin: each.stdin ?? "",
    umask: each.umask ?? 0o022,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", TZ: "UTC" },
    now,
  });
  if (wanted !== undefined) return "unsupported";
  const tree = changesOf(before, treeOf(root));
  return {
    status,
    stdout: stdout.replaceAll("/work", "@"),
    hasErrors: stderr !== "",
    ...(each.says === true && { says: withoutHint(stderr).replaceAll("/work", "@") }),
    tree,
  };
}

function treeOf(root: MemoryRoot): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const { path: at, status: node, target = "" } of root.entries()) {
    if (!at.startsWith("/work/")) continue;
    const content = node.kind === "file" ? JSON.stringify(fromBytes(root.read(at))) : target;
    tree[at.slice("/work/".length)] = describeNode({ ...node, content });
  }
  return tree;
}
