import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { z } from "zod";
import type { EverydayImage } from "./everyday-image.ts";
import { projectOf, SERVICE, stackName } from "./manifest.ts";
import type { ImageResult } from "./results.ts";

const cli = path.resolve(import.meta.dirname, "../../../bin/qclock.js");

const lockShape = z.object({
  targets: z.record(
    z.string(),
    z.object({
      images: z.record(
        z.string(),
        z.object({ packages: z.array(z.object({ name: z.string(), version: z.string() })) }),
      ),
    }),
  ),
});

interface Place {
  readonly folder: string;
  readonly store: string;
  readonly signal: AbortSignal;
}

/** What a command printed, and how it ended. */
interface Said {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly all: string;
}

/**
 * Build an image from the manifest that its record stands for, bring it up, use it, and take it
 * down with all that was made of it in the Engine. What went wrong is part of the result.
 */
export async function useImage(
  name: string,
  image: EverydayImage,
  place: Place,
): Promise<ImageResult> {
  await writeProject(name, image, place.folder);
  const qclock = (...parameters: readonly string[]): Promise<Said> =>
    run(process.execPath, [cli, "--store", place.store, ...parameters], place);
  try {
    const up = await qclock("up", "--timeout", "400s");
    const built = await factsOf(name, image, place);
    const undone = undoneIn(up);
    const facts = built === undefined || undone.length === 0 ? built : { ...built, undone };
    const [, message = errorIn(up)] = /error: (.*?)(?: \[[a-z-]+\].*)?$/m.exec(up.all) ?? [];
    if (facts === undefined) return { ...nothing, failed: "build", error: message };
    if (up.exitCode !== 0) {
      // What the program itself wrote says more than that it is not ready.
      const log = errorIn(await qclock("logs", "--tail", "20"));
      return { ...facts, failed: "up", error: log === "" ? message : `${message} It says: ${log}` };
    }
    const shown = await outputOf(image, qclock);
    if (shown === undefined) return facts;
    return { ...facts, failed: "use", error: shown };
  } finally {
    // Also after an interruption.
    await run(
      process.execPath,
      [cli, "--store", place.store, "reset", "--images", "--purge-volumes", "--yes"],
      { ...place, signal: new AbortController().signal },
    );
  }
}

const nothing: ImageResult = { version: "", packages: 0, bytes: 0 };

/** Nothing where what is printed is what was expected, else the end of what was. */
async function outputOf(
  { use, job }: EverydayImage,
  qclock: (...parameters: readonly string[]) => Promise<Said>,
): Promise<string | undefined> {
  // The page was asked for by the probe.
  if ("page" in use) return undefined;
  const said =
    "command" in use
      ? await qclock("exec", "-T", SERVICE, ...use.command)
      : await qclock("logs", "--tail", "all");
  const text = job === true ? withoutName(said.stdout) : said.stdout;
  return use.prints.test(text) ? undefined : errorIn(said) || "it prints nothing";
}

async function writeProject(name: string, image: EverydayImage, folder: string): Promise<void> {
  const { manifest, files } = projectOf(name, image);
  await mkdir(path.join(folder, "files"), { recursive: true });
  for (const [file, text] of files) await writeFile(path.join(folder, file), text);
  await writeFile(path.join(folder, "stack.config.yaml"), JSON.stringify(manifest, undefined, 1));
}

/** What is known of an image that was built; undefined where it was not. */
async function factsOf(
  name: string,
  image: EverydayImage,
  place: Place,
): Promise<ImageResult | undefined> {
  const reference = `qclock.invalid/${stackName(name)}/${SERVICE}:latest`;
  const format = ["--format", "{{.Size}}"];
  const inspected = await run("docker", ["image", "inspect", ...format, reference], place);
  if (inspected.exitCode !== 0) return undefined;
  const text = await readFile(path.join(place.folder, "stack.lock.yaml"), "utf8");
  const [target] = Object.values(lockShape.parse(parse(text)).targets);
  const packages = target?.images[SERVICE]?.packages ?? [];
  return {
    version: packages.find((each) => each.name === image.packages[0])?.version ?? "",
    packages: packages.length,
    bytes: Number(inspected.stdout),
  };
}

/** What the build tells of scripts; it does so when it makes the layer. */
function undoneIn({ all }: Said): readonly string[] {
  return Array.from(
    all.matchAll(/the (\w+ of \S+) was undone, because (.*?)\. /g),
    ([, script = "", reason = ""]) => `${script}: ${reason}`,
  );
}

async function run(
  program: string,
  parameters: readonly string[],
  { folder, signal }: Place,
): Promise<Said> {
  const { exitCode, stdout, all } = await execa(program, parameters, {
    cwd: folder,
    all: true,
    reject: false,
    timeout: 600_000,
    cancelSignal: signal,
    stdin: "ignore",
    env: { NO_COLOR: "1", QCLOCK_PROGRESS: "plain" },
  });
  return { exitCode, stdout, all };
}

/** The lines that tell most: those with an error, else the last one; one line in the table. */
function errorIn({ all }: Said): string {
  const lines = withoutName(all)
    .split("\n")
    .map((line) => line.trim().replace(/^(?:error: |\[ *[\d.]+s\] )+/, ""))
    .filter((line) => line !== "" && !/^(?:hint|see|at|✖) ?/i.test(line));
  const telling = lines.filter((line) =>
    /error|cannot|can't|fail|not found|no such|denied|undefined|unable|missing|invalid/i.test(line),
  );
  const text = (telling.length > 0 ? telling.slice(0, 2) : lines.slice(-1)).join(" / ");
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}

/** Lines of a log without the service's name in front. */
function withoutName(text: string): string {
  return text.replaceAll(new RegExp(`^${SERVICE}\\s*\\| ?`, "gm"), "");
}
