import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { codesOf, loadText, readText, screenOf } from "../../support/read-manifest.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** A manifest of a stranger: it may be refused, but not cost time or memory, and never crash. */

describe("YAML that is refused", () => {
  test("a tab that indents", () => {
    expect(screenOf("name: shop\nimages:\n\tbase: { from: scratch }\n")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:3:1 error: Tabs are not allowed as indentation. [yaml-syntax]

          3 |   base: { from: scratch }
            | ~~
            hint: Indent with spaces.

      1 error
      "
    `);
  });

  test("a tag that makes more than data", () => {
    expect(screenOf("name: !!js/function 'x'\n")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:1:7 error: Unresolved tag: tag:yaml.org,2002:js/function. [yaml-tag]

          1 | name: !!js/function 'x'
            |       ~~~~~~~~~~~~~
            hint: A manifest has the tags \`!reset\` and \`!override\` alone; remove it.

      1 error
      "
    `);
  });

  test("a second document", () => {
    expect(screenOf("name: a\n---\nname: b\n")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:2:1 error: The manifest holds more than one document. [yaml-syntax]

          2 | ---
            | ~
            hint: One file describes one stack; remove the \`---\` line.

      1 error
      "
    `);
  });

  test("an alias inside of what it names", () => {
    expect(screenOf("name: shop\nimages: &all { base: *all }\n")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:2:22 error: Alias *all is inside what it names. [yaml-alias]

          2 | images: &all { base: *all }
            |                      ~~~~

      1 error
      "
    `);
  });

  test("an alias of nothing", () => {
    expect(screenOf("name: *shop\n")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:1:7 error: Alias *shop names no anchor before it. [yaml-alias]

          1 | name: *shop
            |       ~~~~~

      1 error
      "
    `);
  });

  test("a NUL character, shown by its number", () => {
    expect(screenOf("name: sh\0op\n")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:1:9 error: The manifest holds a NUL character. [yaml-syntax]

          1 | name: sh\\x00op
            |         ~~~~

      1 error
      "
    `);
  });

  test.each([
    ["a key that is a list", "? [a, b]\n: x\n", ["yaml-syntax"]],
    ["a key that is nothing", "? \n: x\n", ["yaml-syntax"]],
    [
      "the key __proto__",
      "name: shop\nimages: { __proto__: { from: scratch } }\n",
      ["unknown-key"],
    ],
    [
      "names that every object has",
      "name: shop\nimages: { a: { from: constructor }, b: { from: toString } }\n",
      ["unknown-image", "unknown-image"],
    ],
    ["an open bracket", "name: [shop\n", ["yaml-syntax"]],
    ["an open quote", 'name: "shop\n', ["yaml-syntax"]],
    ["a text alone", "hello\n", ["wrong-type"]],
    ["a list alone", "- a\n", ["wrong-type"]],
  ])("%s", (_what, text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });
});

describe("bombs are refused before they cost time", () => {
  const laughs = "abcdefghi".split("").map((letter, index) =>
    index === 0
      ? "a: &a [x, x, x, x, x, x, x, x, x]"
      : `${letter}: &${letter} [${Array(9)
          .fill(`*${"abcdefghi"[index - 1]}`)
          .join(", ")}]`,
  );
  const count = 8000;
  const numbered = (line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join("\n");

  test.each([
    ["aliases of aliases", `${laughs.join("\n")}\n`, ["yaml-alias"]],
    ["brackets without end", `name: ${"[".repeat(20_000)}`, ["manifest-too-deep"]],
    ["balanced brackets", `name: ${"[".repeat(200)}${"]".repeat(200)}`, ["manifest-too-deep"]],
    [
      "maps by indentation",
      numbered((index) => `${" ".repeat(index % 100)}a:`),
      ["manifest-too-deep"],
    ],
    ["lists by dashes", "- ".repeat(20_000), ["manifest-too-deep"]],
    ["a scalar of two megabytes", `name: ${"x".repeat(2 ** 21)}`, ["manifest-too-large"]],
    ["a quarter of a million values", `name: [${"1,".repeat(250_000)}]`, ["manifest-too-large"]],
    ["half a million open quotes", '"'.repeat(500_000), ["manifest-too-large"]],
    [
      "thousands of aliases",
      `${numbered((index) => `a${index}: &a${index} 1`)}\n${numbered((index) => `b${index}: *a${index}`)}`,
      ["yaml-alias"],
    ],
    ["variables in variables", `name: "${"${A:-".repeat(100_000)}"`, ["invalid-interpolation"]],
  ])(
    "%s",
    (_what, text, codes) => {
      const start = performance.now();
      expect([...new Set(codesOf(text))]).toEqual(codes);
      // Not a benchmark: what is not bounded takes minutes.
      expect(performance.now() - start).toBeLessThan(20_000);
    },
    30_000,
  );

  test("thousands of keys are compared once each", () => {
    const start = performance.now();
    const read = loadText(
      `name: shop\nimages:\n  base:\n    from: scratch\n${numbered((index) => `    k${index}: 1`)}\n`,
    );
    expect(read.ok ? 0 : read.error.length).toBe(500);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("text that is unusual, and right", () => {
  test.each([
    [
      "a byte order mark and Windows line ends",
      "\uFEFFname: shop\r\nimages:\r\n  base: { from: scratch }\r\n",
    ],
    [
      "brackets in a comment and in a text",
      `name: shop # ${"[".repeat(100)}\nimages: { a: { from: scratch, labels: { a: "${"[{".repeat(100)}" } } }\n`,
    ],
    ["anchors and aliases", "name: shop\nimages: { a: &a { from: scratch }, b: *a }\n"],
    [
      "a hundred aliases of a small map",
      `name: shop\nimages:\n  base: { from: scratch, environment: &e { A: b } }\n${Array.from({ length: 100 }, (_, index) => `  i${index}: { from: base, environment: *e }`).join("\n")}\n`,
    ],
  ])("%s", (_what, text) => {
    expect(screenOf(text)).toBe("");
  });

  test("five hundred images load and resolve in well under a second", () => {
    const images = Array.from(
      { length: 500 },
      (_, index) =>
        `  i${index}:\n    from: ${index === 0 ? "scratch" : `i${index - 1}`}\n    packages: { debian-12: [bash, coreutils] }\n    environment: { A: b }\n`,
    );
    const start = performance.now();
    const read = readText(`name: shop\nimages:\n${images.join("")}`);
    expect(read.ok ? read.value.images.size : 0).toBe(500);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe("values keep what was written", () => {
  const textOf = (value: string): string =>
    `name: shop\nimages: { a: { from: scratch, user: "1:1" } }\nservices:\n  app:\n    image: a\n${value.replace(/^/gm, "    ")}\n`;
  const environment = { PORT: "8080", UID: "0800", ON: "true" };

  test("a variable takes the type that the schema wants, in quotes or not", () => {
    const read = readText(
      textOf(
        'user: ${UID}\npids_limit: "${PORT}"\nread_only: ${ON}\ncpus: ${CPUS:-0.5}\nports: ["${PORT}:${PORT}"]',
      ),
      { environment },
    );
    const service = read.ok ? read.value.services.get("app") : undefined;
    expect(service).toMatchObject({
      user: "0800",
      limits: { pids: 8080, cpus: 0.5 },
      hardening: { readOnlyRoot: true },
      ports: [{ hostPort: 8080, containerPort: 8080 }],
    });
  });

  test("numbers in an environment keep their digits", () => {
    const read = readText(
      textOf('environment: { VERSION: 1.10, ZERO: 007, YES: True, PORT: "${PORT}" }'),
      {
        environment,
      },
    );
    const service = read.ok ? read.value.services.get("app") : undefined;
    expect([...(service?.environment ?? [])]).toEqual([
      ["VERSION", "1.10"],
      ["ZERO", "007"],
      ["YES", "True"],
      ["PORT", "8080"],
    ]);
  });

  test("an unset variable hides no other problem on its line", () => {
    expect(
      codesOf(
        textOf('{ user: "${NOBODY}", bogus: 1 }').replace(
          "app:\n    image: a\n    {",
          "app: { image: a,",
        ),
      ),
    ).toEqual(["unset-variable", "unknown-key"]);
  });

  test("a variable is found in a folded text, after escapes and before its twin", () => {
    expect(screenOf(textOf('environment:\n  A: >\n    one\n    two ${B} ${C:-x}\n  D: "\\t${B}"')))
      .toMatchInlineSnapshot(`
      "
      stack.config.yaml:9:13 error: Variable B is not set. [unset-variable]

          9 |         two \${B} \${C:-x}
            |             ~~~~
            hint: Set it in the environment, or give a default: \${B:-value}.

      stack.config.yaml:10:13 error: Variable B is not set. [unset-variable]

         10 |       D: "\\t\${B}"
            |             ~~~~
            hint: Set it in the environment, or give a default: \${B:-value}.

      2 errors
      "
    `);
  });
});

const manifestText = readFileSync(
  path.resolve(import.meta.dirname, "../../../stack.config.yaml"),
  "utf8",
);

test.each([1, 2, 3, 4])(
  "whatever happens to the manifest, it is read or refused (seed %d)",
  (seed) => {
    const random = seededRandom(seed);
    const pieces = [
      "[",
      "]",
      "{",
      "}",
      ":",
      ": ",
      "- ",
      "\n",
      "  ",
      "\t",
      "*a",
      "&a ",
      "!!x ",
      "${",
      "$",
      "}",
      '"',
      "'",
      "#",
      "|",
      ">",
      "?",
      "\u202E",
      "\0",
      "0755",
      "null",
      "~",
      "__proto__",
      "..",
      "\uD800",
      "-1",
      "1e999",
      "<<: *a",
    ];
    for (let round = 0; round < 50; round++) {
      let text = manifestText;
      for (let change = 0; change <= random() * 4; change++) {
        const at = Math.floor(random() * text.length);
        const cut = Math.floor(random() * (random() < 0.3 ? 200 : 3));
        const piece = pieces[Math.floor(random() * pieces.length)] ?? "";
        text = text.slice(0, at) + piece + text.slice(at + cut);
      }
      const read = readText(text);
      if (read.ok) continue;
      expect(read.error.length).toBeGreaterThan(0);
      for (const { location, message } of read.error) {
        expect(message).toMatch(/\.$/);
        expect(location.line).toBeGreaterThan(0);
        expect(location.length).toBeGreaterThan(0);
      }
      expect(screenOf(text)).toContain("error");
    }
  },
);
