import { expect, test } from "vitest";
import { codesOf, screenOf, stackOf } from "../../../support/read-manifest.ts";

const manifest = `name: shop
mirrors: { python: "https://mirror.example/simple" }
images:
  app: { from: scratch, wheels: req/app.txt }
`;
const hash = `sha256:${"a".repeat(64)}`;
const files = ["req/app.txt", "req/"];

test("an image has the lines of its requirements file, and the manifest names the index", () => {
  const requirements = { "req/app.txt": `click==8.1.7 --hash=${hash}\n` };
  const stack = stackOf(manifest, { files, requirements });
  expect(stack.pythonIndex).toBe("https://mirror.example/simple");
  expect(stack.mirrors).toEqual(new Map());
  expect(stack.images.get("app")).toMatchObject({
    wheels: {
      file: "/project/req/app.txt",
      displayPath: "req/app.txt",
      requirements: [{ name: "click", version: "8.1.7", hashes: [hash], line: 1 }],
    },
  });
});

test("mistakes are shown in the requirements file itself", () => {
  const requirements = {
    "req/app.txt": `click==8.1.7 --hash=${hash}\r\nflask>=3 \\\n  --hash=${hash}\n-i https://u:secret@x.example/simple\nClick==8.1.8 --hash=${hash}\n`,
  };
  const screen = screenOf(manifest, { files, requirements });
  expect(screen)
    .toContain(`req/app.txt:2:1 error: flask>=3 does not name one version. [requirements-syntax]

    2 | flask>=3 \\
      | ~~~~~~~~`);
  expect(screen).toContain('req/app.txt:4:1 error: "-i" is refused');
  expect(screen).not.toContain("secret");
  expect(screen).toContain(
    "req/app.txt:5:1 error: click is asked for in two versions, 8.1.7 and 8.1.8. [duplicate-name]",
  );
  expect(screen).toContain("req/app.txt:1:1");
});

test("the same project may be asked for under other conditions", () => {
  const requirements = {
    "req/app.txt": `a==1 ; python_version < "3.9" --hash=${hash}\na==2 ; python_version >= "3.9" --hash=${hash}\n`,
  };
  expect(codesOf(manifest, { files, requirements })).toEqual([]);
});

test.each([
  ["missing", [], "missing-file"],
  ["a folder", ["req/app.txt/"], "missing-file"],
  ["not to be read", files, "missing-file"],
])("a file that is %s", (_, there, code) => {
  expect(codesOf(manifest, { files: there })).toEqual([code]);
});

test("a file outside of the project, and wheels of an image that is not made of packages", () => {
  const outside = manifest.replace("req/app.txt", "../app.txt");
  expect(codesOf(outside, { files })).toEqual(["path-outside-project"]);
  const pulled = `name: shop\nimages:\n  app: { image: "x.example/y@${hash}", wheels: req/app.txt }\n`;
  expect(codesOf(pulled, { files })).toEqual(["unknown-key"]);
});
