import { createHash } from "node:crypto";
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { loadBundle, type LoadReport } from "../../../../src/run/bundle/load.ts";
import { unpackProject } from "../../../../src/run/bundle/unpack-project.ts";
import type {
  AssembledImage,
  DockerfileImage,
  Service,
  Stack,
} from "../../../../src/stack/stack.ts";
import { aService } from "../../../support/a-service.ts";
import { anImage, aStack } from "../../../support/builders.ts";
import {
  aLoadContext,
  emptyLock,
  inPieces,
  loadOptions,
  savedBundle,
} from "../../../support/bundles.ts";
import { startFakeMirror } from "../../../support/fake-mirror.ts";
import { temporaryFolder, temporaryStore } from "../../../support/temporary-store.ts";

test("the project comes out as it was: programs, links, empty folders, a build context without what it ignores", async () => {
  await using project = await aProject();
  await using folder = await temporaryFolder();

  const report = await load(await project.save(), folder.path);

  expect(report.project).toEqual({ written: 12, unchanged: 0 });
  await expect(treeOf(folder.path)).resolves.toEqual([
    "images/rootfs/bin/run 755 #!/bin/sh",
    "images/rootfs/etc/away -> /run/elsewhere",
    `images/rootfs/${"long/".repeat(25)}é 644 long`,
    "images/rootfs/run/",
    "images/rootfs/srv/page 644 page",
    "mounted/config 644 config",
    "stack.config.yaml 644 name: t",
    "stack.override.yaml 644 name: u",
    "tool/.dockerignore 644 ignored",
    "tool/Dockerfile 644 FROM scratch",
    "tool/Dockerfile.dockerignore 644 ignored",
    "tool/src/main 644 main",
  ]);
});

test("secrets and what services write to stay behind, and that is told", async () => {
  await using project = await aProject();
  const told: string[] = [];

  const bundle = await project.save((message) => told.push(message));

  expect(bundle.includes("hunter2")).toBe(false);
  expect(bundle.includes("rows")).toBe(false);
  expect(told).toEqual([
    "Not in the bundle, to be brought another way: images/rootfs/secret, mounted/app.env, written.",
  ]);
});

test("a second time nothing is written, and a file that was edited is not lost", async () => {
  await using project = await aProject();
  await using folder = await temporaryFolder();
  const bundle = await project.save();
  await load(bundle, folder.path);
  await expect(load(bundle, folder.path)).resolves.toMatchObject({
    project: { written: 0, unchanged: 12 },
  });
  const edited = path.join(folder.path, "images/rootfs/srv/page");
  await writeFile(edited, "mine");
  await rm(path.join(folder.path, "stack.config.yaml"));

  await expect(load(bundle, folder.path)).rejects.toMatchObject({
    code: "would-lose-data",
    details: ["images/rootfs/srv/page"],
    hint: expect.stringContaining("--force"),
  });
  await expect(readFile(edited, "utf8")).resolves.toBe("mine");
  await expect(lstat(path.join(folder.path, "stack.config.yaml"))).rejects.toThrow("ENOENT");

  await load(bundle, folder.path, true);
  await expect(readFile(edited, "utf8")).resolves.toBe("page");
});

test("nothing is written through a link that leads away, not even by force", async () => {
  await using project = await aProject();
  await using folder = await temporaryFolder();
  await using elsewhere = await temporaryFolder();
  await symlink(elsewhere.path, path.join(folder.path, "images"));

  await expect(load(await project.save(), folder.path, true)).rejects.toMatchObject({
    code: "would-lose-data",
    message: expect.stringContaining("images/rootfs"),
  });
  await expect(readdir(elsewhere.path)).resolves.toEqual([]);
  await expect(readdir(folder.path)).resolves.toEqual(["images"]);
});

test("what other programs obey is never written, and nothing beside it", async () => {
  await using folder = await temporaryFolder();
  await using temporary = await temporaryStore();
  const sha256 = createHash("sha256").update("evil").digest("hex");
  await temporary.store.put(`sha256:${sha256}`, Readable.from([Buffer.from("evil")]));
  const names = ["page", "sub/.git/config", ".envrc", "bare/HEAD", "bare/objects/x"];
  const entries = names.map((name) => ({ path: `project/${name}`, size: 4, sha256 }));

  const unpacking = unpackProject({
    entries,
    directory: folder.path,
    replace: true,
    store: temporary.store,
  });

  await expect(unpacking).rejects.toMatchObject({
    code: "bundle-invalid",
    details: [
      "sub/.git/config: other programs obey .git",
      ".envrc: other programs obey .envrc",
      "bare: git takes it for a repository",
    ],
    hint: expect.stringContaining("without --manifest"),
  });
  await expect(readdir(folder.path)).resolves.toEqual([]);
});

test("a lock among the project's files is not written: it comes by another way", async () => {
  await using folder = await temporaryFolder();
  await using temporary = await temporaryStore();
  const sha256 = createHash("sha256").update("evil").digest("hex");

  await unpackProject({
    entries: [{ path: "project/stack.lock.yaml", size: 4, sha256 }],
    directory: folder.path,
    replace: true,
    store: temporary.store,
  });

  await expect(readdir(folder.path)).resolves.toEqual([]);
});

test("saving leaves behind what loading would not write, and says so", async () => {
  await using project = await aProject();
  await mkdir(path.join(project.directory, "images/rootfs/.git/objects"), { recursive: true });
  await writeFile(path.join(project.directory, "images/rootfs/.git/HEAD"), "x");
  await writeFile(path.join(project.directory, "images/rootfs/.env"), "x");
  const notices: string[] = [];
  await using folder = await temporaryFolder();

  await load(await project.save((message) => notices.push(message)), folder.path);

  expect(notices.join("\n")).toContain("images/rootfs/.env, images/rootfs/.git");
  const written = await readdir(path.join(folder.path, "images/rootfs"));
  expect(written).not.toContain(".git");
  expect(written).not.toContain(".env");
});

test("a bundle without a manifest says how to save one with it", async () => {
  await using project = await aProject();
  await using folder = await temporaryFolder();
  const bundle = await project.save(undefined, { manifest: false });

  await expect(load(bundle, folder.path)).rejects.toMatchObject({
    code: "usage",
    message: "b.bundle holds no manifest.",
    hint: expect.stringContaining("qclock bundle save --manifest"),
  });
});

test("a name that cannot be carried is refused before anything is written", async () => {
  await using project = await aProject();
  await writeFile(path.join(project.directory, "images/rootfs", String.raw`a\b`), "");

  await expect(project.save()).rejects.toMatchObject({
    code: "build-failed",
    message: expect.stringContaining(String.raw`images/rootfs/a\\b`),
  });
});

interface Project extends AsyncDisposable {
  readonly directory: string;
  save(onNotice?: (message: string) => unknown, options?: { manifest: boolean }): Promise<Buffer>;
}

async function aProject(): Promise<Project> {
  const folder = await temporaryFolder();
  const directory = path.join(folder.path, "project");
  const write = async (file: string, content: string): Promise<void> => {
    const target = path.join(directory, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
  };
  await write("stack.config.yaml", "name: t");
  await write("stack.override.yaml", "name: u");
  await write("mounted/app.env", "PASSWORD=hunter2");
  await write("images/rootfs/srv/page", "page");
  await write("images/rootfs/bin/run", "#!/bin/sh");
  await chmod(path.join(directory, "images/rootfs/bin/run"), 0o700);
  await write(`images/rootfs/${"long/".repeat(25)}é`, "long");
  await mkdir(path.join(directory, "images/rootfs/run"));
  await mkdir(path.join(directory, "images/rootfs/etc"));
  await symlink("/run/elsewhere", path.join(directory, "images/rootfs/etc/away"));
  await write("images/rootfs/secret", "hunter2");
  await write("tool/Dockerfile", "FROM scratch");
  await write("tool/Dockerfile.dockerignore", "ignored");
  await write("tool/.dockerignore", "ignored");
  await write("tool/src/main", "main");
  await write("tool/ignored", "hunter2");
  await write("mounted/config", "config");
  await write("written/data", "rows");
  const store = await temporaryStore();
  return {
    directory,
    async save(onNotice, options = { manifest: true }) {
      await using mirror = await startFakeMirror([]);
      const stack = stackIn(directory);
      return savedBundle({
        mirror,
        stack,
        store: store.store,
        lock: emptyLock(stack),
        options,
        onEvent: (event) => {
          if (event.type === "notice") onNotice?.(event.message);
        },
      });
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function stackIn(directory: string): Stack {
  const inside = (name: string): string => path.join(directory, name);
  const base: AssembledImage = anImage("base", {
    files: [{ source: inside("images/rootfs"), target: "/", uid: 0, gid: 0 }],
  });
  const tool: DockerfileImage = {
    type: "dockerfile",
    name: "tool",
    reference: "qclock.invalid/t/tool:latest",
    context: inside("tool"),
    dockerfile: inside("tool/Dockerfile"),
    buildArgs: new Map(),
    parents: [],
    labels: new Map(),
  };
  const mount = { type: "bind" as const, target: "/mnt" };
  const service: Service = {
    ...aService({ name: "s" }),
    envFiles: [{ path: inside("mounted/app.env"), isRequired: true, format: "dotenv" }],
    mounts: [
      { ...mount, source: inside("mounted"), readOnly: true },
      { ...mount, source: inside("written"), readOnly: false },
    ],
  };
  return {
    ...aStack({ images: [base, tool], services: [service] }),
    manifestPath: inside("stack.config.yaml"),
    overridePaths: [inside("stack.override.yaml"), "/nowhere/named-by-the-user.yaml"],
    directory,
    secrets: new Map([
      ["s", { name: "s", source: { type: "file", path: inside("images/rootfs/secret") } }],
    ]),
  };
}

async function load(bundle: Buffer, directory: string, force = false): Promise<LoadReport> {
  await using temporary = await temporaryStore();
  const context = aLoadContext({ store: temporary.store, directory });
  return await loadBundle(
    context,
    inPieces(bundle),
    loadOptions({ keys: [] }, { manifest: true, force }),
  );
}

/** Each file with its mode and text, each link with its target, each empty folder. */
async function treeOf(directory: string, below = ""): Promise<readonly string[]> {
  const lines: string[] = [];
  const names = (await readdir(path.join(directory, below))).toSorted();
  for (const name of names) {
    const inner = path.posix.join(below, name);
    const file = path.join(directory, inner);
    const stats = await lstat(file);
    if (stats.isSymbolicLink()) lines.push(`${inner} -> ${await readlink(file)}`);
    else if (stats.isFile())
      lines.push(`${inner} ${(stats.mode & 0o777).toString(8)} ${await readFile(file, "utf8")}`);
    else {
      const inside = await treeOf(directory, inner);
      lines.push(...(inside.length === 0 ? [`${inner}/`] : inside));
    }
  }
  return lines;
}
