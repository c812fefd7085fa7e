import { execFileSync } from "node:child_process";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { collectProject } from "../../../../src/run/bundle/project.ts";
import type { Mount, Stack } from "../../../../src/stack/stack.ts";
import { aService } from "../../../support/a-service.ts";
import { anImage, aStack } from "../../../support/builders.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

/** A project of these files, and what of it goes into a bundle. */
async function aProject(files: readonly string[]) {
  const folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  for (const name of ["stack.config.yaml", ...files]) {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), name);
  }
  return {
    at,
    async collect(parts: Partial<Stack>) {
      const { members, leftOut } = await collectProject({
        ...aStack(),
        directory: folder.path,
        manifestPath: at("stack.config.yaml"),
        ...parts,
      });
      return {
        names: members.map(({ entry }) => entry.path.replace(/^project\//, "")),
        leftOut,
        members,
      };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function treeOf(source: string): Pick<Stack, "images"> {
  const files = [{ source, target: "/", uid: 0, gid: 0 }];
  return { images: new Map([["app", anImage("app", { files })]]) };
}

function mounting(...mounts: readonly Mount[]): Pick<Stack, "services"> {
  return { services: new Map([["app", aService({ name: "app", mounts })]]) };
}

const bind = (source: string, readOnly: boolean): Mount => ({
  type: "bind",
  source,
  target: "/x",
  readOnly,
});

test("each file is told with its size, its digest and whether it is a program", async () => {
  await using project = await aProject(["web/page", "web/run"]);
  const { at, collect } = project;
  await chmod(at("web/run"), 0o755);
  await chmod(at("web/page"), 0o655);
  await symlink("page", at("web/link"));
  await mkdir(at("web/empty/inner"), { recursive: true });
  const { members, names } = await collect(treeOf(at("web")));
  expect(names).toEqual([
    "stack.config.yaml",
    "web/empty/inner",
    "web/link",
    "web/page",
    "web/run",
  ]);
  const entry = (name: string) =>
    members.find((one) => one.entry.path === `project/${name}`)?.entry;
  expect(entry("web/empty/inner")).toMatchObject({ folder: true });
  expect(entry("web/link")).toMatchObject({ link: "page" });
  expect(entry("web/page")).toEqual({
    path: "project/web/page",
    size: 8,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(entry("web/run")).toMatchObject({ size: 7, executable: true });
  const content = await Array.fromAsync(
    members.find((one) => one.entry.path === "project/web/page")?.read() ?? [],
    (piece) => Buffer.from(piece).toString(),
  );
  expect(content.join("")).toBe("web/page");
});

test("what is only read goes along; what is written to, and what lies elsewhere, does not", async () => {
  await using project = await aProject(["conf/a", "data/b", "other.yaml", "link-target"]);
  await using elsewhere = await temporaryFolder();
  await writeFile(path.join(elsewhere.path, "over.yaml"), "x");
  const { at, collect } = project;
  await symlink("link-target", at("a-link"));
  const volume: Mount = { type: "volume", volume: "data", target: "/v", readOnly: false };
  const mounts = [
    volume,
    bind(at("conf"), true),
    bind(at("data"), false),
    bind(elsewhere.path, true),
  ];
  const { names, leftOut } = await collect({
    ...mounting(...mounts),
    overridePaths: [at("other.yaml"), path.join(elsewhere.path, "over.yaml")],
    links: [at("a-link")],
  });
  expect(names).toEqual(["a-link", "conf/a", "other.yaml", "stack.config.yaml"]);
  expect(leftOut).toEqual([elsewhere.path, "data"].toSorted());
});

test("a folder whose name begins with two dots is named as one of the project", async () => {
  await using project = await aProject(["..data/file"]);
  const { at, collect } = project;

  const { leftOut } = await collect(mounting(bind(at("..data"), true)));

  expect(leftOut).toEqual(["..data"]);
});

test("secrets and files of variables stay behind, wherever they lie, and nothing that is named alike", async () => {
  await using project = await aProject([
    "web/page",
    "web/key",
    "web/keys/a",
    "web/vars",
    "stack.lock.yaml",
  ]);
  const { at, collect } = project;
  const service = aService({
    name: "app",
    envFiles: [{ path: at("web/vars"), isRequired: true, format: "dotenv" }],
  });
  const { names, leftOut } = await collect({
    ...treeOf(at(".")),
    services: new Map([["app", service]]),
    secrets: new Map([
      ["key", { name: "key", source: { type: "file", path: at("web/key") } }],
      ["made", { name: "made", source: { type: "generate", length: 8 } }],
    ]),
  });
  expect(names).toEqual(["stack.config.yaml", "web/keys/a", "web/page"]);
  expect(leftOut).toEqual(["web/key", "web/vars"]);
});

test("of what other programs would obey the uppermost folder is named", async () => {
  await using project = await aProject([
    "web/page",
    "web/.git/hooks/x",
    "web/.git/config",
    "web/.env",
  ]);
  const { names, leftOut } = await project.collect(treeOf(project.at("web")));
  expect(names).toEqual(["stack.config.yaml", "web/page"]);
  expect(leftOut).toEqual(["web/.env", "web/.git"]);
});

test.each(["back\\slash", "line\nbreak"])(
  "a name that cannot be carried is refused: %j",
  async (name) => {
    await using project = await aProject([`web/${name}`]);
    await expect(project.collect(treeOf(project.at("web")))).rejects.toMatchObject({
      code: "build-failed",
      message: `The name ${JSON.stringify(`web/${name}`)} cannot be carried.`,
    });
  },
);

test("what is neither a file, a folder nor a link is refused", async () => {
  await using project = await aProject(["web/page"]);
  execFileSync("mkfifo", [project.at("web/pipe")]);
  await expect(project.collect(treeOf(project.at("web")))).rejects.toThrow(
    `${project.at("web/pipe")} is neither a file, a folder nor a link.`,
  );
});
