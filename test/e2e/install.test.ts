import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

/**
 * qclock as people have it who are not in the checkout: packed, installed somewhere, and run from
 * there.
 */

const root = path.resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** Without the checkout's own programs, so that nothing of it is run by mistake. */
const systemPath = (process.env["PATH"] ?? "")
  .split(path.delimiter)
  .filter((folder) => !folder.includes("node_modules"));

/** A Node of this machine that is too old for qclock. */
const oldNode = systemPath.map((folder) => path.join(folder, "node")).find(isOldNode);

function isOldNode(node: string): boolean {
  if (!existsSync(node)) return false;
  const version = execFileSync(node, ["--version"], { encoding: "utf8" });
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  return major < 22 || (major === 22 && minor < 22);
}

/**
 * What a checkout was installed from is in npm's cache, and is not asked for again. A registry that
 * does not answer is told before the test's own time is over.
 */
const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=1"];

/** How this machine reaches a registry: whom it trusts, and by which proxy. */
const ofTheMachine = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    /^(?:NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|(?:https?|no)_proxy)$/i.test(name),
  ),
);

let folder = "";
let tarball = "";
let version = "";

/** Run a program with the given Node first on PATH. */
async function runWith(
  node: string,
  command: readonly [string, ...string[]],
  workingDirectory: string,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const [program, ...rest] = command;
  return run(program, rest, {
    cwd: workingDirectory,
    env: {
      PATH: [path.dirname(node), ...systemPath].join(path.delimiter),
      HOME: path.join(folder, "home"),
      QCLOCK_PORT: "8080",
      QCLOCK_STORE: path.join(folder, "store"),
      ...ofTheMachine,
      npm_config_cache: await npmSetting("cache"),
      npm_config_registry: await npmSetting("registry"),
    },
  });
}

async function npmSetting(name: string): Promise<string> {
  return (await run("npm", ["config", "get", name], { cwd: root })).stdout.trim();
}

/** The names of the templates of a checkout. */
async function templatesOf(checkout: string): Promise<readonly string[]> {
  const stacks = await readdir(path.join(checkout, "stacks")).catch(() => []);
  return ["qclock", ...stacks, "empty"];
}

/** The files below a folder, each with its content and whether it can be run. */
async function contentsOf(top: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const isExecutable = ((await stat(file)).mode & 0o100) !== 0;
    const content = await readFile(file, "base64");
    return [path.relative(top, file), `${isExecutable} ${content}`] as const;
  });
  return new Map(await Promise.all(read));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qclock-install-"));
  await mkdir(path.join(folder, "home"));
  const packed = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
  const [name] = (await readdir(folder)).filter((file) => file.endsWith(".tgz"));
  if (name === undefined) throw new Error(`npm pack made nothing:\n${packed.stderr}`);
  tarball = path.join(folder, name);
  version = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")).version;
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("installed for everybody, it must run with the Node that it brings, and hold what it needs", async () => {
  const prefix = path.join(folder, "prefix");
  const install = ["install", "--global", "--prefix", prefix, ...quietly, tarball] as const;
  await runWith(process.execPath, ["npm", ...install], folder);
  const program = path.join(prefix, "bin", "qclock");
  const project = path.join(folder, "project");
  await cp(path.join(root, "test", "fixtures", "e2e", "tiny"), project, { recursive: true });

  for (const node of [process.execPath, ...(oldNode === undefined ? [] : [oldNode])]) {
    const shown = await runWith(node, [program, "--version"], project);
    expect(shown).toEqual({ stdout: `${version}\n`, stderr: "" });
    const validated = await runWith(node, [program, "validate"], project);
    expect(validated.stdout + validated.stderr).toContain("no problem found");
  }

  const installed = path.join(prefix, "lib", "node_modules", "qclock");
  const files = await readdir(installed);
  expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "bin", "dist", "schema"]));
  for (const name of ["src", "test", "scripts"]) expect(files).not.toContain(name);
  // All else that it runs is in its bundle.
  const modules = await readdir(path.join(installed, "node_modules"));
  expect(modules.filter((name) => name !== ".bin")).toEqual([expect.stringMatching(/^node-/)]);
  const licences = await readFile(path.join(installed, "dist", "THIRD-PARTY.txt"), "utf8");
  for (const text of ["openpgp", "GNU LESSER GENERAL PUBLIC LICENSE", "dockerode"])
    expect(licences).toContain(text);
  for (const [name, ...args] of [
    ["stack.schema.json"],
    ["stack.override.schema.json", "--override"],
  ]) {
    const schema = await readFile(path.join(installed, "schema", name ?? ""), "utf8");
    const printed = await runWith(process.execPath, [program, "schema", ...args], project);
    expect(printed.stdout).toBe(schema);
  }
  for (const template of await templatesOf(root)) {
    const init = ["init", template, "--template", template, "--json", "--yes"] as const;
    const [there, here] = await Promise.all(
      [program, path.join(root, "bin", "qclock.js")].map(async (each, index) => {
        const directory = path.join(folder, `init-${index}`);
        await mkdir(directory, { recursive: true });
        await runWith(process.execPath, [each, ...init], directory);
        return contentsOf(path.join(directory, template));
      }),
    );
    // npm packs neither links nor some names; of a mode it keeps what counts.
    expect(there?.size).toBeGreaterThan(5);
    expect(there).toEqual(here);
  }
  const readme = await readFile(path.join(installed, "README.md"), "utf8");
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !existsSync(path.join(installed, link)))).toEqual([]);
});

test("in a project of one's own npx must find it, without a Node of its own where that is not wanted", async () => {
  const project = path.join(folder, "own");
  await cp(path.join(root, "test", "fixtures", "e2e", "tiny"), project, { recursive: true });
  await writeFile(path.join(project, "package.json"), '{ "name": "own", "private": true }');
  const install = [
    "install",
    "--save-dev",
    "--omit=optional",
    "--offline",
    ...quietly,
    tarball,
  ] as const;
  await runWith(process.execPath, ["npm", ...install], project);

  expect(await readdir(path.join(project, "node_modules", ".bin"))).toEqual(["qclock"]);
  const npx = ["npx", "--no-install", "qclock"] as const;
  expect((await runWith(process.execPath, [...npx, "--version"], project)).stdout).toBe(
    `${version}\n`,
  );
  const validated = await runWith(process.execPath, [...npx, "validate"], project);
  expect(validated.stdout + validated.stderr).toContain("no problem found");
  if (oldNode === undefined) return;
  await expect(runWith(oldNode, [...npx, "--version"], project)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Install Node 24, or install qclock without --omit=optional"),
  });
});
