import { expect, test } from "vitest";
import type { ContainerState, LogOptions } from "../../../../src/docker/engine.ts";
import type { ProbeTimeout } from "../../../../src/probe/wait-ready.ts";
import { explainFailure } from "../../../../src/run/execution/failure.ts";
import type { Probe, Service } from "../../../../src/stack/stack.ts";
import { aProbe } from "../../../support/a-probe.ts";
import { aService } from "../../../support/a-service.ts";
import { aContainerState } from "../../../support/a-subject.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

interface Scene {
  /** What each look at the container sees, the last one staying; undefined: it is gone. */
  readonly looks?: readonly (Partial<ContainerState> | undefined)[];
  readonly service?: Partial<Service>;
  readonly log?: readonly string[];
  readonly timeout?: ProbeTimeout;
  readonly watch?: { readonly lastExitCode?: number; readonly awayMs?: number };
}

/** What is said of a container, and what was asked to find it out. */
async function explain({ looks = [{}], service, log = [], timeout, watch }: Scene) {
  const clock = fakeClock();
  const asked: unknown[] = [];
  let seen = 0;
  const error = await explainFailure({
    engine: {
      async inspectContainer() {
        const state = looks[Math.min(seen++, looks.length - 1)];
        return state === undefined ? undefined : aContainerState(state);
      },
      async *logs(_, options: LogOptions) {
        asked.push(options);
        for (const text of log) yield { stream: "stdout", text };
      },
    },
    service: aService({ name: "app", ...service }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(watch === undefined
      ? {}
      : {
          watch: {
            stopped: Promise.resolve(),
            inspect: async () => undefined,
            awayMs: watch.awayMs ?? 0,
            lastExitCode: async (waitMs) => {
              asked.push(`its last end, for ${waitMs} ms`);
              return watch.lastExitCode;
            },
            [Symbol.dispose]: () => undefined,
          },
        }),
    clock,
    signal: new AbortController().signal,
  });
  const { code, message, hint, details } = error;
  return { code, message, hint, details, asked, sleeps: clock.sleeps };
}

const seeLog = "See the whole log with: qclock logs app";

test.each<readonly [string, Scene, string, string]>([
  ["is gone", { looks: [undefined] }, "is gone", seeLog],
  ["ended", { looks: [{ status: "exited", exitCode: 3 }] }, "ended with exit code 3", seeLog],
  ["is dead", { looks: [{ status: "dead", exitCode: 3 }] }, "ended with exit code 3", seeLog],
  [
    "was killed for its memory",
    { looks: [{ status: "exited", exitCode: 137, oomKilled: true }] },
    "ended with exit code 137 (killed: it reached its memory limit of 128 MB)",
    'Raise `mem_limit` of service "app", or find what takes the memory.',
  ],
  [
    "ended by itself",
    { looks: [{ status: "exited", exitCode: 0 }] },
    "ended with exit code 0 (no error)",
    "A service keeps running; one that ends by itself is a job: `job: true`.",
  ],
  [
    "ends by itself and is started again",
    { looks: [{ status: "restarting", exitCode: 0 }] },
    "ends again and again, last with exit code 0 (no error)",
    "A service keeps running; one that ends by itself is a job: `job: true`.",
  ],
  [
    "runs again, and nobody told how it ended",
    { looks: [{ status: "running", restartCount: 2 }] },
    "ends again and again",
    seeLog,
  ],
  [
    "was started anew by somebody",
    { looks: [{ status: "running", restartCount: 0 }] },
    "was started anew while it was waited for",
    seeLog,
  ],
  [
    "could not be started",
    { looks: [{ status: "created", error: "exec: /app: Permission denied" }] },
    "does not run: created, never started (exec: /app: Permission denied)",
    "A file belongs to another user: compare its owner with the image's `user`.",
  ],
  [
    "cannot write",
    {
      looks: [{ status: "exited", exitCode: 1 }],
      log: ["open /pid: Read-only file system", "permission denied"],
    },
    "ended with exit code 1",
    'Something writes to the root file system, which is read-only: give the path to `tmpfs` or a volume of "app".',
  ],
  [
    "is of another machine",
    { looks: [{ status: "exited", exitCode: 126 }], log: ["/app: exec format error"] },
    "ended with exit code 126 (the entrypoint cannot be executed)",
    "The program is for another architecture, or a script without a first line `#!`.",
  ],
  [
    "lacks a capability",
    { looks: [{ status: "exited", exitCode: 1 }], log: ["chown: Operation not permitted"] },
    "ended with exit code 1",
    "A capability may be missing: add it with `cap_add` and a reason under `policy`.",
  ],
])("of a service that %s", async (_, scene, message, hint) => {
  const said = await explain(scene);
  expect(said).toMatchObject({
    code: "container-exited",
    message: `Service "app" ${message}.`,
    hint,
  });
});

test("a job that ends with nothing to complain of is no service that ends by itself", async () => {
  const said = await explain({
    looks: [{ status: "exited", exitCode: 0 }],
    service: { job: true },
  });
  expect(said).toMatchObject({ code: "job-failed", hint: seeLog });
});

test("a library that was to be loaded from a path in memory is told by that path", async () => {
  const mount = (target: string) => ({ target, sizeBytes: 1024, mode: 0o700 });
  const inMemory = [{ ...mount("/tmp"), exec: true as const }, mount("/cache"), mount("/work")];
  const log = [
    "copied to /cache/x and /tmp/libx.so",
    "/work/libx.so: failed to map segment from shared object",
    "cannot load /tmp/libx.so: failed to map segment from shared object, operation not permitted",
  ];
  const scene = { looks: [{ status: "exited", exitCode: 1 } as const], log };
  expect((await explain({ ...scene, service: { tmpfs: inMemory } })).hint).toBe(
    "Nothing can be run from /work, a path in memory: give it `exec`, and the reason in `policy.tmpfs_exec`.",
  );
  expect((await explain({ ...scene, service: { tmpfs: inMemory.slice(0, 2) } })).hint).toBe(
    "A capability may be missing: add it with `cap_add` and a reason under `policy`.",
  );
  const all = [mount("/other"), mount("/work"), mount("/workshop")];
  const both = [
    "/workshop/a.so: failed to map segment from shared object",
    "/work/b.so: failed to map segment from shared object",
  ];
  const said = await explain({ ...scene, log: both, service: { tmpfs: all } });
  expect(said.hint).toContain("run from /work,");
});

test("a kill is looked at a second time, since the Engine hears of the memory a moment later", async () => {
  const killed = { status: "exited", exitCode: 137 } as const;
  const said = await explain({ looks: [killed, { ...killed, oomKilled: true }] });
  expect(said.message).toContain("reached its memory limit");
  expect(said.sleeps).toEqual([300]);
  expect((await explain({ looks: [{ ...killed, exitCode: 1 }] })).sleeps).toEqual([]);
});

test("how it ended last is asked for only where the Engine has forgotten it", async () => {
  const watch = { lastExitCode: 78 };
  const ended = await explain({ looks: [{ status: "exited", exitCode: 3 }], watch });
  const dead = await explain({ looks: [{ status: "dead", exitCode: 3 }], watch });
  const anew = await explain({ looks: [{ status: "running" }], watch });
  const never = await explain({ looks: [{ status: "created" }], watch });
  const restarting = await explain({ looks: [{ status: "restarting", exitCode: 0 }], watch });
  const again = await explain({ looks: [{ status: "running", restartCount: 1 }], watch });

  const isAsked = ({ asked }: { readonly asked: readonly unknown[] }): boolean =>
    asked.includes("its last end, for 3000 ms");
  expect([ended, dead, anew, never, restarting, again].map(isAsked)).toEqual([
    false,
    false,
    false,
    true,
    true,
    true,
  ]);
  expect(restarting.message).toBe('Service "app" ends again and again, last with exit code 78.');
  expect(restarting.details[0]).toBe("container: restarting, exit code 78");
  expect(again.message).toBe('Service "app" ends again and again, last with exit code 78.');
});

test("an Engine that was away is the likelier reason, and for how long is told", async () => {
  const looks = [{ status: "exited", exitCode: 137, oomKilled: true }] as const;
  const said = await explain({ looks, watch: { awayMs: 1 } });
  expect(said.hint).toBe("Once the Engine stays, run the command again: it goes on from here.");
  expect(said.details).toContain(
    "the Engine was away for 0 s meanwhile; one that starts ends or restarts its containers",
  );
  const longer = await explain({ looks, watch: { awayMs: 4260 } });
  expect(longer.details[1]).toContain("away for 4.3 s");
  const never = await explain({ looks, watch: { awayMs: 0 } });
  expect(never.details).toEqual([
    "container: exited, exit code 137 (killed: it reached its memory limit of 128 MB)",
    "log: empty",
  ]);
  expect(never.hint).toContain("Raise `mem_limit`");
});

test("the last twenty lines of the log are shown, none of them longer than can be read", async () => {
  const numbered = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `line ${index + 1}`);
  const looks = [{ status: "exited", exitCode: 1 }] as const;

  const one = await explain({ looks, log: ["alone"] });
  expect(one.details).toEqual(["container: exited, exit code 1", "log, last line:", "  alone"]);
  expect(one.asked).toEqual([{ follow: false, tail: 20 }]);
  const twenty = await explain({ looks, log: numbered(20) });
  expect(twenty.details.slice(1, 3)).toEqual(["log, last 20 lines:", "  line 1"]);
  // An Engine whose log driver knows no tail sends all.
  const more = await explain({ looks, log: numbered(21) });
  expect(more.details.slice(1)).toEqual([
    "log, last 20 lines:",
    ...numbered(21)
      .slice(1)
      .map((line) => `  ${line}`),
  ]);
  const long = await explain({ looks, log: ["x".repeat(500), "y".repeat(501)] });
  expect(long.details.slice(2)).toEqual([
    `  ${"x".repeat(500)}`,
    `  ${"y".repeat(500)}… (1 more characters)`,
  ]);
});

test.each<readonly [Partial<Probe>, string]>([
  [{ retries: 1 }, ""],
  [{ retries: 2 }, " and 1 more try at intervals of 1.5 s (`retries`, `interval`)"],
  [{ retries: 3 }, " and 2 more tries at intervals of 1.5 s (`retries`, `interval`)"],
])(
  "what a probe had is told of a service that runs and does not answer: %o",
  async (parts, had) => {
    const probe = aProbe(
      { type: "tcp_socket", port: 80 },
      { name: "tcp_socket:80", startPeriodMs: 20_000, intervalMs: 1500, ...parts },
    );
    const last = { ok: false, message: "connection refused" } as const;
    const timeout: ProbeTimeout = { probe, last, elapsedMs: 23_456 };
    expect(await explain({ timeout })).toMatchObject({
      code: "probe-failed",
      message: 'Service "app" runs, but tcp_socket:80 does not succeed: connection refused.',
      details: [
        "last probe: tcp_socket:80: connection refused",
        "container: running",
        "log: empty",
      ],
      hint: `It had 20 s (\`start_period\`)${had}; given up after 23.5 s. Look with: qclock logs app`,
    });
    // One that was started again meanwhile has another problem than its probe.
    const restarted = await explain({ timeout, looks: [{ restartCount: 1 }] });
    expect(restarted.code).toBe("container-exited");
    const ended = await explain({ timeout, looks: [{ status: "exited", exitCode: 1 }] });
    expect(ended.code).toBe("container-exited");
  },
);
