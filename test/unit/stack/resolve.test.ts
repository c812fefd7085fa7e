import { describe, expect, test } from "vitest";
import { pathsToLookUp } from "../../../src/stack/resolve.ts";
import type { Place } from "../../../src/project/place.ts";
import { loadText, problemsOf, readText, stackOf } from "../../support/read-manifest.ts";

const head = 'name: s\nimages: { app: { from: scratch, user: "1:1" } }\n';

describe("a secret", () => {
  const textOf = (secret: string): string => `${head}secrets: { key: { ${secret} } }\n`;

  test.each([
    ["generate: true", { type: "generate", length: 32 }],
    ["generate: {}", { type: "generate", length: 32 }],
    ["generate: { length: 64 }", { type: "generate", length: 64 }],
    ["environment: KEY", { type: "environment", variable: "KEY" }],
    ["file: keys/a.pem", { type: "file", path: "/project/keys/a.pem" }],
  ])("comes from %s", (written, source) => {
    const stack = stackOf(textOf(written), { files: ["keys/", "keys/a.pem"] });
    expect(stack.secrets.get("key")).toEqual({ name: "key", source });
    expect(stack.locations.get("secrets.key")).toMatchObject({ line: 3, column: 12 });
  });

  test.each(["", "generate: true, environment: KEY", "generate: true, file: a, environment: KEY"])(
    "comes from one place: { %s } is refused",
    (written) => {
      expect(problemsOf(textOf(written))).toEqual([
        'invalid-value: Secret "key" must have exactly one of generate, file and environment.',
      ]);
    },
  );

  test.each<[string, Place, readonly string[]]>([
    [
      "missing",
      { type: "missing" },
      ['missing-file: The file "a.pem" of secret "key" does not exist.'],
    ],
    [
      "a folder",
      { type: "directory", path: "/project/a.pem" },
      ['missing-file: "a.pem" of secret "key" is no regular file.'],
    ],
    [
      "a device",
      { type: "other", path: "/project/a.pem" },
      ['missing-file: "a.pem" of secret "key" is no regular file.'],
    ],
    ["there", { type: "file", path: "/project/a.pem" }, []],
  ])("whose file is %s", (_, place, problems) => {
    const places = new Map([["/project/a.pem", place]]);
    expect(problemsOf(textOf("file: a.pem"), { places })).toEqual(problems);
  });
});

describe("an image", () => {
  const digest = `sha256:${"1".repeat(64)}`;

  test.each([
    ['a: { image: "x.example/y@D", user: "1:1" }', ["user"]],
    [
      'a: { image: "x.example/y@D", packages: { debian-12: [bash] }, labels: [a=b] }',
      ["packages", "labels"],
    ],
    ["a: { build: ., labels: [a=b] }", []],
    ["a: { build: ., files: [rootfs], environment: [A=b] }", ["files", "environment"]],
    ["a: { from: scratch, labels: [a=b], environment: [A=b] }", []],
  ])("says nothing that its kind has no place for: %s", (image, keys) => {
    const read = readText(`name: s\nimages: { ${image.replace("D", digest)} }\n`, {
      places: new Map([["/project/Dockerfile", { type: "file", path: "/project/Dockerfile" }]]),
    });
    const kind = image.includes("build") ? "build" : "image";
    expect(read.ok ? [] : read.error.map(({ message }) => message)).toEqual(
      keys.map((key) => `"${key}" has no meaning for image "a", which has \`${kind}\`.`),
    );
  });

  test("cannot be called scratch, and takes an account's name once", () => {
    expect(problemsOf("name: s\nimages: { scratch: { from: scratch } }\n")).toEqual([
      'invalid-value: "scratch" is no image\'s name: `from: scratch` means an empty one.',
    ]);
    const users = "users: [{ name: a, uid: 1 }, { name: b, uid: 2 }, { name: a, uid: 3 }]";
    const groups = "groups: [{ name: a, gid: 1 }, { name: b, gid: 2 }, { name: b, gid: 3 }]";
    const read = readText(
      `name: s\nimages:\n  a:\n    from: scratch\n    accounts:\n      ${users}\n      ${groups}\n`,
    );
    expect(read.ok ? [] : read.error).toMatchObject([
      {
        code: "duplicate-name",
        message: '"a" is given twice among the users of image "a".',
        location: { line: 6, column: 65 },
        related: [{ location: { line: 6, column: 23 } }],
      },
      {
        code: "duplicate-name",
        message: '"b" is given twice among the groups of image "a".',
        location: { line: 7, column: 66 },
        related: [{ location: { line: 7, column: 45 } }],
      },
    ]);
  });

  test("remembers where each of its packages stands", () => {
    const stack = stackOf(
      "name: s\nimages: { app: { from: scratch, packages: { debian-12: [nginx, bash] } } }\n",
    );
    expect(stack.locations.get("images.app.packages.bash")).toMatchObject({ line: 2, column: 64 });
    expect(stack.locations.get("images.app.packages.nginx")).toMatchObject({ line: 2, column: 57 });
  });
});

test.each([
  ["in a list, beside names that hold the same letters", "[a-b, ab, a.b, a, x]", "a", "a, x]"],
  ["the first of a list", "[a, x]", "a", "a, x]"],
  ["without a space before it", "[x,a]", "a", "a]"],
  ["as a key", "{ ab: {}, a: {}, x: {} }", "a", "a: {}, x: {} }"],
  ["with a dot, which is no other character", "[a-b, a.b]", "a.b", "a.b]"],
])("a circle is shown at the edge, %s: %s", (_, dependsOn, target, shown) => {
  const services = ["a", "a-b", "ab", "a.b", "x"].map(
    (name) => `  ${name}: { image: app${name === target ? ", depends_on: [z]" : ""} }\n`,
  );
  const text = `${head}services:\n  z: { image: app, depends_on: ${dependsOn} }\n${services.join("")}`;
  const read = readText(text);
  const [problem] = read.ok ? [] : read.error;
  const edge = problem?.related.find(({ message }) => message === `"z" depends on "${target}"`);
  const { line, column = 0, sourceLine = "" } = edge?.location ?? {};

  expect(problem?.code).toBe("dependency-cycle");
  expect(line).toBe(4);
  expect(sourceLine.slice(column - 1)).toBe(`${shown} }`);
});

test("a circle of three is told with each of its edges, once", () => {
  const service = (name: string, target: string): string =>
    `  ${name}: { image: app, depends_on: [${target}] }\n`;
  const text = `${head}services:\n${service("b", "c")}${service("c", "a")}${service("a", "b")}`;
  const read = readText(text);
  expect(read.ok ? [] : read.error).toMatchObject([
    {
      code: "dependency-cycle",
      message: "The services depend on each other in a circle: a -> b -> c -> a.",
      location: { line: 6 },
      related: [
        { message: '"a" depends on "b"', location: { line: 6 } },
        { message: '"b" depends on "c"', location: { line: 4 } },
        { message: '"c" depends on "a"', location: { line: 5 } },
      ],
    },
  ]);
});

test("a stack knows its other systems and the links it goes through", () => {
  const plain = stackOf(head);
  for (const key of ["otherSystems", "overridePaths", "links"])
    expect(plain).not.toHaveProperty(key);
  expect(stackOf(`${head}os: debian-12\n`)).not.toHaveProperty("otherSystems");

  const place = { type: "directory", path: "/project/real" } as const;
  const places = new Map<string, Place>([
    ["/project/a", { ...place, links: ["/project/two", "/project/one"] }],
    ["/project/b", { ...place, links: ["/project/one"] }],
    ["/project/c", place],
  ]);
  const text = `name: s\nos: [debian-13, debian-12, oraclelinux-9]\nimages: { app: { from: scratch, user: "1:1", files: [a, b, c] } }\n`;
  const stack = stackOf(text, { places });
  expect(stack.otherSystems).toEqual(["debian-13", "oraclelinux-9"]);
  expect(stack.links).toEqual(["/project/one", "/project/two"]);
});

test("the mirrors of systems and that of Python packages are told apart", () => {
  const stack = stackOf(
    `${head}mirrors: { debian-12: "https://m.example/debian", python: "https://m.example/simple" }\n`,
  );
  expect([...stack.mirrors]).toEqual([["debian-12", "https://m.example/debian"]]);
  expect(stack.pythonIndex).toBe("https://m.example/simple");
  expect(stackOf(head)).not.toHaveProperty("pythonIndex");
});

test("a volume's labels and its place are kept", () => {
  const stack = stackOf(`${head}volumes: { data: { labels: { a: 1 } }, rows: }\n`);
  expect([...stack.volumes.values()]).toEqual([
    { name: "data", engineName: "s_data", labels: new Map([["a", "1"]]) },
    { name: "rows", engineName: "s_rows", labels: new Map() },
  ]);
  expect(stack.locations.get("volumes.rows")).toMatchObject({ line: 3 });
});

test("problems come in the order of the text, from whatever part of it", () => {
  const text = `name: s
services: { app: { image: app, volumes: [data:/x], user: root } }
secrets: { key: {} }
images: { app: { from: bse }, base: { from: scratch, files: [../x] } }
`;
  expect(problemsOf(text).map((each) => each.split(":")[0])).toEqual([
    "unknown-volume",
    "exception-without-reason",
    "invalid-value",
    "unknown-image",
    "path-outside-project",
  ]);
});

test("what is looked up beforehand is every path that the manifest names, and no name of a volume", () => {
  const loaded = loadText(`name: s
keys: { debian-12: [keys/a.asc] }
images:
  app: { from: scratch, user: "1:1", files: [rootfs, { path: page.html, target: /x }], wheels: req.txt }
  one: { build: one }
  two: { build: { context: two, dockerfile: sub/File } }
services:
  app:
    image: app
    env_file: [a.env, { path: b.env, required: false }]
    volumes: [data:/a, "./conf:/b", "../up:/c", "~/d:/d", /srv:/e, { type: bind, source: ./long, target: /f }, { type: volume, source: data, target: /g }]
  other: { image: app, env_file: c.env }
secrets: { key: { file: key.pem }, made: { generate: true } }
volumes: { data: }
`);
  expect(loaded.ok && pathsToLookUp(loaded.value).toSorted()).toEqual(
    [
      "/project/a.env",
      "/project/b.env",
      "/project/c.env",
      "/project/conf",
      "/project/key.pem",
      "/project/keys/a.asc",
      "/project/long",
      "/project/one",
      "/project/one/Dockerfile",
      "/project/page.html",
      "/project/req.txt",
      "/project/rootfs",
      "/project/two",
      "/project/two/sub/File",
      "/project/~/d",
      "/srv",
      "/up",
    ].toSorted(),
  );
});
