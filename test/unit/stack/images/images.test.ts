import { expect, test } from "vitest";
import type { OsName } from "../../../../src/os.ts";
import type { Place } from "../../../../src/project/place.ts";
import { resolveStack, pathsToLookUp } from "../../../../src/stack/resolve.ts";
import { codesOf, loadText, readText, screenOf, stackOf } from "../../../support/read-manifest.ts";

test("an image of packages and files, with every path absolute and every number a number", () => {
  const stack = stackOf(
    `name: shop
os: [debian-12, debian-13]
images:
  app:
    from: base
    packages: { debian-12: [nginx, bash, nginx], debian-13: { install: [nginx] } }
    files: [rootfs, { path: page.html, target: /srv/page.html, mode: "0640", owner: "33:34" }]
    directories: [{ path: /data, owner: "1:2", mode: "1777" }]
    setuid: [/usr/bin/su]
    entrypoint: nginx -g "daemon off;"
    expose: [80, "53/udp"]
    labels: [a=b]
  base:
    from: scratch
    exclude: []
    essential: true
    scripts: none
    strict_scripts: true
    debconf: { "tzdata tzdata/Areas": Etc, app/port: 80, app/ask: false }
    accounts:
      users: [{ name: web, uid: 33 }]
      groups: [{ name: ops, gid: 40, members: [web] }]
`,
    { files: ["rootfs/", "page.html"] },
  );
  expect([...stack.images.keys()]).toEqual(["base", "app"]);
  expect(stack.images.get("app")).toEqual({
    type: "assembled",
    name: "app",
    reference: "qclock.invalid/shop/app:latest",
    parent: "base",
    packages: ["bash", "nginx"],
    exclude: [
      "/usr/share/doc",
      "/usr/share/man",
      "/usr/share/info",
      "/usr/share/locale",
      "/usr/share/lintian",
    ],
    users: [],
    groups: [],
    numericUsers: [],
    artifacts: [],
    files: [
      { source: "/project/rootfs", target: "/", uid: 0, gid: 0 },
      { source: "/project/page.html", target: "/srv/page.html", mode: 0o640, uid: 33, gid: 34 },
    ],
    directories: [{ path: "/data", mode: 0o1777, uid: 1, gid: 2 }],
    setuid: ["/usr/bin/su"],
    essential: false,
    scripts: "interpret",
    strictScripts: false,
    debconf: new Map(),
    config: {
      entrypoint: ["nginx", "-g", "daemon off;"],
      environment: new Map(),
      exposedPorts: ["80/tcp", "53/udp"],
      labels: new Map([["a", "b"]]),
    },
  });
  expect(stack.images.get("base")).toMatchObject({
    exclude: [],
    essential: true,
    scripts: "none",
    strictScripts: true,
    debconf: new Map([
      ["tzdata/Areas", "Etc"],
      ["app/port", "80"],
      ["app/ask", "false"],
    ]),
    users: [{ name: "web", uid: 33, gid: 33, home: "/nonexistent", shell: "/usr/sbin/nologin" }],
    groups: [{ name: "ops", gid: 40, members: ["web"] }],
  });
});

test("a Dockerfile's image stands on the images of the stack that it names, once each", () => {
  const stack = stackOf(
    "name: shop\nimages:\n  base: { from: scratch }\n  tool: { build: { context: tool, target: run, args: { A: 1 } } }\n",
    {
      froms: new Map([["tool", ["base", "debian:12", "base"]]]),
      files: ["tool/", "tool/Dockerfile"],
    },
  );
  expect(stack.images.get("tool")).toEqual({
    type: "dockerfile",
    name: "tool",
    reference: "qclock.invalid/shop/tool:latest",
    context: "/project/tool",
    dockerfile: "/project/tool/Dockerfile",
    target: "run",
    buildArgs: new Map([["A", "1"]]),
    parents: ["base"],
    labels: new Map(),
  });
});

test("the operating system picks the packages, and one without any is told", () => {
  const text =
    "name: shop\nos: [debian-12, debian-13]\nimages: { app: { from: scratch, packages: { debian-12: [bash] } } }\n";
  expect(codesOf(text)).toEqual([]);
  expect(screenOf(text, { os: "debian-13" })).toMatchInlineSnapshot(`
    "
    stack.config.yaml:3:33 error: Image "app" lists no packages for debian-13. [unknown-os]

        3 | images: { app: { from: scratch, packages: { debian-12: [bash] } } }
          |                                 ~~~~~~~~
          hint: It lists some for debian-12.

    1 error
    "
  `);
});

test("files for one system alone are told by the end of their name", () => {
  const text = (os: string): string =>
    `name: shop\nos: [${os}]\nimages: { app: { from: scratch, files: [rootfs, rootfs.debian-13, rootfs.oraclelinux-9, rootfs.d] } }\n`;
  const files = ["rootfs/", "rootfs.debian-13/", "rootfs.oraclelinux-9/", "rootfs.d/"];
  const laid = (os: OsName): unknown => {
    const image = stackOf(text(os), { files, os }).images.get("app");
    return image?.type === "assembled" ? image.files.map(({ source }) => source) : undefined;
  };
  expect(laid("debian-12")).toEqual(["/project/rootfs", "/project/rootfs.d"]);
  for (const os of ["debian-13", "oraclelinux-9"] as const)
    expect(laid(os)).toEqual(["/project/rootfs", `/project/rootfs.${os}`, "/project/rootfs.d"]);
});

test("a file needs a place in the image, a folder is the image's root", () => {
  expect(
    screenOf("name: shop\nimages: { app: { from: scratch, files: [page.html] } }\n", {
      files: ["page.html"],
    }),
  ).toMatchInlineSnapshot(`
    "
    stack.config.yaml:2:41 error: "page.html" is a file; say with "target" what it becomes in the image. [invalid-value]

        2 | images: { app: { from: scratch, files: [page.html] } }
          |                                         ~~~~~~~~~

    1 error
    "
  `);
});

test("resolving asks only for paths that were announced", () => {
  const loaded = loadText(
    `name: shop
images:
  app: { from: scratch, user: "1:1", files: [rootfs, { path: a/b }] }
  tool: { build: { context: tool, dockerfile: sub/Dockerfile } }
services:
  app: { image: app, volumes: ["./conf:/conf"], policy: { bind_mounts: { /conf: edited while it runs } } }
secrets: { key: { file: key.txt } }
`,
  );
  if (!loaded.ok) throw new Error("invalid");
  const announced = new Set(pathsToLookUp(loaded.value));
  const asked = new Set<string>();
  resolveStack({
    loaded: loaded.value,
    os: "debian-12",
    architecture: "amd64",
    froms: new Map(),
    locate: (file) => {
      asked.add(file);
      return { type: "directory", path: file };
    },
  });
  expect(asked.size).toBeGreaterThan(4);
  expect([...asked].filter((file) => !announced.has(file))).toEqual([]);
});

test("every path of the manifest that a link leads out of the project is refused, with link and target", () => {
  const away = { type: "outside", link: "/project/linkdir", target: "/etc" } as const;
  const places = new Map<string, Place>(
    [
      "linkdir/shadow",
      "linkdir",
      "linkdir/Dockerfile",
      "ctx/linkdir/Dockerfile",
      "linkdir/key",
    ].map((file) => [`/project/${file}`, away]),
  );
  const text = [
    "name: shop",
    "images:",
    "  app:",
    "    from: scratch",
    '    user: "1:1"',
    "    files: [{ path: linkdir/shadow, target: /x }]",
    "  one: { build: linkdir }",
    "  two: { build: { context: ctx, dockerfile: linkdir/Dockerfile } }",
    "services:",
    "  app:",
    "    image: app",
    '    volumes: ["./linkdir:/data:ro"]',
    '    policy: { bind_mounts: { /data: "the reason is here" } }',
    "secrets: { key: { file: linkdir/key } }",
    "",
  ].join("\n");

  const read = readText(text, { places });

  expect(read.ok ? [] : read.error.map(({ code, message }) => `${code}: ${message}`)).toEqual(
    ["linkdir/shadow", "linkdir", "ctx/linkdir/Dockerfile", "./linkdir", "linkdir/key"].map(
      (file) =>
        `path-outside-project: "${file}" leads out of the project: linkdir is a link to /etc.`,
    ),
  );
});

test("what a link inside the project leads to is what is used, and the link is remembered", () => {
  const places = new Map<string, Place>([
    [
      "/project/current",
      { type: "directory", path: "/project/releases/2", links: ["/project/current"] },
    ],
  ]);
  const stack = stackOf(
    'name: shop\nimages: { app: { from: scratch, user: "1:1", files: [current] } }\nservices: {}\n',
    { places },
  );
  expect(stack.images.get("app")).toMatchObject({ files: [{ source: "/project/releases/2" }] });
  expect(stack.links).toEqual(["/project/current"]);
});
