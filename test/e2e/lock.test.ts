import { execFileSync } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { Rig } from "../support/rig.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

const nothing = { containers: [], networks: [], volumes: [], images: [] };

/** The one package of the fixture, as if it were another one. */
function withOtherVersion(text: string): string {
  return text
    .replace(/( +version: )\S+(\n +architecture)/, "$10.0-gone$2")
    .replace(/(path: \S+busybox-static_)\S+/, "$10.0-gone_amd64.deb")
    .replace(/sha256: [0-9a-f]{64}/, `sha256: ${"ab".repeat(32)}`);
}

function git(rig: Rig, ...words: readonly string[]): void {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"];
  execFileSync("git", [...identity, ...words], { cwd: rig.directory, stdio: "ignore" });
}

describe("lock", () => {
  test("with the name of a package that is not there says what was meant", async () => {
    await using rig = await Rig.create("tiny");
    const { exitCode, stderr } = await rig.qclock(["lock", "--update", "busybox-sttaic"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/\[unknown-package\][\s\S]*Did you mean "busybox-static"\?/);
  });

  test("takes what follows --update as packages, also when it is a command's name", async () => {
    await using rig = await Rig.create("tiny");
    const { exitCode, stderr } = await rig.qclock(["lock", "--update", "diff", "why"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('holds "diff", "why"');
  });

  test.each<[string, (text: string) => string, RegExp]>([
    [
      "a newer version",
      (text) => text.replace("version: 2", "version: 3"),
      /newer version of qclock/,
    ],
    ["two sides of a merge", (text) => `<<<<<<< HEAD\n${text}`, /:1:1 error: .*conflict markers/],
    ["its first half", (text) => text.slice(0, text.length / 2), /damaged|not valid YAML/],
    [
      "a package twice",
      (text) => text.replace(/( {10}- name: busybox-static\n[^]*?\n)(?= {6}\w)/, "$1$1"),
      /holds "busybox-static" a second time/,
    ],
  ])(
    "of %s is refused with its place, by every command that reads it",
    async (_, change, shown) => {
      await using rig = await Rig.create("tiny");
      await rig.edit("stack.lock.yaml", change);
      for (const command of [
        ["lock", "--check"],
        ["build"],
        ["lock", "why", "x"],
        ["lock", "diff", "--against", "stack.lock.yaml"],
      ]) {
        const { exitCode, stderr } = await rig.qclock(command);
        expect(exitCode).toBe(2);
        expect(stderr).toMatch(/^stack\.lock\.yaml:\d+:\d+ error: /m);
        expect(stderr).toMatch(shown);
      }
      expect(await rig.observe()).toEqual(nothing);
    },
  );

  test("--check says why the lock does not fit, a line for each reason", async () => {
    await using rig = await Rig.create("tiny");
    await rig.edit("stack.config.yaml", (text) =>
      text
        .replace("[busybox-static]", "[dash]")
        .replace(
          "  web:\n    from: base",
          "  web:\n    from: base\n    packages: { debian-12: [bash] }",
        ),
    );
    const { exitCode, stderr } = await rig.qclock(["lock", "--check"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('    image "base": asks for dash as well\n');
    expect(stderr).toContain('    image "base": no longer asks for busybox-static\n');
    expect(stderr).toContain('    image "web": asks for bash as well\n');
  });
});

describe("lock why", () => {
  test("leads from what was asked for to the package", async () => {
    await using rig = await Rig.create("tiny");
    const { exitCode, stdout } = await rig.qclock(["lock", "why", "busybox-static"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^busybox-static \S+ amd64\n/);
    expect(stdout).toMatch(/signed by +[0-9A-F]{40}\n/);
    expect(stdout).toContain("\nbase: busybox-static (asked for)\nweb: has it from base\n");
  });

  test("says what was meant when no image holds it, and is a document for programs", async () => {
    await using rig = await Rig.create("tiny");
    const wrong = await rig.qclock(["lock", "why", "busybox-statik"]);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toMatch(/\[unknown-package\][\s\S]*Did you mean "busybox-static"\?/);
    const { stdout } = await rig.qclock(["lock", "why", "busybox-static", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "qclock/lock-why/v1",
      virtual: false,
      explanations: [{ name: "busybox-static", inherited: [{ image: "web", from: "base" }] }],
    });
  });
});

describe("lock diff", () => {
  test("tells what changed since a revision, and 7 where that is asked for", async () => {
    await using rig = await Rig.create("tiny");
    const original = await readFile(path.join(rig.directory, "stack.lock.yaml"), "utf8");
    git(rig, "init", "-q");
    await rig.edit("stack.lock.yaml", withOtherVersion);
    git(rig, "add", "stack.lock.yaml");
    git(rig, "commit", "-qm", "old");
    const same = await rig.qclock(["lock", "diff", "--exit-code"]);
    expect(same).toMatchObject({ exitCode: 0, stdout: "" });
    expect(same.stderr).toContain(
      "No difference between HEAD:stack.lock.yaml and stack.lock.yaml.",
    );

    await rig.write("stack.lock.yaml", original);
    const { exitCode, stdout } = await rig.qclock(["lock", "diff"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^debian-12\/amd64\n {2}image base: 1 moved\n {4}~ busybox-static 0\.0-gone -> 1/,
    );
    const document = await rig.qclock(["lock", "diff", "HEAD", "--exit-code", "--json"]);
    expect(document.exitCode).toBe(7);
    expect(
      z
        .object({
          schema: z.literal("qclock/lock-diff/v1"),
          from: z.string(),
          targets: z.array(z.object({ target: z.string() })),
        })
        .parse(JSON.parse(document.stdout)),
    ).toMatchObject({ from: "HEAD:stack.lock.yaml", targets: [{ target: "debian-12/amd64" }] });
  });

  test("looks into packages that the store lacks when it is told to fetch them", async () => {
    await using rig = await Rig.create("tiny");
    await using store = await temporaryFolder();
    const environment = { QCLOCK_STORE: store.path };
    await rig.write("empty.lock.yaml", "version: 2\ntargets: {}\n");
    const words = ["lock", "diff", "--against", "empty.lock.yaml"];
    const unseen = await rig.qclock(words, { environment });
    expect(unseen.stdout).toMatch(/Not looked into[^\n]*: busybox-static \S+\.\n.*--fetch/);
    const { exitCode, stdout } = await rig.qclock([...words, "--fetch"], { environment });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /image base: added, 1 added, download \S+ kB \(\+\S+ kB\), installed \+\S+ MB\n/,
    );
    expect(stdout).not.toContain("Not looked into");
  });

  test("says what is wrong with a revision", async () => {
    await using rig = await Rig.create("tiny");
    const message = async (...words: readonly string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await rig.qclock(["lock", "diff", ...words]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toContain("[usage]");
      return stderr;
    };
    expect(await message()).toContain("stack.lock.yaml is in no git repository");
    git(rig, "init", "-q");
    expect(await message()).toContain('git does not find the revision "HEAD"');
    await mkdir(path.join(rig.directory, "other"));
    git(rig, "commit", "-q", "--allow-empty", "-m", "nothing");
    expect(await message()).toContain('The revision "HEAD" has no stack.lock.yaml');
    expect(await message("nowhere")).toContain('git does not find the revision "nowhere"');
    expect(await message("--", "--output=evil")).toContain("does not find the revision");
    expect(await message("--against", "nowhere.yaml")).toContain("nowhere.yaml cannot be read");
    expect(await message("HEAD", "--against", "x")).toContain("exclude each other");
  });
});

describe("a package of the lock", () => {
  test("that has left the mirror fails with --locked, and moves alone without", async () => {
    await using rig = await Rig.create("tiny");
    await using store = await temporaryFolder();
    const environment = { QCLOCK_STORE: store.path };
    await rig.edit("stack.lock.yaml", withOtherVersion);

    const locked = await rig.qclock(["build", "--locked"], { environment });
    expect(locked.exitCode).toBe(4);
    expect(locked.stderr).toMatch(
      /busybox-static 0\.0-gone is neither in the store nor on any mirror any more/,
    );
    expect(locked.stderr).toMatch(/\[package-vanished\][\s\S]*qclock lock --update busybox-static/);
    expect(await rig.observe()).toEqual(nothing);

    const { exitCode, stderr } = await rig.qclock(["build"], { environment });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /moved in stack\.lock\.yaml: busybox-static 0\.0-gone -> 1\S+\. Starting over\./,
    );
    const lock = await readFile(path.join(rig.directory, "stack.lock.yaml"), "utf8");
    expect(lock).not.toContain("0.0-gone");
    expect(lock).toContain("packages_layer: sha256:");
    expect(await rig.qclock(["build", "--locked"], { environment })).toMatchObject({ exitCode: 0 });
  });

  test("whose digest was edited is refused with what the lock says and what the distribution signed", async () => {
    await using rig = await Rig.create("tiny");
    await using store = await temporaryFolder();
    const digest = "ab".repeat(32);
    await rig.edit("stack.lock.yaml", (text) =>
      text.replace(/sha256: [0-9a-f]{64}/, `sha256: ${digest}`),
    );
    const { exitCode, stderr } = await rig.qclock(["build"], {
      environment: { QCLOCK_STORE: store.path },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /busybox-static \S+ is not what the distribution signed\. \[signature-invalid\]/,
    );
    expect(stderr).toMatch(new RegExp(`sha256: ${digest} in the lock, [0-9a-f]{64} in the index`));
    expect(await rig.observe()).toEqual(nothing);
  });

  test("layer that was edited is refused by the build that makes it anew", async () => {
    await using rig = await Rig.create("tiny");
    await using store = await temporaryFolder();
    const digest = `sha256:${"cd".repeat(32)}`;
    await rig.edit("stack.lock.yaml", (text) =>
      text.replace(/^( +)packages:/m, `$1packages_layer: ${digest}\n$&`),
    );
    const { exitCode, stderr } = await rig.qclock(["build"], {
      environment: { QCLOCK_STORE: store.path },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /packages layer of image "base" is sha256:[0-9a-f]{64}, but the lock expects/,
    );
    expect(stderr).toContain(digest);
  });
});
