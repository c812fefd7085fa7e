import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

async function rigWithFiles(): Promise<Rig> {
  const rig = await Rig.create("tiny");
  await rig.write(".env", "DB_PASSWORD=abc\nGREETING=good day\nAPI_TOKEN=0123456789abcdef\n");
  await rig.write(
    "stack.override.yaml",
    [
      "services:",
      "  front:",
      '    environment: { GREETING: "${GREETING}", DB_PASSWORD: "${DB_PASSWORD}", URL: "http://x/?t=${API_TOKEN}", FREE_TOKEN: literal }',
      "  debug: { image: tools, profiles: [debug] }",
      "images: { tools: { from: base } }",
      "volumes: { data: }",
    ].join("\n"),
  );
  return rig;
}

describe("config", () => {
  test("prints the files merged, the variables replaced, the defaults filled in, and no secret", async () => {
    await using rig = await rigWithFiles();

    const { exitCode, stdout, stderr } = await rig.qclock(["config"]);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(`name: ${rig.stack}\n`);
    expect(stdout).toContain("GREETING: good day");
    expect(stdout).toContain(`127.0.0.1:${rig.port}:8080`);
    expect(stdout).toContain("mem_limit: 512m");
    expect(stdout).not.toMatch(/debug|tools/);
    expect(stdout).toContain('DB_PASSWORD: "***"');
    expect(stdout).toContain('FREE_TOKEN: "***"');
    expect(stdout).not.toMatch(/abc|0123456789abcdef|literal/);
  });

  test("prints a manifest: what it prints of itself is the same", async () => {
    await using rig = await rigWithFiles();
    const { stdout } = await rig.qclock(["config", "--profile", "*"]);
    await rig.write("printed.yaml", stdout);

    const again = await rig.qclock(["config", "--profile", "*", "--file", "printed.yaml"]);

    expect(again).toMatchObject({ exitCode: 0, stdout });
    const asJson = await rig.qclock(["config", "--format", "json"]);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ name: rig.stack, volumes: { data: null } });
  });

  test.each([
    [["--services"], "store\nfront\n"],
    [["--services", "--profile", "debug"], "store\nfront\ndebug\n"],
    [["--images"], "base\nweb\n"],
    [["--volumes"], "data\n"],
    [["--profiles"], "debug\n"],
  ])("%j lists names", async (args, expected) => {
    await using rig = await rigWithFiles();
    expect(await rig.qclock(["config", ...args])).toMatchObject({ exitCode: 0, stdout: expected });
  });

  test("--environment lists the variables that the manifest names, and where they come from", async () => {
    await using rig = await rigWithFiles();
    const environment = { GREETING: "from the process" };

    const { stdout } = await rig.qclock(["config", "--environment"], { environment });
    expect(stdout).toBe(
      `API_TOKEN=***\nDB_PASSWORD=***\nGREETING=from the process\nQCLOCK_PORT=${rig.port}\n`,
    );
    const asJson = await rig.qclock(["config", "--environment", "--json"], { environment });
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      schema: "qclock/config/v1",
      environment: [
        { name: "API_TOKEN", value: "***", origin: ".env:3" },
        { name: "DB_PASSWORD", value: "***", origin: ".env:1" },
        { name: "GREETING", value: "from the process", origin: "environment" },
        { name: "QCLOCK_PORT", origin: "environment" },
      ],
    });
  });

  test("--origin prints the settings, also those that are found in the project", async () => {
    await using rig = await rigWithFiles();
    await rig.write(
      ".env",
      `${await readFile(path.join(rig.directory, ".env"), "utf8")}QCLOCK_PROFILES=debug\n`,
    );

    const { stdout } = await rig.qclock(["config", "--origin", "--jobs", "3", "--json"]);

    const { schema, settings } = JSON.parse(stdout);
    expect(schema).toBe("qclock/settings/v1");
    const of = (name: string): object =>
      settings.find((each: { readonly name: string }) => each.name === name);
    expect(of("jobs")).toMatchObject({ value: 3, origin: "--jobs" });
    expect(of("stack")).toMatchObject({ value: rig.stack, origin: "QCLOCK_STACK" });
    expect(of("file")).toMatchObject({
      value: ["stack.config.yaml", "stack.override.yaml"],
      origin: "found",
    });
    expect(of("envFile")).toMatchObject({ value: [".env"], origin: "found" });
    expect(of("profile")).toMatchObject({ value: ["debug"], origin: ".env:4" });
    expect(of("timeout")).toMatchObject({ origin: "default" });
  });

  test("shows the settings where there is no manifest, and every problem where it is wrong", async () => {
    await using rig = await Rig.create("empty");
    expect(await rig.qclock(["config", "--origin"])).toMatchObject({ exitCode: 0 });
    expect(await rig.qclock(["config"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("[manifest-not-found]"),
    });
    await rig.write("stack.config.yaml", "name: a\nimages: { x: { form: scratch } }\n");
    expect(await rig.qclock(["config"])).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining("[unknown-key]"),
    });
    expect(await rig.qclock(["config", "--services", "--images"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("cannot be used with"),
    });
  });
});
