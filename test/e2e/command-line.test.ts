import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { cp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { Rig } from "../support/rig.ts";

const root = path.resolve(import.meta.dirname, "../..");
const engineless = { DOCKER_HOST: "unix:///nowhere/docker.sock" };

test("the version is told at once, without anything else being loaded", async () => {
  await using rig = await Rig.create("empty");
  const { exitCode, stdout, stderr } = await rig.qclock(["--version"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("a command starts with the compiled code that an earlier run of it kept, or without", async () => {
  await using rig = await Rig.create("empty");
  const run = async (): Promise<string> => (await rig.qclock(["help", "exit-codes"])).stdout;
  const cache = path.join(rig.directory, ".home/.cache/qclock/node");
  const findKept = async (): Promise<readonly string[]> =>
    (await readdir(cache, { recursive: true })).filter((file) => file.includes("kept-"));
  const inodes = async (): Promise<readonly number[]> =>
    Promise.all((await findKept()).map(async (file) => (await stat(path.join(cache, file))).ino));

  const said = await run();
  const [kept = "", ...others] = await findKept();
  expect(kept).toMatch(/kept-[0-9a-f]{16}$/);
  // The program and what it needs for this command.
  expect(others.length).toBeGreaterThan(0);
  const before = await inodes();
  expect(await run()).toBe(said);
  expect(await inodes()).toEqual(before);

  await writeFile(path.join(cache, kept), "damaged");
  expect(await run()).toBe(said);
  expect((await stat(path.join(cache, kept))).size).toBeGreaterThan(1000);
});

test("a build of an edited file reads nothing of the bundle's largest part", async () => {
  await using rig = await Rig.create("tiny");
  await rig.edit("stack.config.yaml", (text) =>
    text.replace(/\$\{QCLOCK_PORT.*?\}/, `${rig.port}`),
  );
  expect(await rig.qclock(["build"])).toMatchObject({ exitCode: 0 });
  expect(await rig.qclock(["build"])).toMatchObject({ exitCode: 0 });
  await rig.edit("site/index.html", (text) => `${text} edited`);
  const program = path.join(rig.directory, ".program");
  await cp(path.join(root, "bin"), path.join(program, "bin"), { recursive: true });
  await cp(path.join(root, "package.json"), path.join(program, "package.json"));
  await cp(path.join(root, "dist"), path.join(program, "dist"), {
    recursive: true,
    filter: (file) => !path.basename(file).startsWith("rest-"),
  });
  const run = (command: string): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [path.join(program, "bin", "qclock.js"), command], {
      cwd: rig.directory,
      env: rig.environment,
      encoding: "utf8",
    });
  const { status, stderr } = run("build");
  expect(stderr).toContain("index.html changed");
  expect(stderr).toContain("image web: loaded");
  expect(status).toBe(0);
  // The same program is lost where the largest part is needed.
  const { stderr: lost } = run("graph");
  expect(lost).toContain("rest-");
});

describe("help", () => {
  test("without a command is shown, and is a usage error", async () => {
    await using rig = await Rig.create("empty");
    const { exitCode, stdout, stderr } = await rig.qclock([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("Usage: qclock");
  });

  test.each([["--help"], ["help"]])("with %s is data on standard output", async (word) => {
    await using rig = await Rig.create("empty");
    const { exitCode, stdout, stderr } = await rig.qclock([word]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const command of [
      "build",
      "up",
      "ps",
      "logs",
      "exec",
      "probe",
      "down",
      "reset",
      "plan",
      "verify",
      "doctor",
      "engine",
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
    }
  });

  test.each([
    [["help", "exit-codes"], /130 {3}interrupted/],
    [["help", "up"], /Examples:\n {2}\$ qclock up/],
    [["up", "--help"], /Examples:\n {2}\$ qclock up/],
  ])("%j explains", async (args, text) => {
    await using rig = await Rig.create("empty");
    const { exitCode, stdout } = await rig.qclock(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(text);
  });
});

describe("a wrong command line", () => {
  test.each([
    [["biuld"], /Unknown command "biuld"[\s\S]*Did you mean build\?/],
    [["up", "--jsn"], /Unknown option "--jsn"[\s\S]*Did you mean --json\?/],
    [["up", "--jobs", "none"], /whole number/],
    [["exec", "web"], /Missing required argument "command"/],
    [["help", "exit-code"], /Did you mean "exit-codes"\?/],
    [["explain", "port-in-us"], /Did you mean "port-in-use"\?/],
    [["lock", "--update", "--check"], /exclude each other/],
    [["verify", "--only", "IMG-999"], /no check IMG-999/],
  ])("%j ends with 2 and says what was meant", async (args, text) => {
    await using rig = await Rig.create("tiny");
    const { exitCode, stdout, stderr } = await rig.qclock(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(text);
    expect(stderr).toMatch(/\[usage\]/);
  });
});

describe("validate", () => {
  test("says of a good manifest what it describes", async () => {
    await using rig = await Rig.create("tiny");
    const { exitCode, stdout } = await rig.qclock(["validate"]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${rig.stack}: 2 images, 2 services, debian-12; no problem found\n`);
  });

  /** Each bad input of the manifest: what is changed, and what has to be said. */
  test.each<[string, (text: string) => string, string, RegExp]>([
    [
      "an unknown key",
      (text) => text.replace("entrypoint:", "entrypiont:"),
      "unknown-key",
      /entrypiont[\s\S]*~+[\s\S]*entrypoint/,
    ],
    [
      "a wrong type",
      (text) => text.replace("port: 8080 }", "port: many }"),
      "wrong-type|invalid-value",
      /many[\s\S]*~+/,
    ],
    [
      "a missing image",
      (text) => text.replace("from: base", "from: bse"),
      "unknown-image",
      /bse[\s\S]*Did you mean "base"\?/,
    ],
    [
      "a service on an image that is missing",
      (text) => text.replace("image: web\n    depends", "image: wbe\n    depends"),
      "unknown-image",
      /Did you mean "web"\?/,
    ],
    [
      "a cycle of images",
      (text) => text.replace("from: scratch", "from: web"),
      "dependency-cycle",
      /web -> base -> web|base -> web -> base/,
    ],
    [
      "a cycle of services",
      (text) =>
        text.replace("store:\n    image: web", "store:\n    image: web\n    depends_on: [front]"),
      "dependency-cycle",
      /front -> store -> front|store -> front -> store/,
    ],
    [
      "an unset variable",
      (text) => text.replace("GREETING: hello", 'GREETING: "${NOBODY_SET_THIS}"'),
      "unset-variable",
      /NOBODY_SET_THIS/,
    ],
    [
      "a duplicate name",
      (text) => `${text}\n  store:\n    image: web\n`,
      "duplicate-name",
      /store/,
    ],
    [
      "a reference to nothing",
      (text) => text.replace("[store]", "[stroe]"),
      "unknown-service",
      /Did you mean "store"\?/,
    ],
    [
      "a file that is missing",
      (text) => text.replace("path: site", "path: stie"),
      "missing-file",
      /stie/,
    ],
    [
      "text that is no YAML",
      (text) => `${text}\n\t- x: [`,
      "yaml-syntax",
      /stack\.config\.yaml:\d+:\d+/,
    ],
  ])("points at %s", async (_, change, code, shown) => {
    await using rig = await Rig.create("tiny");
    await rig.edit("stack.config.yaml", change);
    for (const command of ["validate", "up"]) {
      const { exitCode, stdout, stderr } = await rig.qclock([command], { environment: engineless });
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toMatch(/^stack\.config\.yaml:\d+:\d+ error: /m);
      expect(stderr).toMatch(new RegExp(`\\[(?:${code})\\]`));
      expect(stderr).toMatch(shown);
    }
  });

  test("shows all problems at once, and as one document for programs", async () => {
    await using rig = await Rig.create("tiny");
    await rig.edit("stack.config.yaml", (text) =>
      text.replace("entrypoint:", "entrypiont:").replace("from: base", "from: bse"),
    );
    const { exitCode, stdout, stderr } = await rig.qclock(["validate", "--json"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("[unknown-key]");
    const document = z
      .object({
        schema: z.literal("qclock/validate/v1"),
        valid: z.literal(false),
        diagnostics: z.array(z.object({ code: z.string() })),
      })
      .parse(JSON.parse(stdout));
    expect(document.diagnostics.length).toBeGreaterThan(0);
  });

  test("without a manifest says where it looked", async () => {
    await using rig = await Rig.create("empty");
    const { exitCode, stderr } = await rig.qclock(["validate"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/no stack\.config\.yaml here or in any folder above[\s\S]*hint:/);
  });
});

describe("one JSON document", () => {
  test.each([
    [["validate"], "validate"],
    [["config"], "config"],
    [["verify", "--list"], "checks"],
    [["explain", "port-in-use"], "explanation"],
  ])("%j prints %s/v1 and nothing else", async (args, kind) => {
    await using rig = await Rig.create("tiny");
    const { exitCode, stdout } = await rig.qclock([...args, "--json"]);
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ schema: `qclock/${kind}/v1` });
  });

  test("also tells of a failure", async () => {
    await using rig = await Rig.create("tiny");
    const { exitCode, stdout, stderr } = await rig.qclock(["ps", "--json"], {
      environment: engineless,
    });
    expect(exitCode).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "qclock/error/v1",
      error: { code: "engine-unreachable", hint: expect.any(String) },
    });
    expect(stderr).toContain("[engine-unreachable]");
  });
});

test.each(["tree", "mermaid", "dot", "json"])(
  "the graph as %s names images and services",
  async (format) => {
    await using rig = await Rig.create("tiny");
    const { exitCode, stdout } = await rig.qclock(["graph", "--format", format]);
    expect(exitCode).toBe(0);
    for (const name of ["base", "web", "store", "front"]) expect(stdout).toContain(name);
  },
);

test("the schema is a JSON Schema that the manifest's keys are in", async () => {
  await using rig = await Rig.create("empty");
  const { stdout } = await rig.qclock(["schema"]);
  expect(JSON.parse(stdout)).toMatchObject({
    type: "object",
    properties: { images: expect.anything(), services: expect.anything() },
  });
});

test("the origin of each setting can be shown", async () => {
  await using rig = await Rig.create("tiny");
  await rig.write(".home/.config/qclock/config.yaml", "jobs: 2\ncolor: never\n");
  const { stdout } = await rig.qclock(["config", "--origin", "--color", "always"], {
    environment: { QCLOCK_TIMEOUT: "5m" },
  });
  expect(stdout).toMatch(/jobs +2 +.*config\.yaml/);
  expect(stdout).toMatch(/color +always +--color/);
  expect(stdout).toMatch(/timeout +300000 +QCLOCK_TIMEOUT/);
  expect(stdout).toMatch(/progress +auto +default/);
});

test("completion offers the names of the manifest", async () => {
  await using rig = await Rig.create("tiny");
  expect(
    (await rig.qclock(["__complete", "logs", ""])).stdout.trim().split("\n").toSorted(),
  ).toEqual(["front", "store"]);
  expect(
    (await rig.qclock(["__complete", "build", ""])).stdout.trim().split("\n").toSorted(),
  ).toEqual(["base", "web"]);
  const { stdout } = await rig.qclock(["completion", "bash"]);
  expect(stdout).toContain("complete -o default -F _qclock qclock");
});

test("a folder that is gone is told at once, whatever the command", async () => {
  await using rig = await Rig.create("empty");
  const program = path.resolve(import.meta.dirname, "../../bin/qclock.js");
  const inGone = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" validate';
  const ended = spawnSync("sh", ["-c", inGone, process.execPath, program], {
    cwd: rig.directory,
    env: { ...rig.environment },
    encoding: "utf8",
    timeout: 30_000,
  });
  expect(ended).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringMatching(
      /^error: The folder .* not there any more\. \[usage\]\n {4}hint: Go/,
    ),
  });
});

test("a reader that stops early is no failure", async () => {
  await using rig = await Rig.create("tiny");
  const { exitCode, stderr } = await rig.qclock(["schema"], { stopReading: true });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

test("nothing is coloured where there is no terminal, and all of it where that is asked for", async () => {
  await using rig = await Rig.create("empty");
  const escape = "\u001B[";
  expect((await rig.qclock(["validate"])).stderr).not.toContain(escape);
  expect((await rig.qclock(["validate", "--color", "always"])).stderr).toContain(escape);
  expect(
    (await rig.qclock(["validate"], { environment: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stderr,
  ).not.toContain(escape);
});

test("the package ships its bundle with the licences of all that is in it", async () => {
  const pack = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout } = spawnSync("npm", pack, { cwd: root, encoding: "utf8" });
  for (const file of ["dist/qclock.cjs", "dist/THIRD-PARTY.txt", "bin/qclock.js", "bin/child.js"])
    expect(stdout).toContain(JSON.stringify(file));
  const text = await readFile(path.join(root, "dist", "THIRD-PARTY.txt"), "utf8");
  for (const name of ["openpgp", "dockerode", "zod", "commander", "xz-decompress", "ssh2"])
    expect(text).toMatch(new RegExp(`^  ${name} [0-9.]+: `, "m"));
  expect(text).toContain("GNU LESSER GENERAL PUBLIC LICENSE");
  expect(text).toContain("GNU GENERAL PUBLIC LICENSE");
});
