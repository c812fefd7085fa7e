import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const room = path.resolve(import.meta.dirname, "../../../../src/packages/scripts");

/** All that the room may take from Node: bytes, what packs them, and checksums of them. */
const allowed = new Set(["node:buffer", "node:crypto", "node:zlib"]);

const files = globSync("**/*.ts", { cwd: room });

/** Debian's commands run within scripts as well. */
const debian = path.resolve(room, "../deb/commands");

/** What both rooms reach by their imports, as absolute paths, themselves included. */
function reached(): readonly string[] {
  const found = new Set(
    [room, debian].flatMap((folder) =>
      globSync("**/*.ts", { cwd: folder }).map((file) => path.join(folder, file)),
    ),
  );
  // What is added while it is gone through is gone through as well.
  for (const file of found) {
    for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/from "(\.[^"\n]+)"/g))
      found.add(path.resolve(path.dirname(file), target));
  }
  return [...found];
}

/** Code without its comments. */
function codeOf(file: string): string {
  return readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}

test("scripts have no way to the host: nothing that they reach imports what leads there", () => {
  expect(files.length).toBeGreaterThan(50);
  const strange = reached().flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return [
      ...text.matchAll(
        /^(?:import\b|export\b|\}).* from "([^"\n]+)";$|\bimport\(?\s*"([^"\n]+)"/gm,
      ),
    ]
      .map(([, target, other = ""]) => target ?? other)
      .filter((target) => !target.startsWith(".") && !allowed.has(target))
      .map((target) => `${file}: ${target}`);
  });
  expect(strange).toEqual([]);
});

test("scripts have no clock, no chance and no process", () => {
  const words =
    /\b(?:Date\.now|new Date\(\)|performance\.|Math\.random|randomBytes|randomUUID|process\.|globalThis|eval\(|new Function|fetch\(|require\()/;
  const found = reached().filter((file) => words.test(codeOf(file)));
  expect(found).toEqual([]);
});

test("imports of the room that leave it point down", () => {
  const outside = files.flatMap((file) => {
    const text = readFileSync(path.join(room, file), "utf8");
    return [...text.matchAll(/from "(\.[^"]+)"/g)]
      .map(([, target = ""]) => path.relative(room, path.resolve(room, path.dirname(file), target)))
      .filter((target) => target.startsWith(".."));
  });
  for (const target of new Set(outside))
    expect(target).toMatch(/^\.\.\/\.\.\/[a-z-]+\.ts$|^\.\.\/\.\.\/archive\//);
});
