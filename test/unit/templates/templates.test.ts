import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { manifestJsonSchema } from "../../../src/manifest/json-schema.ts";
import { findTemplates } from "../../../src/templates/find-templates.ts";
import { installationFolder } from "../../../src/templates/installation.ts";
import { projectFiles } from "../../../src/templates/project-files.ts";
import { databases, type ProjectChoices, type Template } from "../../../src/templates/template.ts";
import { unlinked } from "../../../src/templates/unlinked.ts";
import { loadText, stackOf } from "../../support/read-manifest.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const templates = await findTemplates(root);
const variants = templates.flatMap((template) =>
  (template.offersDatabase ? databases : ["none" as const]).map(
    (database) => [`${template.name} with ${database}`, template, database] as const,
  ),
);

async function textsOf(
  template: Template,
  choices: Partial<ProjectChoices> = {},
): Promise<ReadonlyMap<string, string>> {
  const all = { name: "mine", database: "none", ...choices } as const;
  const files = await projectFiles(template, all, "1.2.3");
  return new Map(files.map((file) => [file.path, Buffer.from(file.content).toString()]));
}

test("QClock comes first, an empty stack last, and the installation is this checkout", () => {
  const names = templates.map(({ name }) => name);
  expect([names[0], names.at(-1)]).toEqual(["qclock", "empty"]);
  for (const { summary } of templates) expect(summary).toMatch(/^[^.\n]{10,160}$/);
  expect(installationFolder()).toBe(root);
});

test.each(variants)(
  "%s becomes a project of another name and port",
  async (_, template, database) => {
    const texts = await textsOf(template, { database, port: 4711 });
    const manifest = texts.get("stack.config.yaml") ?? "";
    // What the manifest points at is there.
    const folders = [...texts.keys()].flatMap((file) =>
      file.split("/").map((_name, index, names) => `${names.slice(0, index).join("/")}/`),
    );
    const requirements = Object.fromEntries([...texts].filter(([file]) => file.endsWith(".txt")));
    const stack = stackOf(manifest, { files: [...texts.keys(), ...folders], requirements });
    expect(stack.name).toBe("mine");
    expect(
      manifest.startsWith("# yaml-language-server: $schema=./schema/stack.schema.json\n"),
    ).toBe(true);
    expect(JSON.parse(texts.get("schema/stack.schema.json") ?? "")).toEqual(manifestJsonSchema());
    const [first] = template.ports;
    const published = stack.services.get(first?.service ?? "")?.ports ?? [];
    expect(published.map(({ hostPort }) => hostPort)).toContain(4711);
    expect(texts.get("README.md")).toMatch(/^# \S/);
    expect(texts.get("README.md")).not.toContain("](../");
    expect(texts.get("README.md")).toMatch(/127\.0\.0\.1:4711\b/);
    expect(texts.get("README.md")).not.toMatch(/127\.0\.0\.1:8080\b/);
    expect(texts.get(".gitignore")).toContain(".env\n");
    expect([...texts.keys()]).toEqual([...texts.keys()].toSorted());
  },
);

test("the empty stack has the database that is asked for, and waits for it", async () => {
  const template = templates.find(({ name }) => name === "empty");
  if (template === undefined) throw new Error("there is none");
  for (const database of databases) {
    const texts = await textsOf(template, { database });
    const stack = stackOf(texts.get("stack.config.yaml") ?? "");
    const waitsFor = [...(stack.services.get("web")?.dependsOn.keys() ?? [])];
    expect(waitsFor).toEqual(database === "none" ? [] : ["db"]);
    expect([...stack.volumes.keys()]).toEqual(database === "none" ? [] : ["db-data"]);
    expect([...texts.keys()].filter((name) => name.startsWith("images/db/")).length > 2).toBe(
      database !== "none",
    );
  }
});

test("a template that is a stack is that stack, file by file, but for its name", async () => {
  const tracked = execFileSync("git", ["ls-files", "-s"], { cwd: root, encoding: "utf8" });
  const modes = new Map(
    tracked.split("\n").map((line) => [line.split("\t")[1] ?? "", line.slice(0, 6)]),
  );
  for (const template of templates.filter(({ name }) => name !== "empty")) {
    const prefix = template.name === "qclock" ? "" : `stacks/${template.name}/`;
    const belongs = (file: string): boolean =>
      prefix === ""
        ? /^(?:stack\.(?:config|lock)\.yaml$|images\/)/.test(file)
        : file.startsWith(prefix) && !file.endsWith(".gitignore");
    const expected = [...modes.keys()].filter(belongs).map((file) => file.slice(prefix.length));
    const files = await template.files({ name: template.name, database: "none" });
    expect(files.map((file) => file.path).toSorted()).toEqual(expected.toSorted());
    for (const file of files) {
      expect([file.path, file.isExecutable ? "100755" : "100644"]).toEqual([
        file.path,
        modes.get(prefix + file.path),
      ]);
      if (file.path === "README.md" || file.path === "stack.config.yaml") continue;
      expect(
        Buffer.compare(
          Buffer.from(file.content),
          readFileSync(path.join(root, prefix + file.path)),
        ),
      ).toBe(0);
    }
  }
});

test("the system that is asked for stands first, else the one of the lock", async () => {
  const [qclock] = templates;
  if (qclock === undefined) throw new Error("there is none");
  expect(qclock.systems.toSorted()).toEqual(["debian-12", "oraclelinux-9"]);
  expect(templates.at(-1)?.systems).toEqual(["debian-12"]);
  const first = async (os?: string): Promise<unknown> => {
    const texts = await textsOf(qclock, os === undefined ? {} : { os });
    return parse(texts.get("stack.config.yaml") ?? "").os[0];
  };
  expect(await first()).toBe("debian-12");
  expect(await first("oraclelinux-9")).toBe("oraclelinux-9");
});

test("a folder with a manifest in stacks/ is a template by itself, without what is no part of it", async () => {
  await using folder = await temporaryFolder();
  const stack = path.join(folder.path, "stacks", "shop");
  await mkdir(path.join(stack, "site"), { recursive: true });
  await mkdir(path.join(folder.path, "stacks", "no-stack"));
  const manifest = "# shop: sells things. More.\nname: shop\nimages: {}\n";
  for (const [file, text] of Object.entries({
    "stack.config.yaml": `# yaml-language-server: $schema=../../schema/stack.schema.json\n${manifest}`,
    "site/index.html": "hello",
    ".env": "SECRET=1",
    ".gitignore": "x",
    "README.md":
      "# shop\n\n![page](../../docs/images/shop.png)\n\nSee [the lock](../../docs/lock.md) and [site](site/).\n",
  }))
    await writeFile(path.join(stack, file), text);
  await symlink("/etc/hostname", path.join(stack, "link"));

  const found = await findTemplates(folder.path);
  expect(found.map(({ name, summary }) => [name, summary])).toEqual([
    ["shop", "sells things"],
    ["empty", expect.any(String)],
  ]);
  const [shop] = found;
  if (shop === undefined) throw new Error("not found");
  const texts = await textsOf(shop);
  expect([...texts.keys()]).toEqual([
    ".github/workflows/stack.yml",
    ".gitignore",
    "README.md",
    "schema/stack.schema.json",
    "site/index.html",
    "stack.config.yaml",
  ]);
  expect(texts.get(".gitignore")).toContain(".env");
  expect(texts.get("README.md")).toBe("# mine\n\nSee the lock and [site](site/).\n");
  expect(loadText(texts.get("stack.config.yaml") ?? "")).toMatchObject({ ok: true });
});

test("each template is in the table of docs/getting-started.md", () => {
  const text = readFileSync(path.join(root, "docs/getting-started.md"), "utf8");
  const table = text.split("## Templates")[1]?.split("## ")[0] ?? "";
  const named = [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name = ""]) => name);
  expect(named.toSorted()).toEqual(templates.map(({ name }) => name).toSorted());
});

test("links within the folder and to addresses stay", () => {
  const text = "[a](b.md) [c](https://shop.example/../d) ![e](f.png)\n";
  expect(unlinked(text)).toBe(text);
});

test("the workflow pins every action by its commit, and asks for no more than reading", async () => {
  const [template] = templates;
  if (template === undefined) throw new Error("there is none");
  const workflow = parse((await textsOf(template)).get(".github/workflows/stack.yml") ?? "");
  expect(workflow.permissions).toEqual({ contents: "read" });
  const uses = workflow.jobs.stack.steps.flatMap((step: { uses?: string }) => step.uses ?? []);
  expect(uses.length).toBeGreaterThan(0);
  for (const action of uses) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
  expect(workflow.jobs.stack.env.QCLOCK_PACKAGE).toContain("qclock-1.2.3.tgz");
});
