import { accessSync, readFileSync } from "node:fs";
import { debconfSources } from "../../src/packages/deb/commands/debconf/commands.ts";
import { debianCommands } from "../../src/packages/deb/commands/table.ts";
import { toBytes } from "../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../src/packages/scripts/memory/memory-root.ts";
import { runScript } from "../../src/packages/scripts/run-script.ts";

/**
 * Interprets the scripts that stand as JSON on its input, each in a root of its own, between two
 * calls of access(2), which nothing else here makes: a trace of the process shows them as marks.
 */
const scripts: unknown = JSON.parse(readFileSync(0, "utf8"));
if (!Array.isArray(scripts)) throw new TypeError("scripts are a list");
const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
const now = 1_700_000_000;

function interpret(text: string): string {
  const root = new MemoryRoot({ now });
  for (const folder of ["/etc", "/tmp", "/root", "/usr/bin", "/var/lib/dpkg"])
    root.add(folder, { kind: "directory", mode: 0o755 });
  root.add("/etc/passwd", { kind: "file", mode: 0o644, content: toBytes("root:x:0:0::/:\n") });
  const { type } = runScript({
    text,
    name: "/var/lib/dpkg/info/p.postinst",
    args: ["configure", ""],
    env: new Map([["PATH", "/usr/sbin:/usr/bin:/sbin:/bin"]]),
    root,
    commands,
    sources: debconfSources,
    now,
  });
  return type;
}

// What is loaded when it is needed first is loaded now.
interpret("echo | sed s/a/b/");
accessSync("/");
const outcomes = scripts.map((script) => interpret(String(script)));
accessSync("/");
process.stdout.write(JSON.stringify(outcomes));
