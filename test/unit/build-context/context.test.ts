import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import {
  appendFile,
  chmod,
  mkdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { digestContext } from "../../../src/build-context/digest.ts";
import type { Diagnostic } from "../../../src/diagnostic.ts";
import { lintContext } from "../../../src/build-context/lint.ts";
import { packContext } from "../../../src/build-context/pack.ts";
import { type ContextScan, scanContext } from "../../../src/build-context/scan.ts";
import { refuseSecrets } from "../../../src/build-context/secrets.ts";
import type { DockerfileImage } from "../../../src/stack/stack.ts";
import { temporaryFolder, temporaryStore } from "../../support/temporary-store.ts";

interface Context extends AsyncDisposable {
  readonly directory: string;
  readonly image: DockerfileImage;
  scan(): Promise<ContextScan>;
}

async function aContext(files: Readonly<Record<string, string>>): Promise<Context> {
  const folder = await temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder.path, path, ".."), { recursive: true });
    await writeFile(join(folder.path, path), content);
  }
  const image: DockerfileImage = {
    type: "dockerfile",
    name: "tool",
    reference: "qclock.invalid/t/tool:latest",
    context: folder.path,
    dockerfile: join(folder.path, "Dockerfile"),
    buildArgs: new Map(),
    parents: [],
    labels: new Map(),
  };
  return {
    directory: folder.path,
    image,
    scan: () => scanContext(image, folder.path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function pathsOf(context: Context): Promise<readonly string[]> {
  return (await context.scan()).entries.map(({ path }) => path);
}

async function digestOf(context: Context): Promise<string> {
  await using scope = await temporaryStore();
  return (await digestContext(await context.scan(), { store: scope.store, now: Date.now })).digest;
}

async function packed(
  context: Context,
  options: { readonly hideDockerfile?: boolean } = {},
): Promise<Buffer> {
  await using scope = await temporaryStore();
  const scan = await context.scan();
  const { files } = await digestContext(scan, { store: scope.store, now: Date.now });
  await using result = await packContext({
    scan,
    dockerfileText: scan.dockerfile.text,
    files,
    store: scope.store,
    ...options,
  });
  const bytes = Buffer.concat(await Array.fromAsync(result.content));
  expect(bytes.length).toBe(result.sizeBytes);
  return bytes;
}

test("a folder of very many files is walked", async () => {
  await using context = await aContext({ Dockerfile: "FROM scratch\n" });
  await mkdir(join(context.directory, "many"));
  for (let at = 0; at < 15_000; at++) writeFileSync(join(context.directory, `many/${at}`), "");
  const scan = pathToFileURL(join(import.meta.dirname, "../../../src/build-context/scan.ts"));
  const program = `
    const { scanContext } = await import(${JSON.stringify(scan.href)});
    const image = { name: "tool", context: ${JSON.stringify(context.directory)},
      dockerfile: ${JSON.stringify(context.image.dockerfile)} };
    console.log((await scanContext(image, image.context)).entries.length);`;
  // A tenth of the usual stack: what it holds of 15,000 names, the usual one would hold of 150,000.
  const node = ["--stack-size=98", "--input-type=module", "--eval", program];

  expect(execFileSync(process.execPath, node, { encoding: "utf8" }).trim()).toBe("15001");
}, 30_000);

test("what .dockerignore names stays out, but for its exceptions and the Dockerfile", async () => {
  await using context = await aContext({
    Dockerfile: "FROM scratch\n",
    ".dockerignore": "Dockerfile\nnode_modules\n!node_modules/keep/**\n*.log\n",
    "a.log": "",
    "node_modules/drop/x": "",
    "node_modules/keep/y": "",
    "src/b.log": "",
  });
  expect(await pathsOf(context)).toEqual([
    ".dockerignore",
    "node_modules",
    "node_modules/keep",
    "node_modules/keep/y",
    "src",
    "src/b.log",
  ]);
  expect((await context.scan()).dockerfile.path).toBe("Dockerfile");
});

test("the Dockerfile's own ignore file goes before the context's", async () => {
  await using context = await aContext({
    Dockerfile: "FROM scratch\n",
    ".dockerignore": "a",
    "Dockerfile.dockerignore": "b",
    a: "",
    b: "",
  });
  expect(await pathsOf(context)).toEqual([".dockerignore", "Dockerfile.dockerignore", "a"]);
});

test("links stay links: dangling, absolute, in circles, out of the context", async () => {
  await using context = await aContext({ Dockerfile: "FROM scratch\n", "dir/file": "" });
  for (const [path, target] of [
    ["dangling", "nowhere"],
    ["absolute", "/etc/passwd"],
    ["outside", "../../x"],
    ["dir/circle", "../dir"],
  ] as const) {
    await symlink(target, join(context.directory, path));
  }
  const { entries } = await context.scan();
  expect(entries.filter(({ type }) => type === "symlink").map(({ path }) => path)).toEqual([
    "absolute",
    "dangling",
    "dir/circle",
    "outside",
  ]);
  const names = execFileSync("tar", ["-tv"], { input: await packed(context), encoding: "utf8" });
  expect(names).toContain("absolute -> /etc/passwd");
});

test("a FIFO is skipped, said so, and never waited for", async () => {
  await using context = await aContext({ Dockerfile: "FROM scratch\n" });
  execFileSync("mkfifo", [join(context.directory, "pipe")]);
  const scan = await context.scan();
  expect(scan.entries).toEqual([]);
  expect(scan.notices).toEqual([
    "Image tool: pipe is a socket, a FIFO or a device and stays out of the build context.",
  ]);
});

test("the digest depends on paths, contents, execute bits and links, and on nothing else", async () => {
  await using context = await aContext({ Dockerfile: "FROM scratch\n", a: "1", "b/c": "2" });
  const first = await digestOf(context);
  await utimes(join(context.directory, "a"), 1, 1);
  await chmod(join(context.directory, "a"), 0o600);
  expect(await digestOf(context)).toBe(first);
  await chmod(join(context.directory, "a"), 0o700);
  const executable = await digestOf(context);
  expect(executable).not.toBe(first);
  await writeFile(join(context.directory, "b/c"), "3");
  const changed = await digestOf(context);
  expect(changed).not.toBe(executable);
  await writeFile(join(context.directory, "Dockerfile"), "FROM scratch\n\n");
  expect(await digestOf(context)).not.toBe(changed);
});

test("a file known from the last time is not read again, and a change is never missed", async () => {
  await using context = await aContext({ Dockerfile: "FROM scratch\n", a: "1" });
  await using scope = await temporaryStore();
  const later = (): number => Date.now() + 60_000;
  const digest = async (): Promise<string> =>
    (await digestContext(await context.scan(), { store: scope.store, now: later })).digest;
  const first = await digest();
  const stale = await context.scan();
  // Unreadable now, but its stamp in this scan is the one that was digested.
  await rm(join(context.directory, "a"));
  expect((await digestContext(stale, { store: scope.store, now: later })).digest).toBe(first);
  await writeFile(join(context.directory, "a"), "2");
  expect(await digest()).not.toBe(first);
});

test("equal contexts are equal bytes: owners, modes, times, order", async () => {
  const files = {
    Dockerfile: "FROM scratch\n",
    "b/é": "2",
    a: "1",
    [`${"long/".repeat(40)}name`]: "3",
  };
  await using one = await aContext(files);
  await using other = await aContext(Object.fromEntries(Object.entries(files).toReversed()));
  await chmod(join(other.directory, "a"), 0o600);
  const bytes = await packed(one);
  expect(bytes.equals(await packed(other))).toBe(true);
  const listing = execFileSync("tar", ["-tv", "--numeric-owner", "--utc"], {
    input: bytes,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" },
  });
  expect(listing).toMatch(/^-rw-r--r-- 0\/0 +1 1980-01-02 00:00 a$/mu);
  expect(listing).toContain("b/é");
  // Without the end of the context there is no Dockerfile and no build.
  expect(listing.trimEnd()).toMatch(/Dockerfile$/u);
});

test.each([
  ["grows", async (path: string) => await appendFile(path, "more")],
  ["shrinks", async (path: string) => await writeFile(path, "")],
  ["changes", async (path: string) => await writeFile(path, "0ther")],
])("a file that %s while it is packed is named, and nothing is left", async (_name, change) => {
  await using context = await aContext({
    Dockerfile: "FROM scratch\n",
    first: "1",
    victim: "other",
    zlast: "1",
  });
  await using scope = await temporaryStore();
  const scan = await context.scan();
  const { files } = await digestContext(scan, { store: scope.store, now: Date.now });
  await change(join(context.directory, "victim"));
  await expect(
    packContext({ scan, dockerfileText: "", files, store: scope.store }),
  ).rejects.toMatchObject({
    code: "build-failed",
    message: "Image tool: victim changed while it was being packed.",
  });
});

test("a file that vanishes while it is packed is named", async () => {
  await using context = await aContext({ Dockerfile: "FROM scratch\n", victim: "x" });
  await using scope = await temporaryStore();
  const scan = await context.scan();
  await rm(join(context.directory, "victim"));
  await expect(
    packContext({ scan, dockerfileText: "", files: new Map(), store: scope.store }),
  ).rejects.toMatchObject({ message: expect.stringContaining("victim cannot be read") });
});

const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----\n";

test("secrets are refused, public halves and examples are not", async () => {
  await using context = await aContext({
    Dockerfile: "",
    ".env": "A=1",
    "deploy/id_rsa": key,
    "tls/server.pem": key,
    "tls/ca.pem": "-----BEGIN CERTIFICATE-----",
    ".env.example": "",
    "id_rsa.pub": "ssh-rsa",
  });
  await expect(refuseSecrets(await context.scan())).rejects.toMatchObject({
    code: "build-failed",
    details: [".env", "deploy/id_rsa", "tls/server.pem"],
    hint: expect.stringContaining('"!.env"'),
  });
});

test("an exception by name says that a file is meant to be sent", async () => {
  await using context = await aContext({ Dockerfile: "", ".env": "A=1", ".dockerignore": "!.env" });
  await expect(refuseSecrets(await context.scan())).resolves.toBeUndefined();
});

test("a large context names its largest parts", async () => {
  await using context = await aContext({ Dockerfile: "", "small/a": "x" });
  const { open } = await import("node:fs/promises");
  await mkdir(join(context.directory, "node_modules/big"), { recursive: true });
  const file = await open(join(context.directory, "node_modules/big/blob"), "w");
  await file.truncate(200e6);
  await file.close();
  expect((await context.scan()).notices).toEqual([
    "Image tool sends a build context of 200 MB; the largest parts: node_modules/big (200 MB).",
  ]);
  const huge = await open(join(context.directory, "huge"), "w");
  await huge.truncate(5e9);
  await huge.close();
  await expect(context.scan()).rejects.toMatchObject({
    code: "build-failed",
    hint: expect.stringContaining(".dockerignore"),
  });
});

test("a broken .dockerignore and an absent Dockerfile are named", async () => {
  await using context = await aContext({ ".dockerignore": "[" });
  await expect(context.scan()).rejects.toMatchObject({
    message: expect.stringContaining('.dockerignore, line 1: syntax error in pattern "["'),
  });
  await rm(join(context.directory, ".dockerignore"));
  await expect(context.scan()).rejects.toMatchObject({
    message: expect.stringContaining("there is no Dockerfile"),
  });
});

test("an ignore file and a Dockerfile that are not UTF-8 are refused with their place", async () => {
  await using context = await aContext({ Dockerfile: "FROM scratch\n" });
  await writeFile(
    join(context.directory, ".dockerignore"),
    Buffer.concat([Buffer.from("é\nb"), Buffer.from([0xe9]), Buffer.from("\n")]),
  );
  await expect(context.scan()).rejects.toMatchObject({
    message: expect.stringMatching(/\.dockerignore:2:2 is not UTF-8: the byte 0xe9\.$/),
    hint: "Save the file as UTF-8.",
  });
  await rm(join(context.directory, ".dockerignore"));
  await writeFile(join(context.directory, "Dockerfile"), Buffer.from([0xff, 0xfe]));
  await expect(context.scan()).rejects.toMatchObject({
    message: expect.stringMatching(/Dockerfile:1:1 is not UTF-8/),
  });
});

test("a Dockerfile that .dockerignore names is sent with the order to hide it", async () => {
  await using context = await aContext({
    Dockerfile: "FROM scratch\n",
    ".dockerignore": "*\n!keep.txt\n",
    "keep.txt": "",
  });
  const scan = await context.scan();
  expect(scan.dockerfile).toMatchObject({ path: "Dockerfile", isHidden: true });
  const text = (await packed(context, { hideDockerfile: true })).toString("latin1");
  expect(text).toContain(".dockerignore\nDockerfile\n");
  expect((await packed(context)).toString("latin1")).not.toContain(".dockerignore");

  // One that COPY sees, and that names the Dockerfile, is not replaced.
  await writeFile(join(context.directory, ".dockerignore"), "Dockerfile\n# mine\n");
  const own = (await packed(context, { hideDockerfile: true })).toString("latin1");
  expect(own).toContain("Dockerfile\n# mine\n");
  expect(own.split("ustar").length).toBe(4);

  await writeFile(join(context.directory, ".dockerignore"), "*.md\n");
  expect((await context.scan()).dockerfile.isHidden).toBe(false);
});

test("an ignore file that leads out of the project is not read, one that stays in it is", async () => {
  await using context = await aContext({
    "ctx/Dockerfile": "FROM scratch\n",
    "ctx/b": "",
    rules: "b",
  });
  const image = {
    ...context.image,
    context: join(context.directory, "ctx"),
    dockerfile: join(context.directory, "ctx/Dockerfile"),
  };
  const ignore = join(image.context, ".dockerignore");
  await symlink("../rules", ignore);
  const scan = await scanContext(image, context.directory);
  expect(scan.entries.map(({ path }) => path)).toEqual([".dockerignore"]);

  await rm(ignore);
  await symlink("/etc/passwd", ignore);
  await expect(scanContext(image, context.directory)).rejects.toMatchObject({
    code: "path-outside-project",
    message:
      "ctx/.dockerignore leads out of the project: ctx/.dockerignore is a link to /etc/passwd.",
  });
});

test("a folder that becomes a link after it was found is sent from neither place", async () => {
  await using context = await aContext({
    Dockerfile: "FROM scratch\n",
    "src/app": "ours",
    "other/app": "ours",
  });
  await using scope = await temporaryStore();
  const scan = await context.scan();
  const { files } = await digestContext(scan, { store: scope.store, now: Date.now });
  await rm(join(context.directory, "src"), { recursive: true });
  await symlink(join(context.directory, "other"), join(context.directory, "src"));

  const packing = packContext({
    scan,
    dockerfileText: "FROM scratch\n",
    files,
    store: scope.store,
  });
  await expect(packing).rejects.toMatchObject({ code: "path-outside-project" });
  await expect(digestContext(scan, { store: scope.store, now: Date.now })).rejects.toMatchObject({
    code: "path-outside-project",
  });
});

async function diagnose(context: Context): Promise<readonly Diagnostic[]> {
  return await lintContext({
    image: context.image,
    scan: await context.scan(),
    displayPath: (path) => path.slice(context.directory.length + 1),
  });
}

async function lint(context: Context): Promise<readonly string[]> {
  return (await diagnose(context)).map(
    ({ location: { file, line, column, length }, severity, code }) =>
      `${file}:${line}:${column}+${length} ${severity} ${code}`,
  );
}

test("a frontend from a registry, a first instruction that is not FROM, a name that is empty", async () => {
  await using context = await aContext({
    Dockerfile: "# syntax=docker/dockerfile:1\nFROM a\nFROM $NONE AS x\n",
  });
  expect(await lint(context)).toEqual([
    "Dockerfile:1:10+19 error dockerfile-syntax",
    "Dockerfile:3:6+5 error dockerfile-syntax",
  ]);
  await writeFile(join(context.directory, "Dockerfile"), "\n  RUN x\n");
  expect(await lint(context)).toEqual(["Dockerfile:2:3+3 error dockerfile-syntax"]);
  await writeFile(join(context.directory, "Dockerfile"), "# nothing\n");
  expect(await lint(context)).toEqual(["Dockerfile:1:1+1 error dockerfile-syntax"]);
});

test("a stage that copies from a variable which it does not declare is told to declare it", async () => {
  await using context = await aContext({
    Dockerfile: "ARG BASE=a\nFROM ${BASE}\nCOPY --from=${BASE} /x /x\n",
  });
  const [only] = await diagnose(context);
  expect(only).toMatchObject({ code: "dockerfile-syntax", location: { line: 3, column: 13 } });
  expect(only?.hint).toContain("`ARG NAME` behind its FROM");
});

test("start scripts: carriage returns and execute bits, where they matter", async () => {
  await using context = await aContext({
    Dockerfile: 'FROM a\nCOPY . /\nENTRYPOINT ["/bin/start.sh"]\nCMD ["run"]\n',
    "bin/start.sh": "#!/bin/sh\r\n",
    "bin/other.sh": "#!/bin/sh\r\n",
    "bin/fine.sh": "#!/bin/sh\n",
    "data.txt": "a\r\n",
  });
  expect(await lint(context)).toEqual([
    "bin/other.sh:1:1+10 warning crlf-line-endings",
    "bin/start.sh:1:1+10 error crlf-line-endings",
    "bin/start.sh:1:1+10 error not-executable",
  ]);
  await writeFile(
    join(context.directory, "Dockerfile"),
    `${await readFile(join(context.directory, "Dockerfile"), "utf8")}RUN chmod +x /bin/start.sh\n`,
  );
  expect(await lint(context)).toEqual([
    "bin/other.sh:1:1+10 warning crlf-line-endings",
    "bin/start.sh:1:1+10 error crlf-line-endings",
  ]);
});
