import { expect, test } from "vitest";
import { pathsToLookUp } from "../../../../src/stack/resolve.ts";
import { loadText, screenOf, stackOf } from "../../../support/read-manifest.ts";

test("streams of modules and further repositories are those of all images, each once", () => {
  const stack = stackOf(
    `name: shop
os: [oraclelinux-9, debian-12]
images:
  base: { from: scratch, packages: { oraclelinux-9: [bash], debian-12: [bash] } }
  app:
    from: base
    packages:
      oraclelinux-9: { modules: ["php:8.2"], repositories: [ol9_codeready_builder], install: [php-fpm] }
      debian-12: [php8.2-fpm]
  db:
    from: base
    packages:
      oraclelinux-9: { modules: ["nodejs:20", "php:8.2"], install: [nodejs] }
      debian-12: [nodejs]
`,
    { os: "oraclelinux-9" },
  );
  expect(stack.modules).toEqual(["nodejs:20", "php:8.2"]);
  expect(stack.furtherRepositories).toEqual(["ol9_codeready_builder"]);
  expect(stack.images.get("app")).toMatchObject({ packages: ["php-fpm"] });
  expect(stack.locations.has("images.app.packages.php-fpm")).toBe(true);
});

test("a system of Debian's has neither, and a module has one stream", () => {
  const text = `name: shop
os: [oraclelinux-9, debian-12]
images:
  app: { from: scratch, packages: { oraclelinux-9: { modules: ["php:8.2"], install: [] }, debian-12: { modules: ["php:8.2"], install: [] } } }
  web: { from: scratch, packages: { oraclelinux-9: { modules: ["php:8.3"], install: [] }, debian-12: [] } }
`;
  expect(screenOf(text, { os: "debian-12" })).toContain(
    '"modules" has no meaning for Debian 12: its packages come from its suite alone. [unknown-key]',
  );
  const shown = screenOf(text, { os: "oraclelinux-9" });
  expect(shown).toContain(
    'The images take packages from two streams of the module "php": php:8.2 and php:8.3. [invalid-value]',
  );
  expect(shown).toMatch(/^stack\.config\.yaml:5:/m);
});

test("a stream must be written with its module", () => {
  const shown = screenOf(
    "name: shop\nos: [oraclelinux-9]\nimages: { app: { from: scratch, packages: { oraclelinux-9: { modules: [php], install: [] } } } }\n",
    { os: "oraclelinux-9" },
  );
  expect(shown).toContain("a module and its stream, such as php:8.2");
});

test("files of keys are files of the project, of the system that is built", () => {
  const text = `name: shop
os: [debian-12, debian-13]
keys: { debian-12: [keys/bank.asc, keys/lost.asc, keys], debian-13: [keys/lost.asc] }
images: { app: { from: scratch } }
`;
  const files = ["keys/", "keys/bank.asc"];
  const shown = screenOf(text, { files });
  expect(shown).toContain('The file of keys "keys/lost.asc" does not exist. [missing-file]');
  expect(shown).toContain('"keys" is no regular file. [missing-file]');
  const right = text.replace(", keys/lost.asc, keys]", "]");
  expect(stackOf(right, { files }).keyFiles).toEqual(["/project/keys/bank.asc"]);
  expect(stackOf(right, { files: [...files, "keys/lost.asc"], os: "debian-13" }).keyFiles).toEqual([
    "/project/keys/lost.asc",
  ]);
  const loaded = loadText(right);
  expect(loaded.ok && pathsToLookUp(loaded.value)).toContain("/project/keys/bank.asc");
});
