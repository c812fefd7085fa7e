import { elCommands } from "../../../src/packages/rpm/commands/table.ts";
import type { RpmHeader } from "../../../src/packages/rpm/header/header.ts";
import { MemoryRoot } from "../../../src/packages/scripts/memory/memory-root.ts";
import { runScript } from "../../../src/packages/scripts/run-script.ts";
import { putFile } from "../../../src/packages/scripts/root-files.ts";

/** Interprets a shell script with the commands of EL, in a root that has some files. */
export function runElScript(
  text: string,
  files: Readonly<Record<string, string>> = {},
  /** The time of the image, in seconds since 1970. */
  now = 1_704_067_200,
  /** The packages that are there. */
  installed: readonly RpmHeader[] = [],
): {
  /** The exit status, or what it needs. */
  readonly end: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly root: MemoryRoot;
  readonly textOf: (path: string) => string | undefined;
} {
  const root = new MemoryRoot({ now });
  root.changeAs("test");
  for (const [path, content] of Object.entries(files)) putFile(root, path, content);
  const outcome = runScript({
    text,
    name: "test",
    args: ["1"],
    env: new Map([["PATH", "/usr/sbin:/usr/bin"]]),
    root,
    commands: elCommands({ machine: "x86_64", installed }),
    sh: "bash",
    now,
  });
  let end: number | string = outcome.type;
  if (outcome.type === "ended") end = outcome.status;
  else if (outcome.type === "needs-more") end = outcome.wanted;
  const textOf = (path: string): string | undefined =>
    root.stat(path)?.kind === "file" ? Buffer.from(root.read(path)).toString("utf8") : undefined;
  const stdout = Buffer.from(outcome.stdout).toString("utf8");
  return { end, stdout, stderr: Buffer.from(outcome.stderr).toString("utf8"), root, textOf };
}
