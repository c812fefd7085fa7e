import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Bench, STACK } from "./bench.ts";
import type { Place } from "./command.ts";
import type { BenchEngine } from "./engine.ts";
import { copyImageFiles } from "./stack-folders.ts";

const IMAGES = ["base", "app", "db"] as const;

/** The project's three images as a project for `buildx bake` and `docker compose build`. */
export interface DockerfileProject {
  readonly place: Place;
  /** Write it, once. The images have to be in the Engine. */
  readonly prepare: () => Promise<void>;
}

/**
 * Each layer that qclock made is added as a tar, so that the peers look after the same bytes with
 * the same graph; the app's own files are copied, since they are what changes.
 */
export function dockerfileProject(bench: Bench, engine: BenchEngine): DockerfileProject {
  const directory = path.join(bench.directory, `project-${engine.name.replaceAll(" ", "-")}`);
  let written: Promise<void> | undefined;
  return {
    place: bench.place(directory, { engine }),
    prepare: () => (written ??= writeProject(bench, engine, directory)),
  };
}

async function writeProject(bench: Bench, engine: BenchEngine, directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  // The builder of Engine 20.10 knows no named contexts: there the base is found by its tag.
  const named = engine.hasNamedContexts;
  let baseLayers = 0;
  for (const name of IMAGES) {
    const context = path.join(directory, name);
    const saved = path.join(directory, `${name}.saved`);
    await mkdir(context, { recursive: true });
    await mkdir(saved, { recursive: true });
    const place = bench.place(saved, { engine });
    await bench.run(["docker", "save", "--output", "image.tar", referenceOf(name)], place);
    await bench.run(["tar", "-xf", "image.tar"], place);
    const layers = await layerPaths(path.join(saved, "manifest.json"));
    if (name === "base") baseLayers = layers.length;
    const own = name === "base" ? layers : layers.slice(baseLayers);
    const added = name === "app" ? own.slice(0, -1) : own;
    const lines = [name === "base" ? "FROM scratch" : `FROM ${named ? "base" : "bench/base"}`];
    for (const [index, layer] of added.entries()) {
      await cp(path.join(saved, layer), path.join(context, `layer${index}.tar`));
      lines.push(`ADD layer${index}.tar /`);
    }
    if (name === "app") {
      await copyImageFiles(bench.stackDirectory, name, path.join(context, "rootfs"));
      lines.push("COPY rootfs /");
    }
    await writeFile(path.join(context, "Dockerfile"), `${lines.join("\n")}\nUSER 10001:10001\n`);
    await rm(saved, { recursive: true });
  }
  await writeFile(path.join(directory, "docker-bake.hcl"), bakeFile(named));
  await writeFile(path.join(directory, "compose.yaml"), composeFile(named));
  if (!named) {
    await bench.run(["docker", "buildx", "bake", "base"], bench.place(directory, { engine }));
  }
}

/** Name of one of the project's images in the Engine. */
export function referenceOf(image: (typeof IMAGES)[number]): string {
  return `qclock.invalid/${STACK}/${image}:latest`;
}

async function layerPaths(manifestFile: string): Promise<readonly string[]> {
  const [first] = JSON.parse(await readFile(manifestFile, "utf8")) as readonly {
    readonly Layers?: readonly string[];
  }[];
  if (first?.Layers === undefined) throw new Error(`${manifestFile} lists no layers.`);
  return first.Layers;
}

function bakeFile(named: boolean): string {
  const contexts = named ? `\n  contexts = { base = "target:base" }` : "";
  const target = (name: string, more: string): string =>
    `target "${name}" {\n  context = "${name}"${more}\n  tags = ["bench/${name}"]\n}\n`;
  return [
    `group "default" { targets = ["base", "app", "db"] }\n`,
    target("base", ""),
    target("app", contexts),
    target("db", contexts),
  ].join("");
}

/** JSON, which is YAML, too. */
function composeFile(named: boolean): string {
  const contexts = named ? { additional_contexts: { base: "service:base" } } : {};
  return JSON.stringify({
    name: "bench",
    services: {
      base: { image: "bench/base", build: { context: "base" } },
      app: { image: "bench/app", build: { context: "app", ...contexts } },
      db: { image: "bench/db", build: { context: "db", ...contexts } },
    },
  });
}
