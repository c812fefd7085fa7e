import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { type Ended, Rig } from "../support/rig.ts";

test("ls must tell of this stack, where its manifest lies, and of its end", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["up"]);
  const elsewhere = { workingDirectory: "/" };
  interface Listed {
    readonly stacks: readonly { readonly name: string }[];
  }
  const listed = async (...options: readonly string[]): Promise<unknown> => {
    const { exitCode, stdout } = await rig.qclock(["ls", "--json", ...options], elsewhere);
    expect(exitCode).toBe(0);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- compared as a whole below
    return (JSON.parse(stdout) as Listed).stacks.find(({ name }) => name === rig.stack);
  };

  const manifests = [`${rig.directory}/stack.config.yaml`];
  expect(await listed()).toEqual({
    name: rig.stack,
    states: [{ state: "running", count: 2 }],
    manifests,
  });
  expect((await rig.qclock(["ls"], elsewhere)).stdout).toMatch(
    new RegExp(`^${rig.stack} +running\\(2\\) +${rig.directory}/stack.config.yaml$`, "m"),
  );

  await rig.qclock(["stop"]);
  expect(await listed()).toBeUndefined();
  expect(await listed("--all")).toMatchObject({ states: [{ state: "exited", count: 2 }] });
  expect((await rig.qclock(["ls", "-q", "-a"], elsewhere)).stdout.split("\n")).toContain(rig.stack);

  await rig.qclock(["down"]);
  expect(await listed("--all")).toBeUndefined();
});

test("images and top must tell of the containers that run", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["up"]);
  const name = `qclock.invalid/${rig.stack}/web`;

  const images = await rig.qclock(["images"]);
  expect(images.exitCode).toBe(0);
  for (const service of ["front", "store"])
    expect(images.stdout).toMatch(
      new RegExp(
        `^${rig.stack}-${service}-1 +${name} +latest +[0-9a-f]{12} +\\S+ [kM]B +linux/`,
        "m",
      ),
    );
  expect((await rig.qclock(["images", "--all"])).stdout).toMatch(
    new RegExp(`^- +qclock.invalid/${rig.stack}/base +latest `, "m"),
  );
  expect((await rig.qclock(["images", "-q"])).stdout).toMatch(/^[0-9a-f]{64}\n$/);

  const top = await rig.qclock(["top", "front"]);
  expect(top.exitCode).toBe(0);
  expect(top.stdout).toMatch(/^SERVICE +UID +PID .*CMD\n/);
  expect(top.stdout).toMatch(/^front +\S+ +\d+ .*\/bin\/busybox httpd -f -p 8080/m);
  expect(top.stdout).not.toMatch(/^store/m);
  await rig.qclock(["stop", "front"]);
  expect(await rig.qclock(["top", "front"])).toMatchObject({
    exitCode: 0,
    stdout: "SERVICE\n",
    stderr: "front does not run.\n",
  });
  expect(await rig.qclock(["top", "nobody"])).toMatchObject({ exitCode: 2, stdout: "" });
});

test("cp must carry files, folders and tars both ways, and say where nothing can be written", async () => {
  await using rig = await Rig.create("with-data");
  await rig.qclock(["up"]);
  const cp = async (source: string, target: string, input = ""): Promise<Ended> =>
    await rig.qclock(["cp", source, target], { input });
  const here = async (file: string): Promise<string> =>
    await readFile(path.join(rig.directory, file), "utf8");

  expect(await cp("store:/data", "out")).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  expect(await here("out/file")).toBe("kept\n");
  expect(await cp("store:/data/file", "copy")).toMatchObject({ exitCode: 0 });
  expect(await here("copy")).toBe("kept\n");

  await rig.write("in/sub/new", "came in\n");
  expect(await cp("in/.", "store:/data")).toMatchObject({ exitCode: 0 });
  const listed = await rig.qclock(["exec", "store", "/bin/busybox", "ls", "-ln", "/data/sub/new"]);
  expect(listed.stdout).toMatch(/ 10001 +10001 +8 /);
  const tar = await cp("store:/data/sub", "-");
  expect(tar.exitCode).toBe(0);
  expect(await cp("-", "store:/data/sub", tar.stdout)).toMatchObject({ exitCode: 0 });
  const again = await rig.qclock(["exec", "store", "/bin/busybox", "cat", "/data/sub/sub/new"]);
  expect(again.stdout).toBe("came in\n");

  const unread = await rig.qclock(["cp", "store:/bin", "-"], { stopReading: true });
  expect(unread).toMatchObject({ exitCode: 0, stderr: "" });

  const refused = await cp("copy", "store:/etc/copy");
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(refused.stderr).toMatch(
    /may only read \/etc\. \[copy-failed\][^]*Copy into one of its vol/,
  );
  expect(await cp("store:/nowhere", "x")).toMatchObject({ exitCode: 1 });
  expect(await cp("copy", "elsewhere")).toMatchObject({ exitCode: 2 });
});

test("run must give a container of its own the command, the pipes and the service's means, and remove it", async () => {
  await using rig = await Rig.create("with-data");
  const run = async (command: readonly string[], input = ""): Promise<Ended> =>
    await rig.qclock(["run", "-T", "-e", "A=b", "store", ...command], { input });
  await rig.edit("stack.config.yaml", (text) =>
    text.replace(
      /entrypoint: .*/,
      'entrypoint: [/bin/busybox]\n    command: [httpd, -f, -p, "8080", -h, /data]',
    ),
  );

  // From nothing: image, volume, secret and network are made, the service is not.
  const first = await run(["sh", "-c", "cat > /data/note; echo $A; ls /run/secrets; exit 7"], "in");
  expect(first).toMatchObject({ exitCode: 7, stdout: "b\npassword\n" });
  expect((await rig.observe()).containers).toEqual([]);

  await rig.qclock(["up"]);
  const before = await rig.containerIds();
  expect(await run(["cat", "/data/note"])).toMatchObject({ exitCode: 0, stdout: "in" });
  expect(await run(["touch", "/x"])).toMatchObject({ exitCode: 1, stdout: "" });
  expect(await rig.containerIds()).toEqual(before);

  const unread = await rig.qclock(["run", "-T", "store", "yes"], { stopReading: true });
  expect(unread).toMatchObject({ exitCode: 141 });
  expect(await rig.containerIds()).toEqual(before);

  const long = rig.start(["run", "-T", "store", "sh", "-c", "echo begun; sleep 100"]);
  await long.saw("begun");
  expect((await rig.observe()).containers).toHaveLength(2);
  expect((await rig.qclock(["ps", "--json"])).stdout).not.toContain("-run-");
  expect(await rig.qclock(["plan", "--detailed-exit-code"])).toMatchObject({ exitCode: 0 });
  long.kill("SIGINT");
  expect(await long.ended).toMatchObject({ exitCode: 130 });
  expect(await rig.containerIds()).toEqual(before);
});

test("stats must tell what the services use, as the Engine measures it", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["up"]);
  const stats = await rig.qclock(["stats", "--no-stream"]);
  expect(stats.exitCode).toBe(0);
  for (const service of ["front", "store"])
    expect(stats.stdout).toMatch(
      new RegExp(`^${service} +\\S+ % +\\S+ [kM]B / \\S+ .*[1-9]$`, "m"),
    );

  await rig.qclock(["stop", "front"]);
  const { stdout } = await rig.qclock(["stats", "--json", "front"]);
  expect(JSON.parse(stdout)).toEqual({
    schema: "qclock/stats/v1",
    services: [{ service: "front", container: `${rig.stack}-front-1` }],
  });
});

test("events must tell what happens to the containers, whoever does it", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["up"]);
  const since = new Date().toISOString();
  const following = rig.start(["events", "--json", "--since", since, "front"]);
  await rig.qclock(["restart", "front"]);
  await following.saw('"action":"start"');
  following.kill("SIGINT");
  const { exitCode, stdout } = await following.ended;
  expect(exitCode).toBe(130);
  expect(stdout).toContain('"schema":"qclock/event/v1"');
  expect(stdout).not.toContain('"service":"store"');

  const past = await rig.qclock(["events", "--since", since, "--until", "0s"]);
  expect(past.exitCode).toBe(0);
  expect(past.stdout).toMatch(/container die [0-9a-f]{12} \(service=front, .*exitCode=\d+\)/);
  expect(await rig.qclock(["pull"])).toMatchObject({ exitCode: 2, stdout: "" });
});
