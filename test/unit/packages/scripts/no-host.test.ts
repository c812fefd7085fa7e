import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const room = path.resolve(import.meta.dirname, "../../../../src/packages/scripts");

/** All that the room may take from Node: bytes, and checksums that commands print. */
const allowed = new Set(["node:buffer", "node:crypto"]);

const files = globSync("**/*.ts", { cwd: room });

test("scripts have no way to the host: the room imports nothing that leads there", () => {
  expect(files.length).toBeGreaterThan(50);
  const strange = files.flatMap((file) => {
    const text = readFileSync(path.join(room, file), "utf8");
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
  const found = files.filter((file) => {
    const code = readFileSync(path.join(room, file), "utf8").replaceAll(
      /\/\*[\s\S]*?\*\/|\/\/.*/g,
      "",
    );
    return words.test(code);
  });
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
