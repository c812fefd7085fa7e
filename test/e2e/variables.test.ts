import { expect, test } from "vitest";
import { engineApi } from "../support/engine-api.ts";
import { Rig } from "../support/rig.ts";

/** What the Engine says that a service's container is started with. */
async function environmentOf(rig: Rig, service: string): Promise<readonly string[]> {
  const id = (await rig.containerIds())[service] ?? "";
  const inspected = await engineApi("GET", `/containers/${id}/json`);
  // @ts-expect-error -- the Engine's own type
  return inspected.Config.Env;
}

test("up must give a service what its files of variables hold, and make it again when they change", async () => {
  await using rig = await Rig.create("tiny");
  await rig.write(".env", "GREETING=from-dotenv\n");
  await rig.write("front.env", "LEVEL=info\nNOTE='one # two'\nFROM=$GREETING\n");
  await rig.write(
    "stack.override.yaml",
    "services: { front: { environment: !reset null, env_file: front.env } }\n",
  );

  expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });

  expect(await environmentOf(rig, "front")).toEqual(
    expect.arrayContaining(["LEVEL=info", "NOTE=one # two", "FROM=from-dotenv"]),
  );
  const before = await rig.containerIds();
  expect(await rig.qclock(["plan", "--detailed-exit-code"])).toMatchObject({ exitCode: 0 });

  await rig.edit("front.env", (text) => text.replace("info", "debug"));
  const planned = await rig.qclock(["plan", "--detailed-exit-code"]);
  expect(planned).toMatchObject({ exitCode: 7 });
  expect(planned.stdout).toContain("env_file diverged");
  expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });

  const after = await rig.containerIds();
  expect(after["store"]).toBe(before["store"]);
  expect(after["front"]).not.toBe(before["front"]);
  expect(await environmentOf(rig, "front")).toContain("LEVEL=debug");
  expect(await environmentOf(rig, "front")).not.toContain("LEVEL=info");
});

test("down must work without a file of variables that up refuses to go without", async () => {
  await using rig = await Rig.create("tiny");
  expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
  await rig.edit("stack.config.yaml", (text) =>
    text.replace("environment: { GREETING: hello }", "env_file: absent.env"),
  );

  const refused = await rig.qclock(["up"]);
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("[missing-file]") });
  expect((await rig.observe()).containers).toHaveLength(2);
  expect(await rig.qclock(["down"])).toMatchObject({ exitCode: 0 });

  expect((await rig.observe()).containers).toHaveLength(0);
});
