import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

const tracer = path.resolve(import.meta.dirname, "../support/trace-files.ts");

/** What a command opened, with all links followed. */
async function opened(
  rig: Rig,
  args: readonly string[],
): Promise<{
  readonly exitCode: number | null;
  readonly output: string;
  readonly paths: readonly string[];
}> {
  await using folder = await temporaryFolder();
  const trace = path.join(folder.path, "trace");
  await writeFile(trace, "");
  const { exitCode, stdout, stderr } = await rig.qclock(args, {
    environment: { NODE_OPTIONS: `--import=${tracer}`, QCLOCK_TEST_TRACE: trace },
  });
  const lines = (await readFile(trace, "utf8")).trim().split("\n");
  return {
    exitCode,
    output: stdout + stderr,
    paths: lines.map((line) => String(JSON.parse(line))),
  };
}

/** A folder of the host, and a project of links into it. */
async function aStranger(): Promise<
  { readonly rig: Rig; readonly host: string } & AsyncDisposable
> {
  const rig = await Rig.create("empty");
  const folder = await temporaryFolder();
  const host = folder.path;
  for (const file of ["shadow", "key", "Dockerfile", ".dockerignore", "deep/file"]) {
    await mkdir(path.dirname(path.join(host, file)), { recursive: true });
    await writeFile(path.join(host, file), "FROM hosts-secret\n");
  }
  await symlink(host, path.join(rig.directory, "away"));
  return {
    rig,
    host,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const head = 'name: stranger\nimages:\n  app: { from: scratch, user: "1:1", files: [rootfs] }\n';

test.each([
  [
    "files",
    '  bad: { from: scratch, user: "1:1", files: [{ path: away/shadow, target: /x }] }\nservices: {}\n',
  ],
  ["a whole folder", '  bad: { from: scratch, user: "1:1", files: [away] }\nservices: {}\n'],
  ["a build context", "  bad: { build: away }\nservices: {}\n"],
  [
    "a Dockerfile",
    "  bad: { build: { context: ctx, dockerfile: ../away/Dockerfile } }\nservices: {}\n",
  ],
  ["a secret", "services: {}\nsecrets: { key: { file: away/key } }\n"],
  [
    "a bind mount",
    'services:\n  app:\n    image: app\n    volumes: ["./away/deep:/data:ro"]\n    policy: { bind_mounts: { /data: "the reason is here" } }\n',
  ],
])(
  "%s behind a link to the host: plan and validate refuse, and open nothing of it",
  async (_, text) => {
    await using stranger = await aStranger();
    const { rig, host } = stranger;
    await rig.write("rootfs/page", "ours");
    await rig.write("ctx/Dockerfile", "FROM scratch\n");
    await rig.write("stack.config.yaml", head + text);

    for (const command of ["plan", "validate"]) {
      const { exitCode, output, paths } = await opened(rig, [command]);
      expect(output).toContain(`away is a link to ${host}`);
      expect(output).toContain("[path-outside-project]");
      expect(output).not.toContain("hosts-secret");
      expect(exitCode).toBe(2);
      expect(paths).toContain(path.join(rig.directory, "stack.config.yaml"));
      expect(paths.filter((file) => file.startsWith(host))).toEqual([]);
    }
  },
);

test("links inside of trees and contexts stay links: nothing that they lead to is opened", async () => {
  await using stranger = await aStranger();
  const { rig, host } = stranger;
  await rig.write("rootfs/page", "ours");
  await rig.write("ctx/Dockerfile", "FROM scratch\nCOPY . /\n");
  await rig.write("stack.config.yaml", `${head}  tool: { build: ctx }\nservices: {}\n`);
  for (const folder of ["rootfs", "ctx"]) {
    await symlink(host, path.join(rig.directory, folder, "away"));
    await symlink(path.join(host, "key"), path.join(rig.directory, folder, "id_rsa"));
    await symlink("/proc/self/root", path.join(rig.directory, folder, "root"));
    await symlink("/dev/stdin", path.join(rig.directory, folder, "input"));
  }

  for (const command of ["validate", "plan"]) {
    const { exitCode, output, paths } = await opened(rig, [command]);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(paths.filter((file) => file.startsWith(host))).toEqual([]);
    // What else is opened is qclock's own, its store's, or says where the Engine is.
    const inside = paths.filter((file) => file.startsWith(`${rig.directory}/`));
    expect(inside).toContain(path.join(rig.directory, "rootfs"));
    expect(inside).toContain(path.join(rig.directory, "ctx/Dockerfile"));
    const known = [
      rig.directory,
      rig.environment["QCLOCK_STORE"] ?? "",
      path.resolve(import.meta.dirname, "../.."),
      "/proc/",
    ];
    expect(paths.filter((file) => !known.some((start) => file.startsWith(start)))).toEqual([]);
  }
});
