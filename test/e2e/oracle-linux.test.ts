import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDocument } from "yaml";
import * as z from "zod";
import { openStore } from "../../src/store/disk-store.ts";
import { engineApi } from "../support/engine-api.ts";
import { anImageIn } from "../support/an-image.ts";
import { type FileServer, sendTampered, startFileServer } from "../support/file-server.ts";
import { Rig, sharedStore } from "../support/rig.ts";
import { aTestKey } from "../support/rpm/an-open-pgp-key.ts";
import { elRepositories } from "../support/rpm/el-repositories.ts";

/**
 * QClock on Oracle Linux 9, where Oracle's servers cannot be reached: a mirror that a test fills
 * has the programs of Debian under the names and in the places of Oracle Linux, each package
 * signed. Its database is MariaDB, since Debian has no MySQL 8.0, and the identity service is left
 * out.
 */
let rig: Rig;
let mirror: FileServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qclock-el-"));
  const key = aTestKey();
  const store = await openStore(sharedStore());
  const programs = [
    "apache2-bin",
    "bash",
    "coreutils",
    "libc-bin",
    "mariadb-client-core",
    "mariadb-server-core",
    "media-types",
    "php8.2-fpm",
    "php8.2-mysql",
    "php8.2-opcache",
    "systemd-standalone-tmpfiles",
    "tzdata",
  ];
  const image = anImageIn("el", "all", { packages: programs });
  mirror = await startFileServer(await elRepositories([image], { store, key, work: folder }));
  rig = await Rig.createFromProject({
    store: path.join(folder, "store"),
    environment: variables(),
  });
  await rig.write("keys/test.asc", key.armored);
  await rig.edit("stack.config.yaml", withMariaDb);
  await useMariaDb(rig.directory);
  const { exitCode, stderr } = await rig.qclock(["up"]);
  if (exitCode !== 0) throw new Error(`qclock up ended with ${exitCode}:\n${stderr}`);
}, 180_000);

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await mirror[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function variables(): Readonly<Record<string, string>> {
  return { QCLOCK_OS: "oraclelinux-9", QCLOCK_MIRROR_ORACLELINUX_9: `${mirror.url}/OL9` };
}

/** The manifest with the key of the mirror, MariaDB, and no identity service. */
function withMariaDb(text: string): string {
  const document = parseDocument(text);
  document.set("keys", document.createNode({ "oraclelinux-9": ["keys/test.asc"] }));
  document.setIn(
    ["images", "db", "packages", "oraclelinux-9"],
    document.createNode(["mariadb", "mariadb-server"]),
  );
  document.deleteIn(["services", "app", "depends_on", "identity"]);
  for (const [part, names] of Object.entries({
    images: ["identity", "identity-db"],
    services: ["identity", "identity-build", "identity-db"],
    volumes: ["identity-build", "identity-db-data"],
    secrets: ["identity_db_password", "identity_admin_password", "identity_demo_password"],
  }))
    for (const name of names) document.deleteIn([part, name]);
  return String(document);
}

/** What is told of the engine is MariaDB's, in the place of MySQL's. */
async function useMariaDb(directory: string): Promise<void> {
  const files = path.join(directory, "images/db");
  await rm(path.join(files, "rootfs.oraclelinux-9"), { recursive: true });
  await cp(path.join(files, "rootfs.debian-12"), path.join(files, "rootfs.oraclelinux-9"), {
    recursive: true,
  });
}

const reportSchema = z.object({
  os: z.string(),
  results: z.array(
    z.object({
      check: z.object({ id: z.string() }),
      subject: z.string(),
      blocking: z.boolean(),
      verdict: z.looseObject({ status: z.string() }),
    }),
  ),
});

test("httpd and PHP-FPM must serve the dashboard, and the database must answer it", async () => {
  const health = await fetch(`http://127.0.0.1:${rig.port}/health`);
  expect([health.status, await health.json()]).toEqual([
    200,
    expect.objectContaining({ status: "ok" }),
  ]);
  const page = await fetch(`http://127.0.0.1:${rig.port}/`);
  expect(await page.text()).toContain("QClock");
  const inside = async (service: string, ...words: readonly string[]): Promise<string> =>
    (await rig.qclock(["exec", service, ...words])).stdout;
  expect(await inside("app", "cat", "/etc/os-release")).toContain('ID="ol"');
  // What scriptlets make, an account and the loader's cache, and a mode that a header gives.
  expect(await inside("app", "cat", "/etc/passwd")).toMatch(
    /^apache:x:48:48:Apache:\/usr\/share\/httpd:\/sbin\/nologin$/m,
  );
  expect(await inside("app", "ls", "/etc/ld.so.cache")).toBe("/etc/ld.so.cache\n");
  expect(await inside("db", "stat", "--format=%a %U", "/etc/shadow")).toBe("0 root\n");
});

test("the lock must name each package's key and its stream, and none that the stream hides", async () => {
  const lock = await readFile(path.join(rig.directory, "stack.lock.yaml"), "utf8");
  expect(lock).toMatch(/modules:\n\s+- php:8\.2\n/);
  expect(lock).toMatch(/name: php-fpm\n\s+version: \S+\.module\+el9\n/);
  expect(lock).not.toContain("99.0-1.el9");
});

test("verify must pass, and the same bytes must come out again", async () => {
  const { exitCode, stdout } = await rig.qclock(["verify", "--rebuild", "--json"]);
  const { os, results } = reportSchema.parse(JSON.parse(stdout));
  expect(results.filter(({ blocking }) => blocking)).toEqual([]);
  expect({ exitCode, os }).toEqual({ exitCode: 0, os: "oraclelinux-9" });
});

test("another machine's settings must give the same images", async () => {
  const before = await imageIds();
  const environment = {
    LANG: "tr_TR.UTF-8",
    QCLOCK_STORE: path.join(folder, "other-store"),
    TZ: "Asia/Tokyo",
  };
  // A store that knows of no image makes each of them anew.
  const built = await rig.qclock(["build", "--locked"], { environment });
  expect([built.exitCode, built.stderr]).toEqual([
    0,
    expect.stringMatching(/image base: assembled/),
  ]);
  expect(await imageIds()).toEqual(before);
});

async function imageIds(): Promise<readonly unknown[]> {
  const images = ["base", "app", "db"].map(async (name) =>
    z
      .object({ Id: z.string() })
      .parse(await engineApi("GET", `/images/qclock.invalid/${rig.stack}/${name}:latest/json`)),
  );
  return Promise.all(images);
}

test("with its lock and its store the stack must come up where no mirror answers", async () => {
  const environment = { QCLOCK_MIRROR_ORACLELINUX_9: "http://127.0.0.1:9/nobody" };
  expect(await rig.qclock(["reset", "--images", "--yes"])).toMatchObject({ exitCode: 0 });
  expect(await rig.qclock(["up", "--locked", "--offline"], { environment })).toMatchObject({
    exitCode: 0,
  });
});

test("a package that is spoiled at the mirror, and a key that is not trusted, must be refused", async () => {
  const environment = { QCLOCK_STORE: path.join(folder, "third-store") };
  mirror.answer(".rpm", sendTampered, 1);
  const spoiled = await rig.qclock(["lock", "--update", "bash"], { environment });
  expect(spoiled).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("digest-mismatch"),
  });
  await rig.write("keys/test.asc", aTestKey().armored);
  await rm(path.join(rig.directory, "stack.lock.yaml"));
  const refused = await rig.qclock(["lock"], { environment });
  expect(refused).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("[signature-invalid]"),
  });
});

test("without a lock and a mirror it must be said where one can be named", async () => {
  const asked = await rig.qclock(["plan", "--resolve", "--os", "oraclelinux-9"], {
    environment: { QCLOCK_MIRROR_ORACLELINUX_9: "http://127.0.0.1:9/nobody" },
  });
  expect(asked).toMatchObject({ exitCode: 4, stdout: "" });
  expect(asked.stderr).toMatch(
    /nobody\/baseos\/latest\/[a-z0-9_]+\/repodata\/repomd\.xml cannot be fetched.*\[mirror-unreachable\]/,
  );
  expect(asked.stderr).toContain("`--os auto` takes the first system");
});
