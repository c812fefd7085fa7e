import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { hostPythonIndex } from "../support/python-index.ts";
import { Rig } from "../support/rig.ts";
import { temporaryFolder } from "../support/temporary-store.ts";
import { aWheel, type MadeWheel, startFakeIndex } from "../support/wheel.ts";

const greeter = aWheel({
  name: "greeter",
  version: "1.2",
  metadata: ["Requires-Dist: words>=1", 'Requires-Dist: winonly; sys_platform == "win32"'],
  files: [
    {
      path: "greeter/__init__.py",
      content: "import words\n\ndef main():\n    print(words.HELLO)\n    return 3\n",
    },
  ],
  entryPoints: "[console_scripts]\ngreet = greeter:main\n",
});
const words = aWheel({
  name: "words",
  version: "1.0",
  tag: "cp311-cp311-manylinux_2_17_x86_64.manylinux_2_17_aarch64",
  files: [{ path: "words.py", content: 'HELLO = "hello from a wheel"\n' }],
});

function line({ name, version, digest }: MadeWheel): string {
  return `${name}==${version} --hash=${digest}\n`;
}

function manifestOf(packages: string, entrypoint = "/usr/local/bin/greet"): string {
  return `name: wheels
images:
  app:
    from: scratch
    packages: { debian-12: [${packages}] }
    wheels: requirements.txt
    entrypoint: [${entrypoint}]
`;
}

test("wheels are locked, unpacked, run, carried to a machine without a network and rebuilt", async () => {
  await using index = await startFakeIndex([{ wheel: greeter }, { wheel: words }]);
  await using rig = await Rig.create("empty", {
    // As the host's pip would be set up.
    environment: { PIP_INDEX_URL: index.simple.replace("http://", "http://me:s3cret@") },
  });
  await rig.write("stack.config.yaml", manifestOf("python3-minimal"));
  await rig.write("requirements.txt", line(greeter) + line(words));
  const reference = `qclock.invalid/${rig.stack}/app:latest`;

  const first = await rig.qclock(["build"]);
  expect(first).toMatchObject({ exitCode: 0, stdout: `${reference}\n` });
  expect(first.stderr).not.toContain("s3cret");
  expect(greet(reference)).toEqual({ status: 3, stdout: "hello from a wheel\n" });

  // The lock names no place, and with it nobody is asked again.
  const lock = await readLock(rig);
  expect(lock).toContain(`file: ${greeter.file}`);
  expect(lock).not.toContain(index.url);
  const requests = index.requests.length;
  docker(["image", "rm", reference]);
  expect(await rig.qclock(["build", "--offline", "--locked"])).toMatchObject({ exitCode: 0 });
  expect(greet(reference).status).toBe(3);
  expect(index.requests).toHaveLength(requests);

  const why = await rig.qclock(["lock", "why", "Words"]);
  expect(why.stdout).toContain("app: greeter (asked for) -> words");
  expect(why.stdout).toContain("named by   requirements.txt:2");
  expect(await rig.qclock(["bundle", "save", "w.bundle"])).toMatchObject({ exitCode: 0 });

  await using store = await temporaryFolder();
  const elsewhere = {
    environment: { QCLOCK_STORE: store.path, PIP_INDEX_URL: "http://127.0.0.1:1/" },
  };
  await rig.write("stack.lock.yaml", lock);
  expect(await rig.qclock(["bundle", "load", "w.bundle"], elsewhere)).toMatchObject({
    exitCode: 0,
  });
  docker(["image", "rm", reference]);
  const carried = await rig.qclock(["build", "--offline", "--locked"], elsewhere);
  expect(carried).toMatchObject({ exitCode: 0 });
  expect(greet(reference).status).toBe(3);

  await rig.edit("requirements.txt", (text) => text.replace(words.digest, greeter.digest));
  const stale = await rig.qclock(["build", "--locked"]);
  expect(stale.exitCode).toBe(1);
  expect(stale.stderr).toContain("requirements.txt asks for other wheels");
  const wrong = await rig.qclock(["lock"]);
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr).toContain("[wheel-unavailable]");
  expect(wrong.stderr).toContain("has a hash that requirements.txt:2 names");
  expect(await readLock(rig)).toBe(lock);
});

test("a file with mistakes is refused with each place in it, and nothing is written", async () => {
  await using rig = await Rig.create("empty");
  await rig.write("stack.config.yaml", manifestOf("python3-minimal"));
  await rig.write("requirements.txt", `flask==3.0.3\n${line(words)}-r other.txt\n`);
  const refused = await rig.qclock(["build"]);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain(
    "requirements.txt:1:1 error: flask 3.0.3 has no --hash, so that any bytes could become part of the image. [requirements-syntax]",
  );
  expect(refused.stderr).toContain(
    'requirements.txt:3:1 error: "-r" is refused: one file names everything.',
  );
  await expect(readLock(rig)).rejects.toMatchObject({ code: "ENOENT" });
});

/** A pure wheel, and one with a library for each machine and Python. */
const real = `itsdangerous==2.2.0 \\
    --hash=sha256:c6242fc49e35958c8b15141343aa660db5fc54d4f13a1db01a3f5891b98700ef \\
    --hash=sha256:e0050c0b7da1eea53ffaf149c0cfbb5c6e2e2b69c4bef22c81fa6eb73e5f6173
markupsafe==2.1.5 \\
    --hash=sha256:6ec585f69cec0aa07d945b20805be741395e28ac1627333b1c5b0105962ffced \\
    --hash=sha256:7502934a33b54030eaf1194c21c692a534196063db72176b0c4028e140f8f32c \\
    --hash=sha256:b91c037585eba9095565a3556f611e3cbfaa42ca1e865f7b8015fe5c7336d5a5 \\
    --hash=sha256:d283d37a890ba4c1ae73ffadf8046435c76e7bc2247bbb63c00bd1a709c6544b
`;

test("pip in the image agrees with the lock about wheels of the host's own index", async (context) => {
  const index = await hostPythonIndex("itsdangerous");
  // Where changes are judged the index is there, and not seeing it is a failure.
  if (process.env["CI"] !== "true")
    context.skip(!index.answers, "the index of the host's pip does not answer");
  await using rig = await Rig.create("empty", { environment: index.environment });
  await rig.write("stack.config.yaml", manifestOf("python3, python3-pip", "/usr/bin/python3"));
  await rig.write("requirements.txt", real);
  expect(await rig.qclock(["build"])).toMatchObject({ exitCode: 0 });
  const python = (...args: readonly string[]): string =>
    docker([
      ..."run --rm --read-only --network none --tmpfs /tmp --env HOME=/tmp --entrypoint".split(" "),
      "/usr/bin/python3",
      `qclock.invalid/${rig.stack}/app:latest`,
      ...args,
    ]);
  expect(python("-m", "pip", "check")).toBe("No broken requirements found.\n");
  const listed: unknown = JSON.parse(python("-m", "pip", "list", "--format", "json"));
  expect(listed).toEqual(
    expect.arrayContaining([
      { name: "itsdangerous", version: "2.2.0" },
      { name: "MarkupSafe", version: "2.1.5" },
    ]),
  );
  expect(python("-m", "pip", "show", "--files", "MarkupSafe")).toContain("markupsafe/__init__.py");
  const program =
    "import markupsafe._speedups, itsdangerous; print(markupsafe.escape('<'), itsdangerous.Signer('k').sign('v'))";
  expect(python("-c", program)).toMatch(/^&lt; b'v\./);
  const rebuilt = await rig.qclock(["verify", "--rebuild", "--only", "IMG-024"]);
  expect(rebuilt).toMatchObject({ exitCode: 0 });
  expect(rebuilt.stdout).toMatch(/1 checks?, 1 passed/);
});

async function readLock(rig: Rig): Promise<string> {
  return await readFile(path.join(rig.directory, "stack.lock.yaml"), "utf8");
}

function greet(reference: string): { readonly status: number; readonly stdout: string } {
  try {
    return { status: 0, stdout: docker(["run", "--rm", "--read-only", reference]) };
  } catch (error) {
    const { status, stdout } = error as { readonly status: number; readonly stdout: string };
    return { status, stdout };
  }
}

function docker(args: readonly string[]): string {
  return execFileSync("docker", args, { encoding: "utf8" });
}
