import { expect, test } from "vitest";
import type { ContainerRequest, Engine, ExecOptions } from "../../../../src/docker/engine.ts";
import { HeldChains } from "../../../../src/docker/held-chains.ts";
import { QclockError } from "../../../../src/error.ts";
import type { Layer } from "../../../../src/image/layers/layer.ts";
import type { RanContainer } from "../../../../src/image/layers/run-layer.ts";
import type { Architecture } from "../../../../src/os.ts";
import type { ScriptToRun } from "../../../../src/packages/script-run.ts";
import { scriptRunner } from "../../../../src/run/scripts/run-scripts.ts";
import { createWorkshop, emptyImage, EPOCH, type Workshop } from "../../../support/assemble.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { file } from "../../../support/deb.ts";
import { aPackageStack } from "../../../support/lock-request.ts";
import { memoryEngine } from "../../../support/memory-engine.ts";
import { tarOf, type TarItem } from "../../../support/tar.ts";

function aScript(name: string, script = "postinst"): ScriptToRun {
  const path = `/var/lib/dpkg/info/${name}.${script}`;
  return {
    package: name,
    script,
    call: { path, args: ["configure", ""], environment: { A: "b" } },
  };
}

interface World {
  /** What each script answers, by its path; absent: it ends well. */
  readonly answers?: Readonly<Record<string, () => { exitCode: number; output: string }>>;
  /** What the folder of triggers holds, each time it is looked at. */
  readonly triggers?: TarItem[][];
  readonly architecture?: Architecture;
  /** How much the container has written, each time it is measured. */
  readonly written?: number[];
}

/** Run scripts in a container of an Engine that is made up, and tell what was done. */
async function run(
  workshop: Workshop,
  scripts: readonly ScriptToRun[],
  world: World & { readonly layers?: readonly Layer[] } = {},
) {
  const calls: string[] = [];
  const options: ExecOptions[] = [];
  const memory = memoryEngine();
  const triggers = [...(world.triggers ?? [])];
  const changes = ["/opt", "/opt/first", "/opt", "/opt/second"];
  const written = [...(world.written ?? [])];
  const engine: Engine = {
    ...memory,
    createContainer: async (request, signal) => {
      requests.push(request);
      return await memory.createContainer(request, signal);
    },
    changedPaths: async () => {
      calls.push("changes");
      return changes.splice(0, 2);
    },
    writtenBytes: async () => written.shift(),
    exec: async (_, command, of, signal) => {
      calls.push(command.join(" ").trim());
      options.push(of);
      // It goes on until it is given up.
      if (command.includes("for-ever")) return await givenUp(signal);
      return world.answers?.[command[0] ?? ""]?.() ?? { exitCode: 0, output: "" };
    },
    putArchive: async (_, path) => void calls.push(`put into ${path}`),
    getArchive: async () => inOnePiece(tarOf(triggers.shift() ?? [])),
    killContainer: async (_, signal) => void calls.push(signal),
    waitContainer: async () => 137,
    exportContainer: async () => inOnePiece(tarOf([])),
  };
  const requests: ContainerRequest[] = [];
  const later: (() => Promise<void>)[] = [];
  const heldChains = new HeldChains();
  const events: string[] = [];
  const { architecture = "amd64" } = world;
  const stack = { ...aPackageStack({}), architecture };
  const runner = scriptRunner(
    {
      stack,
      engine: async () => engine,
      emit: (event) => void events.push(event.type),
      clock: fakeClock(),
      signal: new AbortController().signal,
      runId: "run1",
      version: "1",
    },
    {
      heldChains,
      afterwards: (work) => void later.push(work),
      onRan: () => void events.push("ran"),
    },
  );
  const { layers = await systemOf(workshop) } = world;
  const taken: RanContainer[] = [];
  const running = runner(
    { image: { ...emptyImage, name: "app" }, layers, scripts, epoch: EPOCH },
    async (container) => void taken.push(container),
  );
  const error = await running.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  const chains = heldChains.added;
  const duringRun = [...memory.calls];
  for (const work of later) await work();
  return { chains, duringRun, calls, options, requests, events, error, taken, memory };
}

async function systemOf(workshop: Workshop): Promise<readonly Layer[]> {
  const files = [file("bin/sh", "sh"), file("opt/x", "x")];
  const control = { postinst: "#!/bin/sh\ntrue\n" };
  const { layers } = await workshop.assemble({ debs: [{ name: "watcher", files, control }] });
  return layers;
}

async function givenUp(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  return await promise;
}

async function* inOnePiece(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

test("scripts run one after the other, then those that they ask for; then all is ended and taken", async () => {
  await using workshop = await createWorkshop();
  const asked = [
    { path: "triggers/", type: "directory" },
    file("triggers/Unincorp", "look -\n"),
    file("triggers/look", "watcher\n"),
  ];

  const done = await run(workshop, [aScript("a", "preinst"), aScript("b")], { triggers: [asked] });

  expect(done.error).toBeUndefined();
  expect(done.calls).toEqual([
    "/var/lib/dpkg/info/a.preinst configure",
    "changes",
    "/var/lib/dpkg/info/b.postinst configure",
    "put into /var/lib/dpkg/triggers",
    "changes",
    "/var/lib/dpkg/info/watcher.postinst triggered look",
    "SIGKILL",
  ]);
  expect(done.taken[0]?.ran.map((each) => `${each.script} of ${each.package}`)).toEqual([
    "preinst of a",
    "postinst of b",
    "postinst of watcher",
  ]);
  const makers = ["opt", "opt/first", "opt/second", "opt/third"];
  expect(makers.map((path) => done.taken[0]?.makerOf(path))).toEqual(["a", "a", "b", "watcher"]);
  expect(done.options[0]).toEqual({
    user: "0:0",
    timeoutMs: 600_000,
    environment: ["A=b"],
    keeps: "end",
  });
  expect(done.events).toEqual([
    "phase-started",
    "phase-progress",
    "phase-progress",
    "ran",
    "phase-finished",
  ]);
  expect([...done.memory.containers.keys()]).toEqual([]);
  expect(done.duringRun.filter((call) => call.startsWith("remove image"))).toEqual([]);
  expect(done.chains).toHaveLength(1);
  expect(done.memory.calls.filter((call) => call.startsWith("remove"))).toEqual([
    "remove container t-qclock-scripts-app-run1",
    "remove image qclock.invalid/t/app-scripts:run1",
  ]);
});

test("the container has no network, no mount and few privileges", async () => {
  await using workshop = await createWorkshop();

  const { requests } = await run(workshop, [aScript("a")]);

  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    mounts: [],
    ports: [],
    noNewPrivileges: true,
    dropCapabilities: ["ALL"],
    addCapabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID"],
    environment: new Map(),
    limits: { cpus: 1, pids: 512 },
  });
  expect(requests[0]).not.toHaveProperty("network");
});

test.each([
  [
    "ends with an error",
    () => ({ exitCode: 2, output: `first\n${"x\n".repeat(30)}\u001b[31mlast\n` }),
    'The postinst of a, run for image "app", ended with status 2.',
    "?[31mlast",
  ],
  [
    "does not end",
    () => {
      throw new QclockError("deadline-exceeded", "too long");
    },
    'The postinst of a, run for image "app", did not end within 10 minutes.',
    undefined,
  ],
])(
  "a script that %s is an error, and its container is taken away",
  async (_, answer, message, last) => {
    await using workshop = await createWorkshop();
    const answers = { "/var/lib/dpkg/info/a.postinst": answer };

    const { error, calls, taken, memory } = await run(workshop, [aScript("a"), aScript("b")], {
      answers,
    });

    expect(error).toMatchObject({ code: "script-failed", message });
    const { details } = error as QclockError;
    expect(details.at(-1)).toBe(last);
    expect(details).toHaveLength(last === undefined ? 0 : 15);
    expect(calls).toHaveLength(1);
    expect(taken).toEqual([]);
    expect([...memory.containers.keys()]).toEqual([]);
  },
);

test("of a long line of output the beginning is told", async () => {
  await using workshop = await createWorkshop();
  const output = `${"y".repeat(301)}\n\n \nz\n`;
  const answers = { "/var/lib/dpkg/info/a.postinst": () => ({ exitCode: 1, output }) };
  const { error } = await run(workshop, [aScript("a")], { answers });
  expect(error).toMatchObject({ details: ["y".repeat(300), "z"] });
});

test("scripts that ask for each other without an end are ended", async () => {
  await using workshop = await createWorkshop();
  const asked = [file("triggers/Unincorp", "look -\n"), file("triggers/look", "watcher\n")];

  const { error, calls } = await run(workshop, [aScript("a")], {
    triggers: Array.from({ length: 500 }, () => asked),
  });

  expect(error).toMatchObject({
    code: "script-failed",
    message: 'The postinst of watcher, run for image "app", was asked for without an end.',
  });
  expect(calls.filter((call) => call.includes("triggered"))).toHaveLength(200);
});

test("an image without a shell, and one for other machines, are refused before anything is made", async () => {
  await using workshop = await createWorkshop();
  const { layers } = await workshop.assemble({ debs: [{ name: "a", files: [file("opt/a", "")] }] });

  const shellless = await run(workshop, [aScript("a")], { layers });
  const foreign = await run(workshop, [aScript("a")], { architecture: "arm64" });

  expect(shellless.error).toMatchObject({
    code: "missing-interpreter",
    message: 'Image "app" has scripts of a to run, and no /bin/sh.',
  });
  expect(foreign.error).toMatchObject({
    code: "engine-platform",
    message: 'Image "app" for linux/arm64 has scripts to run, and the Engine runs linux/amd64.',
  });
  expect([...shellless.memory.calls, ...foreign.memory.calls]).toEqual([]);
});

test("a script that fills the disk is ended", async () => {
  await using workshop = await createWorkshop();
  const script = aScript("filler");
  const endless = { ...script, call: { ...script.call, args: ["for-ever"] } };

  const { error, taken } = await run(workshop, [endless], { written: [1, 1000, 9 * 1024 ** 3] });

  expect(error).toMatchObject({
    code: "script-failed",
    message: 'The postinst of filler, run for image "app", wrote more than 8 GiB.',
  });
  expect(taken).toEqual([]);
});

test("of what scripts leave where they ask for others no more is read than a list can be", async () => {
  await using workshop = await createWorkshop();
  const large = Array.from({ length: 40 }, (_, n) =>
    file(`triggers/list-${n}`, Buffer.alloc(1024 * 1024, "x ")),
  );
  // What stands behind so much is not looked at.
  const asked = [
    ...large,
    file("triggers/Unincorp", "look -\n"),
    file("triggers/look", "watcher\n"),
  ];

  const { error, calls } = await run(workshop, [aScript("a")], { triggers: [asked] });

  expect(error).toBeUndefined();
  expect(calls).toEqual(["/var/lib/dpkg/info/a.postinst configure", "SIGKILL"]);
});
