import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { normalizeName } from "../../../src/python/name.ts";
import { parseRequirementsFile } from "../../../src/python/requirements-file.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "../../..");

const listSchema = z.array(z.object({ name: z.string(), version: z.string() }));

/** What pip says in an image that was made of a requirements file. */
export interface PipInImage {
  /** What `pip check` prints. */
  readonly check: string;
  /** Lines of the file that `pip list` does not have, and the other way round. */
  readonly differences: readonly string[];
}

/** Make an image of each requirements file, and ask pip in it. Needs an Engine. */
export async function askPipInImages(
  files: readonly string[],
  store: string,
): Promise<ReadonlyMap<string, PipInImage>> {
  await using folder = await temporaryFolder();
  const stack = `judge-${randomBytes(4).toString("hex")}`;
  const names = files.map((file) => path.basename(file, ".txt"));
  for (const file of files) await copyFile(file, path.join(folder.path, path.basename(file)));
  await writeFile(path.join(folder.path, "stack.config.yaml"), manifestOf(stack, names));
  const environment = { ...process.env, QCLOCK_STORE: store };
  const command = [path.join(root, "bin/qclock.js"), "build", "--progress", "quiet"];
  const options = { cwd: folder.path, env: environment, maxBuffer: 1 << 26 };
  try {
    await run(process.execPath, command, options);
    const found = new Map<string, PipInImage>();
    for (const [index, name] of names.entries()) {
      const image = `qclock.invalid/${stack}/${name}:latest`;
      found.set(name, await askPip(image, files[index] ?? ""));
    }
    return found;
  } finally {
    const images = ["base", ...names].map((name) => `qclock.invalid/${stack}/${name}:latest`);
    await run("docker", ["image", "rm", "--force", ...images]).catch(() => undefined);
  }
}

function manifestOf(stack: string, names: readonly string[]): string {
  const images = names.map((name) => `  ${name}: { from: base, wheels: ${name}.txt }\n`);
  return `name: ${stack}
images:
  base:
    from: scratch
    packages: { debian-12: [python3, python3-pip, libstdc++6] }
${images.join("")}`;
}

async function askPip(image: string, file: string): Promise<PipInImage> {
  const pip = async (...args: readonly string[]): Promise<string> => {
    const container = "run --rm --read-only --network none --tmpfs /tmp --env HOME=/tmp";
    const program = ["--entrypoint", "/usr/bin/python3", image, "-m", "pip", ...args];
    // It ends with 1 where something is broken.
    const ended = await run("docker", [...container.split(" "), ...program]).catch(
      (error: unknown) => z.object({ stdout: z.string() }).parse(error),
    );
    return ended.stdout;
  };
  const site = "/usr/local/lib/python3.11/dist-packages";
  const listed = listSchema.parse(
    JSON.parse(await pip("list", "--format", "json", "--path", site)),
  );
  const there = new Set(listed.map(({ name, version }) => `${normalizeName(name)} ${version}`));
  const { requirements } = parseRequirementsFile(await readFile(file, "utf8"));
  const asked = new Set(requirements.map(({ name, version }) => `${name} ${version}`));
  return {
    check: (await pip("check")).trim(),
    differences: [...there.symmetricDifference(asked)].toSorted(),
  };
}
