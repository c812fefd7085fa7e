import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

/**
 * Write the same three images as a project for `buildx bake` and `docker compose build`: each layer that
 * qclock made is added as a tar, so that the peers look after the same bytes with the same graph.
 */
export async function writeDockerfileProject(request: {
  readonly directory: string;
  readonly references: Readonly<Record<"base" | "app" | "db", string>>;
  readonly docker: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
}): Promise<void> {
  const { directory, references, docker, environment } = request;
  await rm(directory, { recursive: true, force: true });
  const [file, ...prefix] = docker;
  let baseLayers = 0;
  for (const [name, reference] of Object.entries(references)) {
    const context = path.join(directory, name);
    const saved = path.join(directory, `${name}.saved`);
    await mkdir(context, { recursive: true });
    await mkdir(saved, { recursive: true });
    await execa(file, [...prefix, "save", "--output", path.join(saved, "image.tar"), reference], {
      env: environment,
    });
    await execa("tar", ["-xf", "image.tar"], { cwd: saved });
    const layers = await layerPaths(path.join(saved, "manifest.json"));
    if (name === "base") baseLayers = layers.length;
    const own = name === "base" ? layers : layers.slice(baseLayers);
    const lines = [name === "base" ? "FROM scratch" : "FROM base"];
    for (const [index, layer] of own.entries()) {
      await cp(path.join(saved, layer), path.join(context, `layer${index}.tar`));
      lines.push(`ADD layer${index}.tar /`);
    }
    await writeFile(path.join(context, "Dockerfile"), `${lines.join("\n")}\nUSER 10001:10001\n`);
    await rm(saved, { recursive: true });
  }
  await writeFile(path.join(directory, "docker-bake.hcl"), bakeFile);
  await writeFile(path.join(directory, "compose.yaml"), composeFile);
}

async function layerPaths(manifestFile: string): Promise<readonly string[]> {
  const manifest: unknown = JSON.parse(await readFile(manifestFile, "utf8"));
  const first: unknown = Array.isArray(manifest) ? manifest[0] : undefined;
  const layers: unknown =
    typeof first === "object" && first !== null && "Layers" in first ? first.Layers : undefined;
  if (!Array.isArray(layers)) throw new Error(`${manifestFile} lists no layers.`);
  return layers.map(String);
}

const bakeFile = `group "default" { targets = ["base", "app", "db"] }
target "base" {
  context = "base"
  tags = ["bench/base"]
}
target "app" {
  context = "app"
  contexts = { base = "target:base" }
  tags = ["bench/app"]
}
target "db" {
  context = "db"
  contexts = { base = "target:base" }
  tags = ["bench/db"]
}
`;

const composeFile = `name: bench
services:
  base:
    image: bench/base
    build: { context: base }
  app:
    image: bench/app
    build: { context: app, additional_contexts: { base: "service:base" } }
  db:
    image: bench/db
    build: { context: db, additional_contexts: { base: "service:base" } }
`;
