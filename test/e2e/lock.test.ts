import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

const lockFile = "stack.lock.yaml";

function git(rig: Rig, ...parameters: readonly string[]): void {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@qclock.invalid"];
  execFileSync("git", [...identity, ...parameters], { cwd: rig.directory, stdio: "ignore" });
}

async function textOf(rig: Rig): Promise<string> {
  return readFile(path.join(rig.directory, lockFile), "utf8");
}

/** As if the lock had been made when another version was current: one that no mirror has. */
async function agePackage(rig: Rig): Promise<void> {
  await rig.edit(lockFile, (text) =>
    text
      .replace(/version: 1:.*/, "version: 1:0.1-1")
      .replace(/(path: .*busybox-static_).*(_)/, "$10.1-1$2")
      .replace(/sha256: [0-9a-f]{64}/, `sha256: ${"a".repeat(64)}`),
  );
}

describe("a locked package that has left the mirror", () => {
  test("must be named with --locked, and nothing is changed", async () => {
    await using rig = await Rig.create("tiny");
    await agePackage(rig);
    const before = await textOf(rig);

    const { exitCode, stderr } = await rig.qclock(["build", "--locked"]);

    expect(exitCode).toBe(4);
    expect(stderr).toMatch(
      /busybox-static 1:0\.1-1 is neither in the store nor on any mirror any more/,
    );
    expect(stderr).toContain("qclock lock --update");
    expect(await textOf(rig)).toBe(before);
  });

  test("must be moved alone without it, and that is said", async () => {
    await using rig = await Rig.create("tiny");
    const current = await textOf(rig);
    await agePackage(rig);

    const { exitCode, stderr } = await rig.qclock(["build"]);

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/moved in the lock: busybox-static 1:0\.1-1 -> 1:\S+\./);
    expect((await textOf(rig)).replace(/ +packages_layer: .*\n/, "")).toBe(
      current.replace(/ +packages_layer: .*\n/, ""),
    );
  });
});

describe("lock diff", () => {
  test("must say what differs from the last commit, and end with 7 when asked", async () => {
    await using rig = await Rig.create("tiny");
    git(rig, "init", "--quiet");
    git(rig, "add", ".");
    git(rig, "commit", "--quiet", "--message", "first");
    expect(await rig.qclock(["lock", "diff", "--exit-code"])).toMatchObject({
      exitCode: 0,
      stdout: "",
    });
    await agePackage(rig);

    const { exitCode, stdout } = await rig.qclock(["lock", "diff", "HEAD", "--exit-code"]);

    expect(exitCode).toBe(7);
    expect(stdout).toMatch(
      /image base: 1 moved[\s\S]*~ busybox-static 1:\S+ -> 1:0\.1-1 \(older\)/,
    );
    expect(stdout).toContain("not looked into for setuid files");
    const json = await rig.qclock(["lock", "diff", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: "qclock/lock-diff/v1",
      targets: [{ images: [{ image: "base", moved: [{ direction: "older" }] }] }],
    });
  });

  test.each([
    [["lock", "diff"], /not in a git repository[\s\S]*--against/],
    [["lock", "diff", "--against", "none.yaml"], /none\.yaml cannot be read/],
    [["lock", "diff", "HEAD", "--against", "x"], /exclude each other/],
  ])("%j must end with 2 and say what to do", async (command, message) => {
    await using rig = await Rig.create("tiny");

    const { exitCode, stderr } = await rig.qclock(command);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });

  test("must refuse a revision that is none, also one that looks like an option", async () => {
    await using rig = await Rig.create("tiny");
    git(rig, "init", "--quiet");
    for (const revision of ["nowhere", "--output=x"]) {
      const { exitCode, stderr } = await rig.qclock(["lock", "diff", "--", revision]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`no revision "${revision}"`);
    }
  });
});

describe("lock why", () => {
  test("must tell the chain of reasons", async () => {
    await using rig = await Rig.create("tiny");

    const { exitCode, stdout } = await rig.qclock(["lock", "why", "busybox-static"]);

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /image base: busybox-static 1:[\s\S]*asked for in the manifest[\s\S]*signed by [0-9A-F]{40}/,
    );
  });

  test("must say what was meant when no image holds the package", async () => {
    await using rig = await Rig.create("tiny");

    const { exitCode, stderr } = await rig.qclock(["lock", "why", "busybox-statik"]);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean "busybox-static"?');
  });
});
