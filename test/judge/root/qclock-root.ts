import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { z } from "zod";
import { essential, type PackageSet } from "./sets.ts";
import { readRoot, type Root } from "./tar-root.ts";

/** What a set became when qclock built it. */
export interface QclockRoot {
  readonly root: Root;
  readonly packages: readonly LockedDeb[];
  /** What the build said, its report about scripts among it. */
  readonly output: string;
}

/** A package as the lock names it. */
export interface LockedDeb {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sha256: string;
}

const cli = path.resolve(import.meta.dirname, "../../../bin/qclock.js");

const lockShape = z.object({
  targets: z.record(
    z.string(),
    z.object({
      images: z.object({
        root: z.object({
          packages: z.array(
            z.object({
              name: z.string(),
              version: z.string(),
              architecture: z.string(),
              sha256: z.string(),
            }),
          ),
        }),
      }),
    }),
  ),
});

/**
 * Build an image of a set and the Essential packages, save it from the Engine and read its layers.
 * Nothing stays in the Engine; what is read again lies in the folder.
 */
export async function makeQclockRoot(request: {
  readonly set: PackageSet;
  readonly folder: string;
  readonly store: string;
  readonly signal: AbortSignal;
}): Promise<QclockRoot> {
  const { set, store, signal } = request;
  const folder = path.join(request.folder, "qclock");
  await mkdir(folder, { recursive: true });
  // A layer that was kept shows how scripts were interpreted then, and not how they are now.
  await rm(path.join(store, "notes/layer-by-inputs"), { recursive: true, force: true });
  await writeFile(path.join(folder, "stack.config.yaml"), JSON.stringify(manifestOf(set)));
  const built = await execa(process.execPath, [cli, "--store", store, "build"], {
    cwd: folder,
    all: true,
    reject: false,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (built.exitCode !== 0) throw new Error(`qclock cannot build ${set.name}:\n${built.all}`);
  const image = built.stdout.trim().split(/\s+/).at(-1) ?? "";
  try {
    await execa("docker", ["image", "save", "--output", path.join(folder, "image.tar"), image]);
  } finally {
    await execa("docker", ["image", "rm", image], { reject: false });
  }
  await execa("tar", ["-xf", "image.tar"], { cwd: folder });
  const saved: unknown = JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8"));
  const [{ Layers: layers }] = z.tuple([z.object({ Layers: z.array(z.string()) })]).parse(saved);
  const lock: unknown = parse(await readFile(path.join(folder, "stack.lock.yaml"), "utf8"));
  const [target] = Object.values(lockShape.parse(lock).targets);
  return {
    root: readRoot(layers.map((layer) => path.join(folder, layer))),
    packages: target?.images.root.packages ?? [],
    output: built.all,
  };
}

function manifestOf({ name, os, packages }: PackageSet): unknown {
  return {
    name: `t-judge-apt-${name}`,
    os: [os],
    images: {
      root: {
        from: "scratch",
        packages: { [os]: [...new Set([...essential[os], ...packages])] },
        // apt leaves nothing out.
        exclude: [],
      },
    },
  };
}
