import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { Rig } from "../support/rig.ts";

/** A rig whose project is what `init` writes into the folder `mine`. */
async function rigWith(...options: readonly string[]) {
  const rig = await Rig.create("empty");
  const port = await freePort();
  const init = await rig.qclock(["init", "mine", "--port", String(port), "--yes", ...options]);
  expect(init).toMatchObject({ exitCode: 0 });
  const workingDirectory = path.join(rig.directory, "mine");
  return {
    rig,
    port,
    run: (...args: readonly string[]) => rig.qclock(args, { workingDirectory }),
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

describe("a stack of one's own must build at once, come up, answer and be verified", () => {
  test("without a database", async () => {
    await using project = await rigWith("--template", "empty");
    const { run, port } = project;
    expect(await run("build")).toMatchObject({ exitCode: 0 });
    expect(await run("up", "--locked")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`http://127.0.0.1:${port}/`),
    });
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect(await page.text()).toContain("<h1>It runs.</h1>");
    expect(await healthOf(port)).toEqual([200, { status: "ok" }]);
    expect(await run("verify")).toMatchObject({ exitCode: 0 });
  });

  test.each([
    [
      "mariadb",
      "/var/lib/mysql",
      'MYSQL_PWD=$(</run/secrets/db_password) exec mariadb --host=127.0.0.1 --skip-ssl --user="$DB_USER" "$DB_NAME" --batch --skip-column-names --execute "$0"',
    ],
    [
      "postgres",
      "/var/lib/postgresql",
      'PGPASSWORD=$(</run/secrets/db_password) exec psql --host=127.0.0.1 --username="$DB_USER" "$DB_NAME" --quiet --tuples-only --no-align --command "$0"',
    ],
  ])("with %s", async (database, volume, client) => {
    await using project = await rigWith("--template", "empty", "--database", database);
    const { run, port } = project;
    expect(await run("build")).toMatchObject({ exitCode: 0 });
    // As if the first start had been killed in the middle: the next one begins again.
    const mkdirInVolume = ["/usr/bin/mkdir", "db", `${volume}/.init-99`];
    expect(await run("run", "--no-deps", "--entrypoint", ...mkdirInVolume)).toMatchObject({
      exitCode: 0,
    });
    expect(await run("up", "--locked")).toMatchObject({ exitCode: 0 });
    expect(await healthOf(port)).toEqual([200, { status: "ok", database: "reachable" }]);
    const inDatabase = (...words: readonly string[]) => run("exec", "db", ...words);
    expect((await inDatabase("/usr/bin/ls", "-A", volume)).stdout).toBe("data\n");
    const query = (sql: string) => inDatabase("/bin/bash", "-c", client, sql);
    const made = await query("CREATE TABLE t (n INT); INSERT INTO t VALUES (42);");
    expect(made).toMatchObject({ exitCode: 0 });

    expect(await run("stop", "db")).toMatchObject({ exitCode: 0 });
    const without = { status: "failed", database: "unreachable" };
    expect(await healthOf(port)).toEqual([503, without]);
    expect(await run("down")).toMatchObject({ exitCode: 0 });
    expect(await run("up")).toMatchObject({ exitCode: 0 });
    expect(await query("SELECT n FROM t")).toMatchObject({ exitCode: 0, stdout: "42\n" });
    expect(await run("verify")).toMatchObject({ exitCode: 0 });
  });
});

async function healthOf(port: number): Promise<readonly unknown[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/cgi-bin/health`);
  return [answer.status, await answer.json()];
}

test("QClock as a template must be the same images under another name", async () => {
  await using project = await rigWith("--template", "qclock", "--name", "other");
  const { rig, run, port } = project;
  const manifest = path.join(rig.directory, "mine", "stack.config.yaml");
  expect(await readFile(manifest, "utf8")).toMatch(/^name: other$/m);
  expect(await run("validate")).toMatchObject({ exitCode: 0 });
  // The lock fits as it is.
  const plan = await run("plan", "--locked", "--json");
  expect(plan).toMatchObject({ exitCode: 0 });
  expect(plan.stdout).toContain('"image":"app"');
  const config = await rig.qclock(["config", "--json"], {
    workingDirectory: path.dirname(manifest),
    // Every rig has a port of its own; empty, the variable leaves the default.
    environment: { QCLOCK_PORT: "" },
  });
  expect(config.stdout).toContain(`"${port}:8080"`);
});

test("init must say what it took, wrote and left, for people and for programs", async () => {
  await using rig = await Rig.create("empty");
  await mkdir(path.join(rig.directory, "My Shop"));
  await writeFile(path.join(rig.directory, "My Shop", "LICENSE"), "mine");
  await writeFile(path.join(rig.directory, "My Shop", "README.md"), "mine");
  const workingDirectory = path.join(rig.directory, "My Shop");
  const { exitCode, stdout, stderr } = await rig.qclock(["init"], { workingDirectory });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^✔ my-shop, from the template qclock, written here\n/);
  expect(stdout).toMatch(/^ {2}stack\.config\.yaml$/m);
  expect(stdout).toMatch(/^ {2}images\/ {2}\d+ files$/m);
  expect(stderr).toContain("--template qclock, --name my-shop, --port 8080");
  expect(stderr).toContain("left as it was: README.md");
  expect(stderr).toMatch(/next:\n {2}qclock up .*\n {2}qclock verify /);
  expect(await readFile(path.join(workingDirectory, "README.md"), "utf8")).toBe("mine");

  const again = await rig.qclock(["init", "My Shop", "--json"]);
  expect(again).toMatchObject({ exitCode: 9 });
  expect(JSON.parse(again.stdout)).toMatchObject({
    schema: "qclock/error/v1",
    error: { code: "would-lose-data" },
  });
  expect(again.stderr).toContain("in the way: images");

  const shop = await rig.qclock(["init", "shop", "--template", "empty", "--port=9000", "--json"]);
  expect(JSON.parse(shop.stdout)).toEqual({
    schema: "qclock/init/v1",
    template: "empty",
    name: "shop",
    port: 9000,
    database: "none",
    directory: path.join(rig.directory, "shop"),
    written: expect.arrayContaining(["stack.config.yaml", ".github/workflows/stack.yml"]),
    kept: [],
    assumed: ["--name shop", "--database none"],
  });
});

test.each([
  [["--template", "emtpy"], 'There is no template "emtpy". [usage]', 'Did you mean "empty"?'],
  [["--name", "My Shop"], '"My Shop" cannot be the name of a stack', 'Did you mean "my-shop"?'],
  [["--port", "70000"], 'A port is a number from 1 to 65535, not "70000".', ""],
  [["--template", "empty", "--database", "oracle"], 'There is no database "oracle".', "mariadb"],
  [["--template", "qclock", "--database", "mariadb"], "has its own services", "--template empty"],
  [["one", "two"], "Too many arguments", "qclock init --help"],
] as const)(
  "init %j must be refused with a reason, and write nothing",
  async (args, problem, hint) => {
    await using rig = await Rig.create("empty");
    await mkdir(path.join(rig.directory, "x"));
    const workingDirectory = path.join(rig.directory, "x");
    const { exitCode, stderr } = await rig.qclock(["init", ...args], { workingDirectory });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(problem);
    expect(stderr).toContain(hint);
    expect(await readdir(workingDirectory)).toEqual([]);
  },
);

test("init that is killed at any moment must leave a project or nothing that the next one minds", async () => {
  await using rig = await Rig.create("empty");
  const whole = ["init", "mine", "--template", "empty", "--yes"];
  for (const [index, waitMs] of [80, 120, 160, 200, 240].entries()) {
    const folder = `mine-${index}`;
    await mkdir(path.join(rig.directory, folder));
    const args = [...whole.slice(0, 1), folder, ...whole.slice(2)];
    const running = rig.start(args);
    await new Promise((wake) => setTimeout(wake, waitMs));
    running.kill("SIGKILL");
    await running.ended;
    const isWhole = existsSync(path.join(rig.directory, folder, "stack.config.yaml"));
    const next = await rig.qclock(args);
    expect(next.exitCode).toBe(isWhole ? 9 : 0);
    const names = await readdir(path.join(rig.directory, folder));
    expect(names.toSorted()).toEqual([
      ".github",
      ".gitignore",
      "README.md",
      "images",
      "schema",
      "stack.config.yaml",
    ]);
  }
});
