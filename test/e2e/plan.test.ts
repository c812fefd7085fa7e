import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { startFileServer } from "../support/file-server.ts";
import { Rig } from "../support/rig.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

/**
 * A manifest whose writer would like to be asked: its mirror, its artifact and its operating system
 * point at a server.
 */
function strangersManifest(url: string): string {
  return [
    "name: stranger",
    "os: [debian-12]",
    `mirrors: { debian-12: "${url}/debian" }`,
    "images:",
    "  base:",
    "    from: scratch",
    "    packages: { debian-12: [busybox-static] }",
    "    artifacts:",
    `      - { url: "${url}/tool", sha256: "${"ab".repeat(32)}", path: /usr/bin/tool, mode: "0755" }`,
    "    entrypoint: [/bin/busybox]",
    '    user: "10001:10001"',
    "services:",
    "  app: { image: base }",
    "",
  ].join("\n");
}

describe("plan", () => {
  test.each([
    [["plan"], ""],
    [["plan", "--os", "auto"], "Assuming debian-12"],
    [["validate"], ""],
    [["validate", "--os", "auto"], "Assuming debian-12"],
    [["graph"], ""],
    [["graph", "--os", "auto"], "Assuming debian-12"],
    [["graph", "--critical-path"], ""],
  ])("of a stranger's manifest, %s sends no request and writes no lock", async (args, said) => {
    await using server = await startFileServer(new Map());
    await using store = await temporaryFolder();
    await using rig = await Rig.create("empty", {
      store: store.path,
      environment: { QCLOCK_MIRROR_DEBIAN_12: "" },
    });
    await rig.write("stack.config.yaml", strangersManifest(server.url));
    const { exitCode, stderr } = await rig.qclock(args);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(server.requests).toEqual([]);
    expect(await readdir(rig.directory)).not.toContain("stack.lock.yaml");
    expect(stderr).toContain(said);
  });

  test("of a stack without a lock says what has to be locked, and counts it as pending", async () => {
    await using store = await temporaryFolder();
    await using rig = await Rig.create("tiny", { store: store.path });
    const { exitCode, stdout } = await rig.qclock(["plan", "--detailed-exit-code"]);
    expect(exitCode).toBe(7);
    expect(stdout).toMatch(/\+ service front +not found/);
    expect(stdout).toContain("Plan: 6 to create, 0 to change, 0 to remove.");
    expect(stdout).toMatch(/pins nothing for this system yet[\s\S]*image base: busybox-static/);
    expect(stdout).not.toContain("->");
  });

  test("--resolve reads the indexes, and fetches and writes nothing", async () => {
    await using store = await temporaryFolder();
    await using rig = await Rig.create("tiny", { store: store.path });
    const { exitCode, stdout } = await rig.qclock(["plan", "--resolve", "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "qclock/plan/v1",
      counts: { create: 6 },
      lock: { state: "missing", images: [{ name: "base", pins: [{ name: "busybox-static" }] }] },
    });
    expect(await readdir(rig.directory)).not.toContain("stack.lock.yaml");
  });

  test("of a lock that lacks a package plans with what is known, and leaves the lock as it is", async () => {
    await using rig = await Rig.create("tiny");
    await rig.qclock(["up"]);
    await rig.edit("stack.config.yaml", (text) =>
      text.replace("[busybox-static]", "[busybox-static, tzdata]"),
    );
    const before = await readFile(`${rig.directory}/stack.lock.yaml`, "utf8");
    const { stdout } = await rig.qclock(["plan"]);
    expect(stdout).toMatch(/~ image +base +asks for tzdata as well/);
    expect(stdout).toMatch(/~ service front +image web changed/);
    expect(stdout).toContain("stack.lock.yaml does not fit the manifest.");
    expect(await readFile(`${rig.directory}/stack.lock.yaml`, "utf8")).toBe(before);
    const verbose = await rig.qclock(["plan", "--verbose"]);
    expect(verbose.stdout).toContain("[assemble:base] -> load:base, assembled");
  });
});
