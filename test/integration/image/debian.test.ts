import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadBuiltImages } from "../../../src/docker/load.ts";
import type { BuiltImage } from "../../../src/image/built-image.ts";
import type { AssembledImage } from "../../../src/stack/stack.ts";
import { emptyImage } from "../../support/assemble.ts";
import { runOnce } from "../../support/a-container.ts";
import { assembleDebian, type DebianImages } from "../../support/debian-images.ts";
import { connectTestEngine, testHosts } from "../../support/engines.ts";
import { temporaryFolder, temporaryStore } from "../../support/temporary-store.ts";

const run = promisify(execFile);
const stackName = `t-${randomBytes(5).toString("hex")}`;

const exclude = ["/usr/share/doc", "/usr/share/man", "/usr/share/locale"];

/**
 * A base of the distribution's own packages, and a child whose packages have libraries and
 * configuration.
 */
const images: readonly AssembledImage[] = [
  {
    ...emptyImage,
    name: "base",
    reference: `qclock.invalid/${stackName}/base:latest`,
    packages: [
      "base-files",
      "base-passwd",
      "bash",
      "ca-certificates",
      "coreutils",
      "dash",
      "debianutils",
      "libc-bin",
      "mawk",
      "tzdata",
    ],
    exclude,
    users: [
      {
        name: "qclock",
        uid: 10_001,
        gid: 10_001,
        home: "/nonexistent",
        shell: "/usr/sbin/nologin",
        gecos: "",
      },
    ],
    config: {
      ...emptyImage.config,
      user: "10001:10001",
      entrypoint: ["/bin/sh", "-c"],
      labels: new Map([["dev.qclock.test", "1"]]),
    },
  },
  {
    ...emptyImage,
    name: "app",
    reference: `qclock.invalid/${stackName}/app:latest`,
    parent: "base",
    packages: ["grep", "libssl3", "openssl"],
    exclude,
  },
];

let scope: Awaited<ReturnType<typeof temporaryStore>>;
let made: DebianImages;

beforeAll(async () => {
  scope = await temporaryStore();
  made = await assembleDebian(stackName, images, scope.store);
});

afterAll(async () => {
  await scope[Symbol.asyncDispose]();
});

function builtImage(name: string): BuiltImage {
  const built = made.images.get(name);
  if (built === undefined) throw new Error(`${name} was not assembled`);
  return built;
}

/** The files of an image in a folder, its layers laid over each other as an Engine does. */
async function extract(name: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  const root = join(folder.path, "root");
  await mkdir(root);
  for (const { path } of builtImage(name).layers)
    await run("tar", ["-x", "-C", root, "--keep-directory-symlink", "-f", path]);
  return { path: root, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test("dpkg, from outside, finds every package installed and nothing to complain of", async () => {
  await using root = await extract("app");

  const audit = await run("dpkg", [`--root=${root.path}`, "--audit"]);
  const listed = await run("dpkg-query", [
    `--admindir=${root.path}/var/lib/dpkg`,
    "-W",
    "-f",
    "${db:Status-Abbrev} ${Package}\n",
  ]);

  expect(audit.stdout).toBe("");
  const locked = [...made.target.images.values()].flatMap(({ packages }) => packages);
  expect(listed.stdout.trim().split("\n").toSorted()).toEqual(
    locked.map(({ name }) => `ii  ${name}`).toSorted(),
  );
});

test("dpkg's checksums differ for what is excluded alone", async () => {
  await using root = await extract("app");

  const { stdout } = await run("dpkg", [`--root=${root.path}`, "--verify"]).catch(
    (error: { stdout: string }) => error,
  );

  const differing = stdout
    .split("\n")
    .filter((line) => line !== "" && !/ \/usr\/share\/(?:doc|man|locale)\//.test(line));
  expect(differing).toEqual([]);
});

test("every hash of a certificate is the one that OpenSSL computes", async () => {
  await using root = await extract("app");
  const folder = join(root.path, "etc/ssl/certs");
  const names = await readdir(folder);
  const hashed = names.filter((name) => /^[0-9a-f]{8}\.\d$/.test(name));

  const { stdout } = await run("sh", [
    "-c",
    'cd "$1"/usr/share/ca-certificates/mozilla && for c in *.crt; do openssl x509 -noout -subject_hash -in "$c"; done',
    "sh",
    root.path,
  ]);

  const expected = stdout.trim().split("\n");
  expect(hashed.map((name) => name.slice(0, 8)).toSorted()).toEqual(expected.toSorted());
  expect(expected.length).toBeGreaterThan(100);
});

test("no file is setuid, world-writable or without an owner", async () => {
  const known = new Set([0, 10_001]);
  const { layers } = builtImage("app");
  const entries = layers.flatMap((layer) => [...layer.entries]);

  expect(entries.filter(({ type, mode }) => type === "file" && (mode & 0o6000) !== 0)).toEqual([]);
  expect(
    entries.filter(({ type, mode }) => type !== "symlink" && (mode & 0o1002) === 0o002),
  ).toEqual([]);
  expect(entries.filter(({ uid }) => !known.has(uid))).toEqual([]);
});

for (const host of testHosts) {
  describe(host ?? "the usual Engine", () => {
    test("the images load, and what is in them runs as the declared user", async () => {
      await using engine = await connectTestEngine(host);
      const references = ["base", "app"].map((name) => builtImage(name).reference);
      try {
        await loadBuiltImages({
          engine,
          images: ["base", "app"].map(builtImage),
          onOutput: () => undefined,
        });
        const script =
          "id && stat -c '%a %U %n' /tmp /bin /etc/shadow && awk 'BEGIN { print 6 * 7 }' && date -u +%Z && openssl verify /usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt";

        const { code, output } = await runOnce(engine, {
          stack: stackName,
          image: references[1] ?? "",
          command: [script],
        });

        expect(output).toMatch(/uid=10001\(qclock\) gid=10001\(qclock\)/);
        expect(output).toMatch(
          /1777 root \/tmp\n777 root \/bin\n640 root \/etc\/shadow\n42\nUTC\n.*: OK/s,
        );
        expect(code).toBe(0);
      } finally {
        for (const reference of references.toReversed()) await engine.removeImage(reference);
      }
    });
  });
}
