import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectTestEngine } from "../support/engines.ts";
import { type Ended, Rig } from "../support/rig.ts";
import { startTamperingMirror, type TamperingMirror } from "../support/tampering-mirror.ts";

/** Nobody listens there: what goes to the network fails, and is not waited for. */
const noMirror = "http://127.0.0.1:9/debian";

let here: Rig;
let filledStore: string;
let mirror: TamperingMirror;
let folder: string;
let bundle: string;
let saved: Ended;
let ids: readonly (string | undefined)[];
const stores: string[] = [];

/**
 * One machine that reaches a mirror locks, builds and saves; every test is another machine that
 * does not.
 */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qclock-bundle-"));
  bundle = path.join(folder, "tiny.bundle");
  mirror = await startTamperingMirror((_, body) => body);
  here = await Rig.create("tiny", { store: await newStore() });
  const environment = { QCLOCK_MIRROR_DEBIAN_12: mirror.urls };
  await succeeds(here.qclock(["build"], { environment }));
  ids = await imageIds();
  saved = await here.qclock(["bundle", "save", bundle, "--images", "--manifest"], { environment });
  await succeeds(here.qclock(["reset", "--images"]));
  filledStore = await newStore();
  await using there = await elsewhere("empty", filledStore);
  await succeeds(there.qclock(["bundle", "load", bundle]));
});

afterAll(async () => {
  await here[Symbol.asyncDispose]();
  await mirror[Symbol.asyncDispose]();
  for (const directory of [folder, ...stores])
    await rm(directory, { recursive: true, force: true });
});

test("saving prints the bundle's digest as sha256sum does", async () => {
  expect(saved).toMatchObject({ exitCode: 0 });
  expect(saved.stdout).toBe(execFileSync("sha256sum", [bundle], { encoding: "utf8" }));
  await expect(readdir(folder)).resolves.toEqual(["tiny.bundle"]);
});

test("on a machine without a network the same images come out of a bundle", async () => {
  await using there = await elsewhere("empty");

  const loaded = await there.qclock(["bundle", "load", bundle, "--manifest"]);
  expect(loaded).toMatchObject({ exitCode: 0 });
  expect(loaded.stdout).toMatch(/signed: (\d+) of \1 packages?\nlock: stack\.lock\.yaml written/);
  await succeeds(there.qclock(["lock", "--check", "--offline"]));
  await expect(imageIds()).resolves.toEqual([undefined, undefined]);
  const asked = mirror.requests.length;
  const { stdout } = await succeeds(
    there.qclock(["build", "--offline"], { environment: { QCLOCK_MIRROR_DEBIAN_12: mirror.urls } }),
  );

  expect(stdout.trim().split("\n")).toHaveLength(2);
  await expect(imageIds()).resolves.toEqual(ids);
  expect(mirror.requests).toHaveLength(asked);
  await succeeds(there.qclock(["reset", "--images"]));
});

test("the finished images go into the Engine, and building proves them: the same come out", async () => {
  await using there = await elsewhere("empty");

  const { stdout } = await succeeds(
    there.qclock(["bundle", "load", "-", "--images", "--manifest", "--json"], {
      input: await readFile(bundle),
    }),
  );

  expect(JSON.parse(stdout)).toMatchObject({
    schema: "qclock/bundle-loaded/v1",
    lock: { outcome: "written" },
    proof: { unproved: [] },
    images: expect.arrayContaining([`qclock.invalid/${here.stack}/web:latest`]),
  });
  await expect(imageIds()).resolves.toEqual(ids);
  await succeeds(there.qclock(["build", "--offline"]));
  await expect(imageIds()).resolves.toEqual(ids);
  const again = await succeeds(there.qclock(["build", "--offline"]));
  expect(again.stderr).toContain("nothing to do");
  await succeeds(there.qclock(["reset", "--images"]));
});

test("the list tells what is in it", async () => {
  await using there = await elsewhere("empty");

  const { stdout } = await succeeds(there.qclock(["bundle", "list", bundle]));
  expect(stdout).toMatch(/^Stack +t-\w+, saved by qclock \d/);
  expect(stdout).toMatch(/^Claims +bookworm-security signed by [0-9A-F]{40}$/m);
  expect(stdout).toMatch(/^base +busybox-static +\S+ +(?:amd64|arm64) +\S+ [kM]B$/m);
  const json = await succeeds(there.qclock(["bundle", "list", bundle, "--json"]));
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: "qclock/bundle/v1",
    stack: here.stack,
    targets: [{ packages: expect.arrayContaining([expect.objectContaining({ image: "base" })]) }],
    manifest: { name: "stack.config.yaml" },
  });
});

describe("with --offline no request is made", () => {
  test.each([[["lock", "--check"]], [["lock"]], [["build"]], [["bundle", "save", "x.bundle"]]])(
    "by %j with a store that has everything",
    async (args) => {
      await using there = await filled();
      const asked = mirror.requests.length;

      await succeeds(there.qclock([...args, "--offline"], watched()));

      expect(mirror.requests).toHaveLength(asked);
      await there.qclock(["reset", "--images"]);
    },
  );

  test.each([
    [["build"], /busybox-static/],
    // A lock is checked down to the distribution's key, and nothing here says what that signed.
    [["lock", "--check"], /busybox-static/],
    [["bundle", "save", "x.bundle"], /busybox-static/],
    // What proves the lock's packages is not there either.
    [["lock", "--check"], /busybox-static/],
    [["lock", "--update"], /InRelease/],
  ])("by %j with an empty store, which ends with 4 and names what lacks", async (args, what) => {
    await using there = await filled();
    const asked = mirror.requests.length;

    const { exitCode, stderr } = await there.qclock([...args, "--offline"], {
      environment: { ...watched().environment, QCLOCK_STORE: await newStore() },
    });

    expect(exitCode).toBe(4);
    expect(stderr).toMatch(what);
    expect(stderr).toMatch(/qclock bundle load FILE/);
    expect(stderr).toContain("[offline]");
    expect(mirror.requests).toHaveLength(asked);
    await expect(readdir(there.directory)).resolves.not.toContain("x.bundle");
  });

  function watched(): { environment: Readonly<Record<string, string>> } {
    return { environment: { QCLOCK_MIRROR_DEBIAN_12: mirror.urls } };
  }
});

describe("a bundle is refused with exit code 1, and no lock is written,", () => {
  test.each<[string, (file: string) => Promise<void>, RegExp]>([
    ["when it was cut short", (file) => truncate(file, 300_000), /it was cut short/],
    ["when one byte is wrong", flipByte, /instead of sha256:/],
    ["when it is something else", (file) => writeFile(file, "hello"), /it is no bundle/],
  ])("%s", async (_, spoil, reason) => {
    await using there = await elsewhere("empty");
    const file = path.join(there.directory, "b.bundle");
    await writeFile(file, await readFile(bundle));
    await spoil(file);

    const { exitCode, stdout, stderr } = await there.qclock(["bundle", "load", "b.bundle"]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/error: b\.bundle is refused/);
    expect(stderr).toMatch(reason);
    expect(stderr).toContain("[bundle-invalid]");
    expect(await readdir(there.directory)).not.toContain("stack.lock.yaml");
    await succeeds(there.qclock(["bundle", "load", bundle]));
  });
});

test("a file in the way is not written over", async () => {
  await using there = await filled();
  await there.write("x.bundle", "mine");

  const refused = await there.qclock(["bundle", "save", "x.bundle", "--offline"]);
  expect(refused.exitCode).toBe(9);
  expect(refused.stderr).toMatch(/x\.bundle is there already[\s\S]*--force/);
  await expect(readFile(path.join(there.directory, "x.bundle"), "utf8")).resolves.toBe("mine");

  await succeeds(there.qclock(["bundle", "save", "x.bundle", "--offline", "--force"]));
  await succeeds(there.qclock(["bundle", "list", "x.bundle"]));
});

test("another lock in the way is kept as a copy only when it may be replaced", async () => {
  await using there = await elsewhere("tiny");
  const mine = (await readFile(path.join(here.directory, "stack.lock.yaml"), "utf8")).replace(
    /newest_build: \d+/,
    "newest_build: 1",
  );
  await there.write("stack.lock.yaml", mine);

  const refused = await there.qclock(["bundle", "load", bundle]);
  expect(refused.exitCode).toBe(9);
  expect(refused.stderr).toMatch(/stack\.lock\.yaml is here and is another lock/);

  const replaced = await succeeds(there.qclock(["bundle", "load", bundle, "--force"]));
  expect(replaced.stdout).toContain(
    "stack.lock.yaml replaced, the one before kept as stack.lock.yaml.bak",
  );
  await expect(readFile(path.join(there.directory, "stack.lock.yaml.bak"), "utf8")).resolves.toBe(
    mine,
  );
});

test("a save that is killed leaves no bundle that looks whole, and one that is stopped leaves nothing", async () => {
  await using there = await filled();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const running = there.start(["bundle", "save", "x.bundle", "--offline"]);
    await running.saw("Checking the signatures");
    running.kill(signal);
    await running.ended;
    const names = (await readdir(there.directory)).filter((name) => name.startsWith("x.bundle"));
    expect(names.filter((name) => signal === "SIGTERM" || !name.endsWith(".partial"))).toEqual([]);
  }
  await succeeds(there.qclock(["bundle", "save", "x.bundle", "--offline"]));
});

test("a pipe that falls silent can be interrupted, and nothing half-taken stays", async () => {
  await using there = await elsewhere("empty");
  const running = there.start(["bundle", "load", "-"], {
    input: (await readFile(bundle)).subarray(0, 1_000_000),
    keepInputOpen: true,
  });
  await running.saw("Reading the bundle");
  running.kill("SIGINT");

  await expect(running.ended).resolves.toMatchObject({ exitCode: 130, stdout: "" });
  expect(await readdir(there.directory)).not.toContain("stack.lock.yaml");
  const store = there.environment["QCLOCK_STORE"] ?? "";
  // The folder itself is made when something is put into it.
  const kept = await readdir(store, { recursive: true });
  expect(kept.filter((name) => name.startsWith("tmp/"))).toEqual([]);
});

test("to a pipe goes the same bundle as to a file", async () => {
  await using there = await filled();
  await succeeds(there.qclock(["bundle", "save", "x.bundle", "--offline"]));
  const command = `${process.execPath} ${path.resolve("bin/qclock.js")} bundle save - --offline`;

  const digest = execFileSync("sh", ["-c", `${command} | sha256sum`], {
    cwd: there.directory,
    env: there.environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });

  const file = path.join(there.directory, "x.bundle");
  expect(digest.slice(0, 64)).toBe(
    execFileSync("sha256sum", [file], { encoding: "utf8" }).slice(0, 64),
  );
});

test.each([
  [["bundle", "load", "nowhere.bundle"], /nowhere\.bundle cannot be read/],
  [["bundle", "list", "."], /cannot be read/],
  [["bundle", "save", "-", "--json"], /--json writes there/],
  [["bundle", "save", "nowhere/x.bundle", "--offline"], /nowhere\/x\.bundle cannot be written/],
])("%j is wrong use", async (args, text) => {
  await using there = await filled();

  const { exitCode, stderr } = await there.qclock(args);

  expect(exitCode).toBe(2);
  expect(stderr).toMatch(text);
});

/**
 * A project folder on a machine whose store is empty, that reaches no mirror, and that calls the
 * stack as the first one does.
 */
async function elsewhere(fixture: string, store?: string): Promise<Rig> {
  return await Rig.create(fixture, {
    store: store ?? (await newStore()),
    environment: { QCLOCK_STACK: here.stack, QCLOCK_MIRROR_DEBIAN_12: noMirror },
  });
}

/** The same with the project, its lock, and a store into which the bundle was loaded. */
async function filled(): Promise<Rig> {
  const rig = await elsewhere("tiny", filledStore);
  const lock = await readFile(path.join(here.directory, "stack.lock.yaml"), "utf8");
  await rig.write("stack.lock.yaml", lock);
  return rig;
}

async function newStore(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "qclock-store-"));
  stores.push(directory);
  return directory;
}

async function succeeds(command: Promise<Ended>): Promise<Ended> {
  const ended = await command;
  if (ended.exitCode !== 0) throw new Error(`${ended.stdout}${ended.stderr}`);
  return ended;
}

async function imageIds(): Promise<readonly (string | undefined)[]> {
  await using engine = await connectTestEngine(undefined);
  const images = await Promise.all(
    ["base", "web"].map((name) =>
      engine.inspectImage(`qclock.invalid/${here.stack}/${name}:latest`),
    ),
  );
  return images.map((image) => image?.id);
}

/** Of the package, somewhere behind its beginning. */
async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  const at = bytes.indexOf("!<arch>") + 3000;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(file, bytes);
}
