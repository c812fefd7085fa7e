import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * How many images stand on one: wide and shallow, so that 500 stay far below the Engine's limit of
 * layers.
 */
const CHILDREN = 8;

/** How many targets `buildx bake` is given at a time, where all of them are too many for it. */
const PART = 50;

/** Names of the groups in the bake file that together are all targets. */
export function generatedParts(images: number): readonly string[] {
  return Array.from({ length: Math.ceil(images / PART) }, (_, index) => `part-${index}`);
}

/** Name of a generated stack of so many images. */
function generatedStackName(images: number): string {
  return `qclock-bench-${images}`;
}

/**
 * Write a stack of that many images, each with a file and a service of its own, and the same images
 * as Dockerfiles with a bake file. They form a tree: the first is from scratch, each other one
 * stands on an earlier one. The services are planned only: there is no program in them.
 */
export async function generateStack(directory: string, images: number): Promise<void> {
  const names = Array.from({ length: images }, (_, index) => nameOf(index));
  for (const name of names) {
    const context = path.join(directory, "images", name);
    await mkdir(path.join(context, "rootfs/srv"), { recursive: true });
    await writeFile(path.join(context, "rootfs/srv", `${name}.txt`), `This is ${name}.\n`);
    await writeFile(path.join(context, "Dockerfile"), `FROM ${parentOf(name)}\nCOPY rootfs /\n`);
  }
  await writeFile(path.join(directory, "stack.config.yaml"), manifestOf(names));
  await writeFile(path.join(directory, "docker-bake.json"), bakeFileOf(names));
}

function nameOf(index: number): string {
  return `image-${index}`;
}

function parentOf(name: string): string {
  const index = Number(name.slice("image-".length));
  return index === 0 ? "scratch" : nameOf(Math.floor((index - 1) / CHILDREN));
}

/** JSON, which is YAML, too. */
function manifestOf(names: readonly string[]): string {
  return JSON.stringify(
    {
      name: generatedStackName(names.length),
      images: Object.fromEntries(
        names.map((name) => [
          name,
          {
            from: parentOf(name),
            files: [`images/${name}/rootfs`],
            user: "10001:10001",
          },
        ]),
      ),
      services: Object.fromEntries(
        names.map((name) => [name.replace("image", "service"), { image: name }]),
      ),
    },
    undefined,
    2,
  );
}

function bakeFileOf(names: readonly string[]): string {
  const contextOf = (name: string): Readonly<Record<string, Readonly<Record<string, string>>>> => {
    const parent = parentOf(name);
    return parent === "scratch" ? {} : { contexts: { [parent]: `target:${parent}` } };
  };
  return JSON.stringify({
    group: {
      default: { targets: names },
      ...Object.fromEntries(
        generatedParts(names.length).map((part, index) => [
          part,
          { targets: names.slice(index * PART, (index + 1) * PART) },
        ]),
      ),
    },
    target: Object.fromEntries(
      names.map((name) => [
        name,
        {
          context: `images/${name}`,
          ...contextOf(name),
          tags: [`bench-${names.length}/${name}`],
        },
      ]),
    ),
  });
}
