import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

/** The walk through a first stack, as docs/walk-throughs/first-stack.md has it. */

const root = path.resolve(import.meta.dirname, "../..");
const page = await readFile(path.join(root, "docs/walk-throughs/first-stack.md"), "utf8");

interface Step {
  readonly command: string;
  /** The lines that it prints; `…` stands for any number of others. */
  readonly lines: readonly string[];
}

function stepsOf(markdown: string): readonly Step[] {
  const blocks = [...markdown.matchAll(/^```console\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, block = ""]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = "", ...lines] = text.trimEnd().split("\n");
        return { command, lines };
      }),
  );
}

/** Text without what differs from run to run. */
function settled(line: string): string {
  return (
    line
      .replaceAll(/\b\d+(?:\.\d+)? (?:ms|s|min|kB|MB)\b/g, "N")
      .replaceAll(/\b\d+ (checks|passed|failed|allowed)\b/g, "N $1")
      // How many fail is the machine's: a service of the host that listens everywhere is one.
      .replaceAll(/, N (?:failed|allowed)\b/g, "")
      .replaceAll(/[0-9a-f]{12,}/g, "DIGEST")
      .replaceAll(/ {2,}/g, "  ")
      .trimEnd()
  );
}

/** Whether lines are as the page has them, `…` being any number of lines. */
function matches(wanted: readonly string[], found: readonly string[]): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return found.length === 0;
  if (first === "…")
    return found.length === 0
      ? matches(rest, found)
      : matches(rest, found) || matches(wanted, found.slice(1));
  return found[0] === first && matches(rest, found.slice(1));
}

test("every command of the walk through a first stack prints what the page says", async () => {
  await using rig = await Rig.create("empty");
  const programs = path.join(rig.directory, ".programs");
  await mkdir(programs);
  const qclock = `exec '${process.execPath}' '${path.join(root, "bin/qclock.js")}' "$@"\n`;
  await writeFile(path.join(programs, "qclock"), `#!/bin/sh\n${qclock}`, { mode: 0o755 });
  const environment = {
    ...rig.environment,
    PATH: `${programs}:${process.env["PATH"] ?? ""}`,
    WEB_PORT: String(rig.port),
  };
  const run = async (command: string, cwd: string): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    execFile("bash", ["-c", command], { cwd, env: environment }, (_, stdout, stderr) => {
      resolve(command.startsWith("qclock validate") ? stdout + stderr : stdout);
    });
    return promise;
  };
  const fetched = async (url: string): Promise<string> =>
    (await fetch(url.replace("8080", String(rig.port)))).text();

  let folder = rig.directory;
  const steps = stepsOf(page);
  expect(steps.length).toBeGreaterThan(15);
  for (const { command, lines } of steps) {
    const [program, argument = ""] = command.split(" ");
    let output = "";
    if (program === "cd") folder = path.join(folder, argument);
    else if (program === "curl") output = await fetched(argument);
    else output = await run(command, folder);
    // The page's stack is called shop and has the usual port.
    const found = output
      .replaceAll(rig.stack, "shop")
      .replaceAll(`:${rig.port}`, ":8080")
      .trimEnd()
      .split("\n");
    const shown = output.trimEnd() === "" ? [] : found;
    const isSame = matches(lines.map(settled), shown.map(settled));
    expect([command, isSame ? lines.join("\n") : found.join("\n")]).toEqual([
      command,
      lines.join("\n"),
    ]);
  }
});
