import { execFile } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

const script = path.resolve(import.meta.dirname, "../../bin/start.js");

const manifest = `name: started
os: [oraclelinux-9, debian-12]
images: { base: { from: scratch, packages: { oraclelinux-9: [bash], debian-12: [bash] } } }
services: { app: { image: base, user: "1:1", command: [bash] } }
`;

/** Mirrors that refuse: which of them is asked shows which system was taken. */
const mirrors = {
  QCLOCK_MIRROR_ORACLELINUX_9: "http://127.0.0.1:1/oracle",
  QCLOCK_MIRROR_DEBIAN_12: "http://127.0.0.1:1/debian",
};

async function start(
  rig: Rig,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly exitCode: unknown; readonly stderr: string }> {
  const { promise, resolve } = Promise.withResolvers<{ exitCode: unknown; stderr: string }>();
  const env = { ...rig.environment, ...mirrors, ...environment };
  execFile(process.execPath, [script], { cwd: rig.directory, env }, (error, _, stderr) =>
    resolve({ exitCode: error?.code ?? 0, stderr }),
  );
  return await promise;
}

test.each<readonly [what: string, environment: Readonly<Record<string, string>>, file: string]>([
  ["the environment", { QCLOCK_OS: "debian-12" }, ""],
  ["the project's file of variables", {}, "# of this machine\nexport QCLOCK_OS=debian-12\n"],
])("npm start must build on the system that %s names", async (_, environment, file) => {
  await using rig = await Rig.create("empty");
  await rig.write("stack.config.yaml", manifest);
  await rig.write(".env", file);
  const { exitCode, stderr } = await start(rig, environment);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 4 });
  expect(stderr).toContain("http://127.0.0.1:1/debian/dists/bookworm/InRelease");
  expect(stderr).not.toContain("No operating system of the manifest");
});

test("npm start must say so where no system's repositories answer", async () => {
  await using rig = await Rig.create("empty");
  await rig.write("stack.config.yaml", manifest);
  const { exitCode, stderr } = await start(rig);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 4 });
  expect(stderr).toContain(
    "No operating system of the manifest has repositories that answer: oraclelinux-9, debian-12.",
  );
});
