import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { engineApi } from "../support/engine-api.ts";
import { Rig } from "../support/rig.ts";

/** The front page of the stack, as a browser on this machine would get it. */
async function frontPage(rig: Rig): Promise<string> {
  return (await fetch(`http://127.0.0.1:${rig.port}/`)).text();
}

test("build must make the images once, print their names, and say why it does nothing the second time", async () => {
  await using rig = await Rig.create("tiny");
  const references = `qclock.invalid/${rig.stack}/base:latest\nqclock.invalid/${rig.stack}/web:latest\n`;

  expect(await rig.qclock(["build"])).toMatchObject({ exitCode: 0, stdout: references });
  expect((await rig.observe()).images.toSorted()).toEqual(references.trim().split("\n"));

  const again = await rig.qclock(["build"]);
  expect(again).toMatchObject({ exitCode: 0, stdout: references });
  expect(again.stderr).toMatch(/image base: .*up to date/);
  expect(again.stderr).toMatch(/nothing to do/);
});

test("build must rebuild exactly what a changed file is in, and name the file", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["build"]);
  await rig.write("site/index.html", "<h1>tiny, changed</h1>\n");

  const { exitCode, stderr } = await rig.qclock(["build"]);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/image base: .*up to date/);
  expect(stderr).toMatch(/image web: .*index\.html/);
});

describe("up", () => {
  test("must end with every probe green and print where the stack can be reached", async () => {
    await using rig = await Rig.create("tiny");
    const { exitCode, stdout } = await rig.qclock(["up"]);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `http://127.0.0.1:${rig.port}/\n`,
    });
    expect(await frontPage(rig)).toContain("tiny");
  });

  test("must leave a healthy stack untouched", async () => {
    await using rig = await Rig.create("tiny");
    expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
    const before = await rig.containerIds();
    expect(Object.keys(before).toSorted()).toEqual(["front", "store"]);

    expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
    expect(await rig.containerIds()).toEqual(before);
  });

  test("must bring back only the container that is gone", async () => {
    await using rig = await Rig.create("tiny");
    await rig.qclock(["up"]);
    const before = await rig.containerIds();
    await engineApi("DELETE", `/containers/${before["front"]}?force=1`);

    expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
    const after = await rig.containerIds();
    expect(after["store"]).toBe(before["store"]);
    expect(after["front"]).not.toBe(before["front"]);
    expect(await frontPage(rig)).toContain("tiny");
  });

  test("must start again what was stopped, in place", async () => {
    await using rig = await Rig.create("tiny");
    await rig.qclock(["up"]);
    const before = await rig.containerIds();
    await engineApi("POST", `/containers/${before["front"]}/stop?t=1`);

    expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
    expect(await rig.containerIds()).toEqual(before);
    expect(await frontPage(rig)).toContain("tiny");
  });

  test("must recreate exactly the services whose definition changed", async () => {
    await using rig = await Rig.create("tiny");
    await rig.qclock(["up"]);
    const before = await rig.containerIds();
    await rig.edit("stack.config.yaml", (text) =>
      text.replace("GREETING: hello", "GREETING: welcome"),
    );

    const plan = await rig.qclock(["plan", "--detailed-exit-code"]);
    expect(plan.exitCode).toBe(7);
    expect(plan.stdout).toMatch(/front.*environment/);

    expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
    const after = await rig.containerIds();
    expect(after["store"]).toBe(before["store"]);
    expect(after["front"]).not.toBe(before["front"]);
  });
});

test("plan must tell what up would do, and change nothing", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["lock"]);
  const plan = await rig.qclock(["plan"]);
  expect(plan.exitCode).toBe(0);
  for (const word of ["base", "web", "store", "front", "not found"])
    expect(plan.stdout).toContain(word);
  expect(await rig.observe()).toEqual({ containers: [], networks: [], volumes: [], images: [] });

  await rig.qclock(["up"]);
  const done = await rig.qclock(["plan", "--detailed-exit-code"]);
  expect(done).toMatchObject({ exitCode: 0, stdout: "" });
});

test("the commands that look must tell what the Engine tells", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["up"]);

  const ps = await rig.qclock(["ps", "--probe"]);
  expect(ps.exitCode).toBe(0);
  expect(ps.stdout).toMatch(
    new RegExp(`front +running, ready .*http://127\\.0\\.0\\.1:${rig.port}/`),
  );
  expect(ps.stdout).toMatch(/store +running, ready/);

  const probe = await rig.qclock(["probe"]);
  expect(probe.exitCode).toBe(0);
  expect(probe.stdout).toMatch(/front +http_get\S* +ok/);
  expect(probe.stdout).toMatch(/store +tcp_socket\S* +ok/);

  expect(
    await rig.qclock(["exec", "front", "/bin/busybox", "cat", "/srv/index.html"]),
  ).toMatchObject({ exitCode: 0, stdout: "<h1>tiny</h1>\n" });
  expect(
    await rig.qclock(["exec", "front", "/bin/busybox", "sh", "-c", "cat; exit 7"], {
      input: "from the pipe",
    }),
  ).toMatchObject({
    exitCode: 7,
    stdout: "from the pipe",
  });
  expect(await rig.qclock(["exec", "frnt", "true"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Did you mean "front"?'),
  });

  const doctor = await rig.qclock(["doctor"]);
  expect(doctor.stdout).toContain(`describes the stack ${rig.stack}`);
  const engine = await rig.qclock(["engine", "info", "--json"]);
  expect(JSON.parse(engine.stdout)).toMatchObject({
    schema: "qclock/engine/v1",
    engine: { version: expect.any(String) },
  });
});

test("probe must fail when a service does not answer", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["up"]);
  const { store } = await rig.containerIds();
  await engineApi("POST", `/containers/${store}/stop?t=1`);

  const { exitCode, stdout } = await rig.qclock(["probe"]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/store +tcp_socket\S* +failed/);
  const ps = await rig.qclock(["ps"]);
  expect(ps.exitCode).toBe(0);
  expect(ps.stdout).toMatch(/store +exited \(\d+\) +\d+ (?:s|min) /);
  const probed = await rig.qclock(["ps", "--probe"]);
  expect(probed.exitCode).toBe(3);
  expect(probed.stdout).toMatch(/front +running, (?:ready|failing)/);
});

test("logs must show each service's output with its name, and follow until it is stopped", async () => {
  await using rig = await Rig.create("tiny");
  await rig.edit("stack.config.yaml", (text) =>
    text.replace(
      "image: web\n    probes",
      'image: web\n    entrypoint: [/bin/busybox, sh, -c, "echo one; echo two >&2; exec /bin/busybox httpd -f -p 8080"]\n    probes',
    ),
  );
  await rig.qclock(["up"]);
  const { stdout } = await rig.qclock(["logs", "store"]);
  expect(stdout.split("\n").toSorted()).toEqual(["", "store | one", "store | two"]);
  expect((await rig.qclock(["logs", "--tail", "1", "store"])).stdout).toMatch(
    /^store \| (?:one|two)\n$/,
  );

  const documents = (await rig.qclock(["logs", "store", "--json"])).stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(documents).toEqual(
    expect.arrayContaining([
      { schema: "qclock/log-line/v1", service: "store", stream: "stderr", text: "two" },
    ]),
  );

  const following = rig.start(["logs", "-f"]);
  await following.saw("store | one");
  following.kill("SIGINT");
  expect(await following.ended).toMatchObject({ exitCode: 130 });
});

test("logs must say what they leave out of a long log, and give all of it when asked", async () => {
  await using rig = await Rig.create("tiny");
  await rig.edit("stack.config.yaml", (text) =>
    text.replace(
      "image: web\n    probes",
      'image: web\n    entrypoint: [/bin/busybox, sh, -c, "/bin/busybox seq 1 3000; exec /bin/busybox httpd -f -p 8080"]\n    probes',
    ),
  );
  await rig.qclock(["up"]);

  const last = await rig.qclock(["logs", "store"]);
  expect(last.stdout.trimEnd().split("\n")).toHaveLength(1000);
  expect(last.stdout).toContain("store | 3000\n");
  expect(last.stderr).toBe(
    "Only the last 1000 lines of store are shown; `--tail all` shows every one.\n",
  );

  const all = await rig.qclock(["logs", "--tail", "all", "store"]);
  expect(all.stdout.trimEnd().split("\n")).toHaveLength(3000);
  expect(all.stderr).toBe("");
});

test("stop, start and restart must keep the containers, and end when the stack answers again", async () => {
  await using rig = await Rig.create("tiny");
  expect(await rig.qclock(["start"])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("qclock up makes what is missing"),
  });
  await rig.qclock(["up"]);
  const before = await rig.containerIds();
  const states = async (): Promise<readonly string[]> =>
    (await rig.observe()).containers.map(({ state }) => state);

  const text = await readFile(path.join(rig.directory, "stack.config.yaml"), "utf8");
  await rig.write("stack.config.yaml", `${text}\n  broken: [\n`);
  expect(await rig.qclock(["stop"])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining(`going by the labels of stack ${rig.stack}.`),
  });
  expect(await states()).toEqual(["exited", "exited"]);
  await rig.write("stack.config.yaml", text);
  const again = await rig.qclock(["stop", "--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ schema: "qclock/report/v1", command: "stop" });

  const url = `http://127.0.0.1:${rig.port}/\n`;
  expect(await rig.qclock(["start", "front"])).toMatchObject({ exitCode: 0, stdout: url });
  expect(await frontPage(rig)).toContain("tiny");

  const restarted = await rig.qclock(["restart", "store"]);
  expect(restarted).toMatchObject({ exitCode: 0, stdout: "" });
  expect(restarted.stderr).toContain("front depends on store and is left running.");
  expect(await states()).toEqual(["running", "running"]);
  expect(await rig.containerIds()).toEqual(before);
  expect(await rig.qclock(["restart", "frnt"])).toMatchObject({ exitCode: 2 });
});

test("down must take away containers and networks, and reset what is left", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["up"]);

  expect(await rig.qclock(["down"])).toMatchObject({ exitCode: 0 });
  const after = await rig.observe();
  expect(after).toMatchObject({ containers: [], networks: [] });
  expect(after.images).toHaveLength(2);

  expect(await rig.qclock(["reset", "--images", "--purge-volumes", "--yes"])).toMatchObject({
    exitCode: 0,
  });
  expect(await rig.observe()).toEqual({ containers: [], networks: [], volumes: [], images: [] });
});

describe("reset", () => {
  test("must not remove data where nobody can be asked", async () => {
    await using rig = await Rig.create("with-data");
    await rig.qclock(["up"]);
    const { exitCode, stderr } = await rig.qclock(["reset", "--purge-volumes"]);
    expect(exitCode).toBe(9);
    expect(stderr).toMatch(/--yes/);
    expect((await rig.observe()).volumes.length).toBeGreaterThan(0);
  });

  test("must leave nothing labelled, say that there is no backup, and work with a manifest that does not parse", async () => {
    await using rig = await Rig.create("with-data");
    await rig.qclock(["up"]);
    await rig.edit("stack.config.yaml", (text) => `${text}\n  broken: [\n`);
    const { exitCode, stderr } = await rig.qclock([
      "reset",
      "--purge-volumes",
      "--images",
      "--yes",
    ]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/backup/i);
    expect(await rig.observe()).toEqual({ containers: [], networks: [], volumes: [], images: [] });
  });

  test("without --purge-volumes must keep the data", async () => {
    await using rig = await Rig.create("with-data");
    await rig.qclock(["up"]);
    const before = (await rig.observe()).volumes;
    expect(await rig.qclock(["reset"])).toMatchObject({ exitCode: 0 });
    expect((await rig.observe()).volumes).toEqual(before);
    expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
  });
});

test("ps and down must work with a manifest that does not parse, and say so", async () => {
  await using rig = await Rig.create("tiny");
  expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
  const whole = JSON.parse((await rig.qclock(["ps", "--json"])).stdout);
  await rig.edit("stack.config.yaml", (text) => `${text}\n  broken: [\n`);

  const { exitCode, stdout, stderr } = await rig.qclock(["ps", "--json"]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain(`going by the labels of stack ${rig.stack}`);
  const { services } = JSON.parse(stdout);
  // Of its port it is not known what it speaks; the rest is as the manifest has it.
  const front = { ...byName(whole.services)["front"], urls: [`127.0.0.1:${rig.port}`] };
  expect(byName(services)).toEqual({ ...byName(whole.services), front });
  expect(await rig.qclock(["ps", "--probe"])).toMatchObject({ exitCode: 2 });

  expect(await rig.qclock(["down"])).toMatchObject({ exitCode: 0 });
  const { containers, networks } = await rig.observe();
  expect({ containers, networks }).toEqual({ containers: [], networks: [] });
});

test("each command that runs a plan must give one report as JSON", async () => {
  await using rig = await Rig.create("tiny");
  const up = JSON.parse((await rig.qclock(["up", "--json"])).stdout);
  expect(up).toMatchObject({
    schema: "qclock/report/v1",
    command: "up",
    status: "succeeded",
    urls: [{ service: "front", url: `http://127.0.0.1:${rig.port}/` }],
  });
  expect(up.nodes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        operation: { type: "start-container", service: "front" },
        outcome: expect.objectContaining({ status: "succeeded" }),
      }),
    ]),
  );
  for (const [args, kind] of [
    [["ps"], "ps"],
    [["probe"], "probe"],
    [["plan"], "plan"],
    [["lock"], "lock"],
    [["doctor"], "doctor"],
    [["build"], "report"],
    [["down"], "report"],
    [["reset", "--images"], "report"],
  ] as const) {
    const { exitCode, stdout } = await rig.qclock([...args, "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: `qclock/${kind}/v1` });
  }
});

test("progress as JSON lines must end with the report", async () => {
  await using rig = await Rig.create("tiny");
  const { stderr } = await rig.qclock(["build", "--progress", "json"]);
  const events = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.every(({ schema }) => schema === "qclock/event/v1")).toBe(true);
  expect(events.at(-1)).toMatchObject({ type: "run-finished", report: { status: "succeeded" } });
});

test("a debug file must hold the events and the requests to the Engine", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["up", "--debug", "debug.jsonl"]);
  const lines = (await readFile(`${rig.directory}/debug.jsonl`, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: "run-finished" }),
      expect.objectContaining({ call: "createContainer", status: "succeeded" }),
    ]),
  );
});

/** Rows of ps by their services. */
function byName(rows: readonly { readonly service: string }[]): Readonly<Record<string, object>> {
  return Object.fromEntries(rows.map((row) => [row.service, row]));
}
