import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../../../src");

/**
 * Who may use the file system by itself, and for what. Everybody else reads the project's files
 * with src/project, which follows no link out of it: a file that is not listed here and imports
 * `node:fs` is a reader that goes around it.
 */
const allowed: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^project\//, "the one way to the project's files"],
  [/^cli\//, "the manifest itself, the lock, the user's settings"],
  [/^store\//, "the store"],
  [
    /^templates\//,
    "templates, which are qclock's own files, and the projects that begin with them",
  ],
  [/^archive\/(?:read-tar|spool)\.ts$/, "artifacts in the store, and what they unpack to"],
  [/^packages\//, "archives and signed files in the store"],
  [/^docker\//, "the Engine's host"],
  [
    /^verify\/(?:network\/host-services|services\/processes|images\/rebuild)\.ts$/,
    "/proc; a temporary store",
  ],
  [/^build-context\/pack\.ts$/, "the archive that it writes into the store"],
  [/^worker-url\.ts$/, "whether a worker was built"],
  [/^run\/hold\/process-identity\.ts$/, "/proc"],
  [/^run\/bundle\/project\.ts$/, "names and kinds alone; what files hold comes from src/project"],
  [/^run\/bundle\/unpack-project\.ts$/, "writes a project, by rules of its own"],
  [/^run\/bundle\/[a-z-]+\.ts$/, "the bundle"],
  [/^run\/copy\/[a-z-]+\.ts$/, "files and folders that the user names to `cp`"],
  [
    /^image\/(?:image-layout|layers\/(?:artifacts-layer|image-root|layer-cache|layer-sources|carried-run-layer|layer-tar|read-entry|run-difference)|artifacts\/unpack-artifact|wheels\/unpack-wheel|unpack\/[a-z-]+|bundle\/[a-z]+)\.ts$/,
    "layers, archives and spools in the store",
  ],
];

test("only who is listed uses the file system by itself", () => {
  const users = globSync("**/*.ts", { cwd: root })
    .filter((file) =>
      /from "node:fs(?:\/promises)?"/.test(readFileSync(path.join(root, file), "utf8")),
    )
    .toSorted();
  expect(users.length).toBeGreaterThan(30);
  expect(users.filter((file) => !allowed.some(([pattern]) => pattern.test(file)))).toEqual([]);
  for (const [pattern] of allowed) expect(users.some((file) => pattern.test(file))).toBe(true);
});

test("who reads secrets, build contexts and files has no other way", () => {
  for (const file of [
    "run/services/declared-secrets.ts",
    "build-context/scan.ts",
    "build-context/digest.ts",
    "image/files/files.ts",
  ])
    expect(readFileSync(path.join(root, file), "utf8")).toContain("project/open.ts");
});
