import { link, lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { ProjectFile } from "../../../src/templates/template.ts";
import { checkPlace, writeProject } from "../../../src/templates/write/write-project.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

const files: readonly ProjectFile[] = [
  { path: ".github/workflows/stack.yml", content: "name: stack\n", isExecutable: false },
  { path: ".gitignore", content: ".env\n", isExecutable: false },
  { path: "README.md", content: "# mine\n", isExecutable: false },
  { path: "images/web/run", content: "#!/bin/sh\n", isExecutable: true },
  { path: "stack.config.yaml", content: "name: mine\n", isExecutable: false },
];
const paths = files.map((file) => file.path);

function requestFor(folder: string, signal: AbortSignal = new AbortController().signal) {
  return { folder, files, pid: 4711, isAlive: (pid: number) => pid === 4712, signal };
}

async function treeOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
}

test("a folder that is not there is made with those above it, and gets its name at the end", async () => {
  await using place = await temporaryFolder();
  const folder = path.join(place.path, "a", "b", "mine");
  const project = await writeProject(requestFor(folder));
  expect(project).toEqual({ folder, written: paths, kept: [] });
  expect(await treeOf(place.path)).toEqual(paths.map((each) => `a/b/mine/${each}`));
  expect((await lstat(path.join(folder, "images/web/run"))).mode & 0o777).toBe(0o755);
  expect((await lstat(path.join(folder, "README.md"))).mode & 0o111).toBe(0);
});

test("a new repository's own files stay, and the folder is the one that it was", async () => {
  await using place = await temporaryFolder();
  const own = [
    ".git/HEAD",
    ".gitignore",
    "LICENSE",
    "readme.rst",
    "package.json",
    "node_modules/x/y",
  ];
  for (const file of own) {
    await mkdir(path.dirname(path.join(place.path, file)), { recursive: true });
    await writeFile(path.join(place.path, file), "mine");
  }
  const before = await lstat(place.path);
  const project = await writeProject(requestFor(place.path));
  expect(project.kept).toEqual([".gitignore", "readme.rst"]);
  expect(project.written).toEqual(paths.filter((each) => !/ignore|README/.test(each)));
  expect(await treeOf(place.path)).toEqual([...own, ...project.written].toSorted());
  for (const file of own) expect(await readFile(path.join(place.path, file), "utf8")).toBe("mine");
  expect((await lstat(place.path)).ino).toBe(before.ino);
});

test.each([
  [
    "another file",
    async (folder: string) => writeFile(path.join(folder, "main.py"), ""),
    ["main.py"],
  ],
  [
    "a project",
    async (folder: string) => {
      await writeFile(path.join(folder, "stack.config.yaml"), "name: x\n");
      await mkdir(path.join(folder, "images"));
    },
    ["images", "stack.config.yaml"],
  ],
  [
    "a workflow of that name",
    async (folder: string) => {
      await mkdir(path.join(folder, ".github/workflows"), { recursive: true });
      await writeFile(path.join(folder, ".github/workflows/stack.yml"), "");
    },
    [".github/workflows/stack.yml"],
  ],
  [
    "a link where a folder is to be",
    async (folder: string) => symlink("/tmp", path.join(folder, ".github")),
    [".github/workflows/stack.yml"],
  ],
])("%s is in the way: it is named, and nothing is written", async (_, prepare, names) => {
  await using place = await temporaryFolder();
  await prepare(place.path);
  const before = await treeOf(place.path);
  await expect(writeProject(requestFor(place.path))).rejects.toMatchObject({
    code: "would-lose-data",
    message: `${place.path} is not empty.`,
    details: names.map((name) => `in the way: ${name}`),
  });
  expect(await treeOf(place.path)).toEqual(before);
});

test("of very many files in the way the first are named, and the others counted", async () => {
  await using place = await temporaryFolder();
  for (let index = 10; index < 30; index++) await writeFile(path.join(place.path, `f${index}`), "");
  await expect(checkPlace(requestFor(place.path))).rejects.toMatchObject({
    details: [
      ...Array.from({ length: 10 }, (_, index) => `in the way: f${index + 10}`),
      "and 10 more",
    ],
  });
});

test("a link to a folder is followed, and one that leads nowhere or to a file is told", async () => {
  await using place = await temporaryFolder();
  await mkdir(path.join(place.path, "real"));
  await writeFile(path.join(place.path, "file"), "");
  for (const [name, target] of Object.entries({ good: "real", lost: "nowhere", wrong: "file" }))
    await symlink(target, path.join(place.path, name));
  const project = await writeProject(requestFor(path.join(place.path, "good")));
  expect(project.folder).toBe(path.join(place.path, "real"));
  expect(await treeOf(path.join(place.path, "real"))).toEqual(paths);
  for (const [name, what] of Object.entries({
    lost: "a link that leads nowhere",
    wrong: "no folder",
    file: "no folder",
  })) {
    const folder = path.join(place.path, name);
    const expected = { code: "usage", message: `${folder} is ${what}.` };
    await expect(checkPlace(requestFor(folder))).rejects.toMatchObject(expected);
    await expect(writeProject(requestFor(folder))).rejects.toMatchObject(expected);
  }
});

test("where nothing can be made that is told at once, and does not take for ever", async () => {
  const request = requestFor("/proc/qclock/mine");
  await expect(writeProject(request)).rejects.toMatchObject({
    code: "usage",
    message: "/proc/qclock/mine cannot be written.",
  });
  await using place = await temporaryFolder();
  await writeFile(path.join(place.path, "file"), "");
  const below = requestFor(path.join(place.path, "file", "mine"));
  await expect(checkPlace(below)).rejects.toMatchObject({ code: "usage" });
});

test.each(["new", "there"])(
  "a run that is stopped half-way leaves nothing, the folder being %s",
  async (kind) => {
    await using place = await temporaryFolder();
    const folder = kind === "new" ? path.join(place.path, "x", "mine") : place.path;
    const controller = new AbortController();
    const stopped = new Error("stopped");
    // Asked for its content, the last file stops the run: all others are staged by then.
    const stopping = files.map((file, index) => ({
      ...file,
      get content() {
        if (index === files.length - 1) controller.abort(stopped);
        return file.content;
      },
    }));
    const request = { ...requestFor(folder, controller.signal), files: stopping };
    await expect(writeProject(request)).rejects.toBe(stopped);
    expect(await readdir(place.path)).toEqual([]);
  },
);

test("what a killed run had put into a folder is taken back by the next one, and nothing else", async () => {
  await using place = await temporaryFolder();
  const staging = path.join(place.path, ".qclock-init-4000");
  for (const file of ["images/web/run", "README.md", "stack.config.yaml"]) {
    await mkdir(path.dirname(path.join(staging, file)), { recursive: true });
    await writeFile(path.join(staging, file), "staged");
  }
  await mkdir(path.join(place.path, "images/web"), { recursive: true });
  await link(path.join(staging, "images/web/run"), path.join(place.path, "images/web/run"));
  // The user's own.
  await writeFile(path.join(place.path, "README.md"), "mine");
  const project = await writeProject(requestFor(place.path));
  expect(project.kept).toEqual(["README.md"]);
  expect(await treeOf(place.path)).toEqual(paths);
  expect(await readFile(path.join(place.path, "images/web/run"), "utf8")).toBe("#!/bin/sh\n");
});

test("a project that was whole when its run was killed stays", async () => {
  await using place = await temporaryFolder();
  const staging = path.join(place.path, ".qclock-init-4000");
  await mkdir(staging);
  await writeFile(path.join(staging, "stack.config.yaml"), "name: mine\n");
  await link(path.join(staging, "stack.config.yaml"), path.join(place.path, "stack.config.yaml"));
  await expect(checkPlace(requestFor(place.path))).rejects.toMatchObject({
    details: ["in the way: stack.config.yaml"],
  });
  expect(await treeOf(place.path)).toEqual(["stack.config.yaml"]);
});

test("a run that still goes on is left alone", async () => {
  await using place = await temporaryFolder();
  await mkdir(path.join(place.path, ".qclock-init-4712"));
  await expect(checkPlace(requestFor(place.path))).rejects.toMatchObject({
    details: ["in the way: .qclock-init-4712"],
  });
  const beside = path.join(place.path, ".mine.qclock-init-4000");
  await mkdir(beside);
  await writeProject(requestFor(path.join(place.path, "mine")));
  expect((await readdir(place.path)).toSorted()).toEqual([".qclock-init-4712", "mine"]);
});

test("a link with the name of a staging folder leads to nothing that is taken away", async () => {
  await using place = await temporaryFolder();
  await writeFile(path.join(place.path, "main.py"), "mine");
  await mkdir(path.join(place.path, ".git"));
  await writeFile(path.join(place.path, ".git/HEAD"), "mine");
  await symlink(".", path.join(place.path, ".qclock-init-99999999"));
  await expect(checkPlace(requestFor(place.path))).rejects.toMatchObject({
    details: expect.arrayContaining([expect.stringContaining("main.py")]),
  });
  expect(await readFile(path.join(place.path, "main.py"), "utf8")).toBe("mine");
  expect(await readFile(path.join(place.path, ".git/HEAD"), "utf8")).toBe("mine");
});
