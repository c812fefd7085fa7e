import { execFileSync } from "node:child_process";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { LayerEntry } from "../../../src/image/layers/layer-entry.ts";
import { loadManifest } from "../../../src/manifest/load.ts";
import { locateInProject } from "../../../src/project/locate.ts";
import type { Place } from "../../../src/project/place.ts";
import { checkProject } from "../../../src/run/check-project.ts";
import { pathsToLookUp, resolveStack } from "../../../src/stack/resolve.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

/** What `validate` says of a manifest's files: severity, code, line and message of each problem. */
async function problemsOf(
  manifest: string,
  files: Readonly<Record<string, string>>,
  prepare: (directory: string) => Promise<unknown> = async () => undefined,
  packages: ReadonlyMap<string, readonly LayerEntry[]> = new Map(),
): Promise<readonly string[]> {
  await using folder = await temporaryFolder();
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.join(folder.path, file, ".."), { recursive: true });
    await writeFile(path.join(folder.path, file), content);
  }
  await prepare(folder.path);
  const loaded = loadManifest({
    path: path.join(folder.path, "stack.config.yaml"),
    text: `name: t\n${manifest}`,
    environment: new Map(),
    displayPath: "stack.config.yaml",
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const places = new Map<string, Place>();
  for (const file of pathsToLookUp(loaded.value))
    places.set(file, await locateInProject(folder.path, file));
  const stack = resolveStack({
    loaded: loaded.value,
    os: "debian-12",
    architecture: "amd64",
    froms: new Map(),
    locate: (file) => places.get(file) ?? { type: "missing" },
  });
  if (!stack.ok) throw new Error(JSON.stringify(stack.error));
  const problems = await checkProject({
    stack: stack.value,
    packages,
    displayPath: (file) => path.relative(folder.path, file),
  });
  return problems.map(
    ({ severity, code, location, message }) => `${severity} ${code} ${location.line}: ${message}`,
  );
}

const started = (parts: string): string =>
  `images:\n  app:\n    from: scratch\n    user: "1:1"\n    files: [root]\n    ${parts}\nservices: {}\n`;

test("a script that cannot start is told: no executable bit, CR LF", async () => {
  const manifest = started("entrypoint: [/usr/bin/start.sh]");
  expect(await problemsOf(manifest, { "root/usr/bin/start.sh": "#!/bin/sh\n" })).toEqual([
    'error not-executable 7: root/usr/bin/start.sh, which image "app" starts, is not executable.',
  ]);
  const dos = { "root/usr/bin/start.sh": "#!/bin/sh\r\necho\r\n" };
  const executable = (folder: string): Promise<unknown> =>
    chmod(path.join(folder, "root/usr/bin/start.sh"), 0o755);
  expect(await problemsOf(manifest, dos, executable)).toEqual([
    String.raw`error crlf-line-endings 7: root/usr/bin/start.sh, which image "app" starts, has CR LF line ends, so that the kernel looks for "/bin/sh\r".`,
  ]);
});

test("a program is looked for through links, on PATH, and in the images below", async () => {
  const manifest = `images:
  base: { from: scratch, user: "1:1", files: [root] }
  app: { from: base, command: [tool] }
  sub: { from: base, entrypoint: /opt/tool }
services:
  s: { image: base, entrypoint: [/opt/none] }
`;
  const prepare = async (folder: string): Promise<void> => {
    await symlink("usr/bin", path.join(folder, "root/bin"));
    await mkdir(path.join(folder, "root/opt"));
    await symlink("/bin/tool", path.join(folder, "root/opt/tool"));
    await chmod(path.join(folder, "root/usr/bin/tool"), 0o755);
  };
  expect(await problemsOf(manifest, { "root/usr/bin/tool": "ELF" }, prepare)).toEqual([
    'error missing-file 7: "/opt/none", which service "s" starts, is in no layer of image "base".',
  ]);
});

test("what packages and archives may bring is not called missing", async () => {
  const image = (program: string, more: string): string =>
    `images:\n  app: { from: scratch, user: "1:1", entrypoint: ["${program}"], ${more} }\nservices: {}\n`;
  const packages = "packages: { debian-12: [bash] }";
  expect(await problemsOf(image("/bin/bash", packages), {})).toEqual([]);
  expect(await problemsOf(image("bash", packages), {})).toEqual([]);
  expect(await problemsOf(image("/app/start", packages), {})).toEqual([
    'error missing-file 3: "/app/start", which image "app" starts, is in no layer of image "app".',
  ]);
  const archive = `artifacts: [{ url: "https://files.example/a.tar", sha256: "${"0".repeat(64)}", path: /app }]`;
  expect(await problemsOf(image("/app/start", archive), {})).toEqual([]);
  expect(await problemsOf(image("/usr/bin/x", archive), {})).toHaveLength(1);
});

test("what a mount lies over, or a working folder leads to, is not called missing", async () => {
  const prepare = (folder: string): Promise<unknown> =>
    chmod(path.join(folder, "root/app/start"), 0o755);
  const service = (parts: string): Promise<readonly string[]> =>
    problemsOf(
      `${started("working_dir: /app").replace("services: {}\n", "")}services:
  s: { image: app, ${parts} }
`,
      { "root/app/start": "ELF", "code/x": "" },
      prepare,
    );
  const mount =
    'volumes: ["./code:/code:ro"], policy: { bind_mounts: { /code: "the reason is here" } }';

  expect(await service(`entrypoint: [/code/run], ${mount}`)).toEqual([]);
  expect(await service(`entrypoint: [run], environment: { PATH: /code }, ${mount}`)).toEqual([]);
  expect(await service("entrypoint: [/run/x], tmpfs: [/run]")).toEqual([]);
  expect(await service("entrypoint: [./start]")).toEqual([]);
  expect(await service("entrypoint: [app/start], working_dir: /")).toEqual([]);
  expect(await service(`entrypoint: [/run], ${mount}`)).toEqual([
    'error missing-file 9: "/run", which service "s" starts, is in no layer of image "app".',
  ]);
});

test("commands of services and of probes are looked for, and interpreters of scripts", async () => {
  const manifest = `${started("environment: { PATH: /usr/bin }").replace("services: {}\n", "")}services:
  web:
    image: app
    command: [script]
    probes:
      - exec: { command: [/usr/bin/check] }
  named: { image: app, command: [named] }
`;
  const files = {
    "root/usr/bin/script": "#!/bin/sh\n",
    "root/usr/bin/named": "#!/usr/bin/env tool\n",
    "root/usr/bin/env": "ELF",
  };
  const prepare = async (folder: string): Promise<void> => {
    for (const name of ["script", "named", "env"])
      await chmod(path.join(folder, "root/usr/bin", name), 0o755);
  };
  expect(await problemsOf(manifest, files, prepare)).toEqual([
    'error missing-file 11: "/bin/sh", which root/usr/bin/script needs to be run, is in no layer of image "app".',
    'error missing-file 13: "/usr/bin/check", which probe "exec:check" of service "web" starts, is in no layer of image "app".',
    'error missing-file 14: "tool", which root/usr/bin/named needs to be run, is in no layer of image "app".',
  ]);
});

test.each<readonly [string, string | undefined]>([
  ["#!/usr/bin/env tool\n", '"tool"'],
  ["#!/usr/bin/env  tool -e\nrest", '"tool"'],
  ["#!/usr/bin/env -S tool\n", undefined],
  ["#!/usr/bin/env A=1 tool\n", undefined],
  ["#!/usr/bin/env\n", undefined],
  ["#!/usr/bin/env script\n", undefined],
  ["#!/usr/bin/notenv tool\n", undefined],
  ["#! /bin/none tool\n", '"/bin/none"'],
  ["#!/opt/env tool\n", '"/opt/env"'],
  ["#!/bin/none", '"/bin/none"'],
  ["#!none\n", undefined],
  ["no script\r\n#!/bin/none\n", undefined],
  [`#!/usr/bin/env ${" ".repeat(600)}tool\n`, undefined],
])("of a script's first line %j what it is run by is looked for", async (line, missing) => {
  const manifest = started("entrypoint: [/usr/bin/script], environment: { PATH: /usr/bin }");
  const names = ["script", "env", "notenv"];
  const programs = names.map((name) => [`root/usr/bin/${name}`, "ELF"] as const);
  const files = { ...Object.fromEntries(programs), "root/usr/bin/script": line };
  const executable = async (folder: string): Promise<void> => {
    for (const name of names) await chmod(path.join(folder, "root/usr/bin", name), 0o755);
  };
  const said = `${missing}, which root/usr/bin/script needs to be run, is in no layer of image "app".`;
  const expected = missing === undefined ? [] : [`error missing-file 7: ${said}`];
  expect(
    await problemsOf(manifest.replace(", environment:", "\n    environment:"), files, executable),
  ).toEqual(expected);
});

test("of packages that were unpacked before it is known what they bring, by links and merged folders", async () => {
  const entry = (at: string, parts: Partial<LayerEntry> = {}): LayerEntry => ({
    path: at,
    type: "file",
    mode: 0o755,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: 1,
    origin: { type: "package", name: "a" },
    ...parts,
  });
  const known = new Map([
    [
      "base",
      [
        entry("bin", { type: "symlink", linkTarget: "usr/bin" }),
        entry("usr", { type: "directory" }),
        entry("usr/bin", { type: "directory" }),
        entry("usr/bin/python3.11"),
        entry("usr/bin/python3", { type: "symlink", linkTarget: "python3.11" }),
        entry("usr/bin/hard", { type: "hardlink", linkTarget: "usr/bin/python3.11" }),
        entry("usr/bin/data", { mode: 0o644 }),
      ],
    ],
  ]);
  const problems = (program: string): Promise<readonly string[]> =>
    problemsOf(
      `images:
  base: { from: scratch, user: "1:1", packages: { debian-12: [a] }, files: [root] }
  app: { from: base, entrypoint: ["${program}"] }
services: {}
`,
      { "root/bin/own": "ELF" },
      (folder) => chmod(path.join(folder, "root/bin/own"), 0o755),
      known,
    );

  for (const program of ["/bin/python3", "python3", "/usr/bin/hard", "/usr/bin/own", "/bin/own"])
    expect(await problems(program)).toEqual([]);
  expect(await problems("/bin/pyhton3")).toEqual([
    'error missing-file 4: "/bin/pyhton3", which image "app" starts, is in no layer of image "app".',
  ]);
  expect(await problems("/bin/data")).toEqual([
    'error not-executable 4: /usr/bin/data, which image "app" starts, is not executable.',
  ]);
});

test("a working folder that nothing makes is told, with what lies in the root in its stead", async () => {
  const text = started("working_dir: /app");
  expect(await problemsOf(text, { "root/x": "" })).toEqual([
    'warning file-differs 7: Image "app" has no folder /app, its working folder.',
  ]);
  expect(await problemsOf(text, { "root/app/x": "" })).toEqual([]);
  expect(await problemsOf(started("working_dir: /"), { "root/x": "" })).toEqual([]);
});

test("what no image can hold is an error at its entry, what is lost a warning", async () => {
  const prepare = async (folder: string): Promise<void> => {
    await writeFile(Buffer.from(`${folder}/root/caf\u00E9`, "latin1"), "");
    execFileSync("mkfifo", [path.join(folder, "root/pipe")]);
    await chmod(path.join(folder, "root/key"), 0o600);
    await chmod(path.join(folder, "root"), 0o755);
  };
  const files = { "root/.wh.x": "", "root/key": "k" };
  expect(await problemsOf(started("labels: {}"), files, prepare)).toEqual([
    "error invalid-file 6: Whiteouts, which would remove files from the layers below: root/.wh.x.",
    String.raw`error invalid-file 6: Names that are not UTF-8: root/caf\xe9.`,
    "error invalid-file 6: Neither a file, a folder nor a link: root/pipe.",
    "warning file-differs 6: Modes that the image will not have, since only the executable bit is taken over, as git does: root/key 0600 becomes 0644.",
  ]);
});

test("a build context is looked through: its scripts, names and secrets", async () => {
  const manifest = "images: { tool: { build: ctx } }\nservices: {}\n";
  expect(
    await problemsOf(manifest, {
      "ctx/Dockerfile": 'FROM scratch\nENTRYPOINT ["/start.sh"]\n',
      "ctx/start.sh": "#!/bin/sh\n",
    }),
  ).toEqual(["error not-executable 1: The container starts this script, which is not executable."]);
  expect(
    await problemsOf(manifest, { "ctx/Dockerfile": "FROM scratch\n", "ctx/.env": "KEY=1" }),
  ).toEqual([
    "error invalid-file 2: The build context of image tool holds a file that should not leave this machine. (.env)",
  ]);
  expect(
    await problemsOf(manifest, { "ctx/Dockerfile": "FROM scratch\n" }, (folder) =>
      symlink("/etc/passwd", path.join(folder, "ctx/.dockerignore")),
    ),
  ).toEqual([
    "error path-outside-project 2: ctx/.dockerignore leads out of the project: ctx/.dockerignore is a link to /etc/passwd.",
  ]);
});
