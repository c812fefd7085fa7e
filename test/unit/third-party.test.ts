import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { formatThirdParty, packageFolders, readLibrary } from "../../scripts/third-party.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

test("each package that a bundle takes something from is found, nested ones and scopes too", () => {
  expect(
    packageFolders([
      "src/cli/process/main.ts",
      "node_modules/yaml/dist/index.js",
      "node_modules/yaml/dist/other.js",
      "node_modules/@scope/name/lib/a.js",
      "node_modules/yaml/node_modules/inner/b.js",
    ]),
  ).toEqual([
    "node_modules/@scope/name",
    "node_modules/yaml",
    "node_modules/yaml/node_modules/inner",
  ]);
});

test("a package without the text of its licence may not be bundled", async () => {
  await using folder = await temporaryFolder();
  const place = path.join(folder.path, "node_modules", "bare");
  await mkdir(place, { recursive: true });
  await writeFile(
    path.join(place, "package.json"),
    JSON.stringify({ name: "bare", version: "1.0.0", license: "MIT" }),
  );
  const read = (): Promise<unknown> => readLibrary(folder.path, "node_modules/bare");

  await expect(read()).rejects.toThrow("bare is bundled, and has no text of its licence (MIT)");

  await mkdir(path.join(folder.path, "licenses"));
  await writeFile(path.join(folder.path, "licenses", "bare.txt"), "from the repository");
  await expect(read()).resolves.toMatchObject({ text: "from the repository" });

  await writeFile(path.join(place, "license"), "its own");
  await expect(read()).resolves.toMatchObject({ text: "its own" });
});

test("the file lists the libraries, then their licences, remarks and notices", () => {
  const library = (name: string, license: string, text: string) => ({
    name,
    version: "1.2.3",
    license,
    homepage: undefined,
    text,
  });

  expect(
    formatThirdParty({
      libraries: [library("two", "LGPL-3.0+", "LESSER"), library("one", "MIT", "Permission")],
      notices: new Map([["dist/two.cjs", "/*! inner */"]]),
      remarks: new Map([["two", "May be replaced."]]),
      texts: new Map([["two", "GENERAL"]]),
    }).replaceAll(/-{80}/g, "----"),
  ).toMatchInlineSnapshot(`
    "dist/ holds code of these libraries:

      one 1.2.3: MIT
      two 1.2.3: LGPL-3.0+

    ----
    one 1.2.3
    License: MIT

    Permission
    ----
    two 1.2.3
    License: LGPL-3.0+

    May be replaced.

    LESSER

    GENERAL
    ----
    Notices in dist/two.cjs

    /*! inner */
    "
  `);
});
