import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

/** The tiny stack with a service of the profile debug, on an image that nothing else needs. */
async function rigWithProfile(): Promise<Rig> {
  const rig = await Rig.create("tiny");
  await rig.edit("stack.config.yaml", (text) =>
    text
      .replace(
        "services:\n",
        "  tools:\n    from: web\n    labels: { for: debugging }\nservices:\n",
      )
      .concat(
        "  debug:\n    image: tools\n    profiles: [debug]\n    depends_on: [store]\n    probes: [{ tcp_socket: { port: 8080 } }]\n",
      ),
  );
  return rig;
}

async function servicesOf(rig: Rig): Promise<readonly string[]> {
  return Object.keys(await rig.containerIds()).toSorted();
}

test("a service of an inactive profile must be neither built, made, touched nor removed, until down", async () => {
  await using rig = await rigWithProfile();
  const tools = `qclock.invalid/${rig.stack}/tools:latest`;

  expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
  expect(await servicesOf(rig)).toEqual(["front", "store"]);
  expect((await rig.observe()).images).not.toContain(tools);

  expect(await rig.qclock(["up", "--profile", "debug"])).toMatchObject({ exitCode: 0 });
  expect(await servicesOf(rig)).toEqual(["debug", "front", "store"]);
  expect((await rig.observe()).images).toContain(tools);

  const before = await rig.containerIds();
  expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
  expect(await rig.containerIds()).toEqual(before);
  const { stdout } = await rig.qclock(["ps", "--json"]);
  expect(JSON.parse(stdout).services).toContainEqual(
    expect.objectContaining({ service: "debug", state: "running" }),
  );
  const verified = await rig.qclock(["verify", "--only", "PRB-001", "--json"]);
  expect(verified).toMatchObject({ exitCode: 0 });
  expect(verified.stdout).toContain("service debug");

  expect(await rig.qclock(["down"])).toMatchObject({ exitCode: 0 });
  expect(await rig.observe()).toMatchObject({ containers: [], networks: [] });
  expect(JSON.parse((await rig.qclock(["ps", "--json"])).stdout).services).toHaveLength(2);
});

test("naming a service must activate its profiles, and a dependency that is not active must be told", async () => {
  await using rig = await rigWithProfile();

  expect(await rig.qclock(["up", "debug"])).toMatchObject({ exitCode: 0 });
  expect(await servicesOf(rig)).toEqual(["debug", "store"]);

  await rig.edit("stack.config.yaml", (text) =>
    text.replace("depends_on: [store]\n    ports", "depends_on: [store, debug]\n    ports"),
  );
  expect(await rig.qclock(["up"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("[inactive-profile]"),
  });
  await rig.write(".env", "QCLOCK_PROFILES=debug\n");
  expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
  expect(await servicesOf(rig)).toEqual(["debug", "front", "store"]);
  expect(await rig.qclock(["up", "--profile", "debgu"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Did you mean "debug"?'),
  });
});
