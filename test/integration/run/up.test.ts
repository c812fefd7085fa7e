import { createServer } from "node:net";
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { QclockError } from "../../../src/error.ts";
import type { RunReport } from "../../../src/run/execution/event.ts";
import { down } from "../../../src/run/down.ts";
import { up } from "../../../src/run/up.ts";
import type { Probe, Service } from "../../../src/stack/stack.ts";
import { aProbe } from "../../support/a-probe.ts";
import {
  aShellService,
  createTestStack,
  resetStack,
  type TestStack,
  webServer,
} from "../../support/runtime.ts";

const fast: Partial<Probe> = { startPeriodMs: 10_000, timeoutMs: 500, retries: 1, intervalMs: 200 };

function httpProbe(port: number, timing: Partial<Probe> = {}): Probe {
  const check = {
    type: "http_get",
    scheme: "http",
    port,
    path: "/",
    headers: new Map(),
    status: [],
    json: new Map(),
    redirects: 0,
  } as const;
  return aProbe(check, { ...fast, ...timing });
}

function edge(rig: TestStack, name: string, internal = true) {
  return {
    name,
    engineName: `${rig.name}_${name}`,
    internal,
    outbound: false,
    isolated: false,
    origin: internal ? "edge" : "publish",
  } as const;
}

function on(...networks: readonly string[]): Pick<Service, "networks"> {
  return { networks: new Map(networks.map((network) => [network, { aliases: [] }])) };
}

/** The error of the first node that failed. */
function failureOf(report: RunReport): QclockError {
  for (const { outcome } of report.nodes) if (outcome.status === "failed") return outcome.error;
  throw new Error(
    `nothing failed: ${JSON.stringify(report.nodes.map(({ node, outcome }) => [node.id, outcome.status]))}`,
  );
}

/**
 *   web --- edge --- store      web --- publish
 *   both read the secret `password`; store mounts `data`
 */
function twoServices(rig: TestStack, web: Partial<Service> = {}) {
  const secrets = [{ secret: "password", target: "/run/secrets/password", mode: 0o400 }];
  return rig.stack({
    services: [
      aShellService(rig.name, "store", {
        ...on("edge"),
        secrets,
        mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }],
        tmpfs: [{ target: "/run/store", sizeBytes: 65_536, mode: 0o750 }],
        command: webServer(3306),
        probes: [aProbe({ type: "tcp_socket", port: 3306 }, fast)],
      }),
      aShellService(rig.name, "web", {
        ...on("edge", "publish"),
        secrets,
        dependsOn: new Map([["store", "service_healthy"]]),
        environment: new Map([["GREETING", "hello"]]),
        command: webServer(8080),
        ports: [{ hostAddress: "127.0.0.1", hostPort: 0, containerPort: 8080, protocol: "tcp" }],
        probes: [httpProbe(8080)],
        ...web,
      }),
    ],
    networks: [edge(rig, "edge"), edge(rig, "publish", false)],
    volumes: [{ name: "data", engineName: `${rig.name}_data`, labels: new Map() }],
    secrets: [{ name: "password", source: { type: "generate", length: 24 } }],
  });
}

async function run(
  rig: TestStack,
  service: string,
  ...command: readonly string[]
): Promise<string> {
  const { exitCode, output } = await rig.engine.exec(`${rig.name}-${service}-1`, command, {
    timeoutMs: 5000,
  });
  expect({ command, exitCode, output }).toMatchObject({ exitCode: 0 });
  return output.trim();
}

test("up brings a stack to work, a second one changes nothing, and reset leaves nothing", async () => {
  await using rig = await createTestStack();
  const context = rig.context(twoServices(rig));

  const report = await up(context, {});
  expect(
    report.nodes.flatMap(({ outcome }) => (outcome.status === "failed" ? outcome.error : [])),
  ).toEqual([]);
  expect(report.status).toBe("succeeded");
  const ids = await rig.containerIds();

  const state = await rig.engine.inspectContainer(`${rig.name}-web-1`);
  const [port] = state?.publishedPorts ?? [];
  expect(await (await fetch(`http://127.0.0.1:${port?.hostPort}/`)).text()).toBe("ok");
  expect(await run(rig, "store", "/usr/bin/id", "-u")).toBe("10001");
  expect(await run(rig, "store", "/usr/bin/stat", "-c", "%u:%g %a", "/run/store", "/data")).toBe(
    "10001:10001 750\n10001:10001 750",
  );
  expect(
    await run(
      rig,
      "store",
      "/bin/sh",
      "-c",
      "touch /run/store/x /data/x && ! touch /x 2>/dev/null && echo read-only",
    ),
  ).toBe("read-only");
  const environment = await run(rig, "web", "/usr/bin/env");
  expect(environment).toContain("GREETING=hello");
  expect(environment).toContain(
    `QCLOCK_STACK=${rig.name}\nQCLOCK_SERVICE=web\nQCLOCK_IMAGE_DIGEST=sha256:`,
  );

  const again = await up(rig.context(twoServices(rig)), {});
  expect(again.nodes).toEqual([]);
  expect(await rig.containerIds()).toEqual(ids);

  await resetStack(context);
  expect(await rig.labelled()).toEqual([]);
});

test("services that share a generated secret read the same one, as their own user, and it outlives down", async () => {
  await using rig = await createTestStack();
  const stack = twoServices(rig);
  await up(rig.context(stack), {});

  const password = await run(rig, "store", "/bin/cat", "/run/secrets/password");
  expect(password).toMatch(/^[A-Za-z0-9]{24}$/);
  expect(await run(rig, "web", "/bin/cat", "/run/secrets/password")).toBe(password);
  expect(await run(rig, "web", "/usr/bin/stat", "-c", "%u:%g %a", "/run/secrets/password")).toBe(
    "10001:10001 400",
  );
  for (const event of rig.events) expect(JSON.stringify(event)).not.toContain(password);
  for (const service of ["store", "web"]) {
    const state = await rig.engine.inspectContainer(`${rig.name}-${service}-1`);
    expect(JSON.stringify(state?.raw)).not.toContain(password);
  }

  expect((await down({ ...rig.context(stack), stackName: rig.name }, {})).status).toBe("succeeded");
  expect((await rig.labelled()).filter((object) => /^(?:container|network)/.test(object))).toEqual(
    [],
  );
  await up(rig.context(stack), {});
  expect(await run(rig, "web", "/bin/cat", "/run/secrets/password")).toBe(password);
});

test("the content of a secret from a variable is seen to change, and only its services are made again", async () => {
  await using rig = await createTestStack();
  const stack = rig.stack({
    services: [
      aShellService(rig.name, "other", on("only")),
      aShellService(rig.name, "app", {
        ...on("only"),
        secrets: [{ secret: "token", target: "/run/secrets/token", mode: 0o400 }],
      }),
    ],
    networks: [edge(rig, "only")],
    secrets: [{ name: "token", source: { type: "environment", variable: "TOKEN" } }],
  });
  const withToken = (token: string): Parameters<typeof up>[0] =>
    rig.context(stack, { secretVariable: () => token });
  await up(withToken("first-token"), {});
  const ids = await rig.containerIds();
  expect((await up(withToken("first-token"), {})).nodes).toEqual([]);

  expect((await up(withToken("second-token"), {})).status).toBe("succeeded");
  expect(await run(rig, "app", "/bin/cat", "/run/secrets/token")).toBe("second-token");
  const after = await rig.containerIds();
  expect(after["other"]).toBe(ids["other"]);
  expect(after["app"]).not.toBe(ids["app"]);
});

test("a container that was removed by hand returns alone", async () => {
  await using rig = await createTestStack();
  const stack = twoServices(rig);
  await up(rig.context(stack), {});
  const ids = await rig.containerIds();
  await rig.engine.removeContainer(`${rig.name}-store-1`);

  expect((await up(rig.context(stack), {})).status).toBe("succeeded");
  const after = await rig.containerIds();
  expect(after["web"]).toBe(ids["web"]);
  expect(after["store"]).not.toBe(ids["store"]);
});

test("a container that was killed is started again, in place", async () => {
  await using rig = await createTestStack();
  const stack = twoServices(rig);
  await up(rig.context(stack), {});
  const ids = await rig.containerIds();
  await rig.engine.stopContainer(`${rig.name}-web-1`, 1000);

  const report = await up(rig.context(stack), {});
  expect(report.nodes.map(({ node }) => node.id)).toEqual(["start:web", "wait:web"]);
  expect(report.nodes[0]?.node.cause).toMatch(/^exited \(\d+\)$/);
  expect(await rig.containerIds()).toEqual(ids);
});

test("a port that somebody has is named with its owner, and no container is left with it", async () => {
  await using rig = await createTestStack();
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const hostPort = typeof address === "object" ? (address?.port ?? 0) : 0;
  const stack = twoServices(rig, {
    ports: [{ hostAddress: "127.0.0.1", hostPort, containerPort: 8080, protocol: "tcp" }],
  });
  try {
    const failure = failureOf(await up(rig.context(stack), {}));
    expect(failure.code).toBe("port-in-use");
    expect(failure.message).toContain(`127.0.0.1:${hostPort}`);
    expect(failure.message).toMatch(/in use by .*\(process \d+\)/);
    expect(await rig.engine.inspectContainer(`${rig.name}-web-1`)).toBeUndefined();
  } finally {
    await new Promise((resolve) => void server.close(resolve));
  }
  expect((await up(rig.context(stack), {})).status).toBe("succeeded");
});

test.each<[string, Partial<Service> & { readonly script?: string }, RegExp, RegExp]>([
  [
    "ends with an error",
    { script: "echo configuration is missing >&2; exit 3" },
    /exit code 3/,
    /configuration is missing/,
  ],
  [
    "ends without one",
    { script: "echo done", restart: { type: "no" } },
    /exit code 0 \(no error\)/,
    /done/,
  ],
  ["is killed", { script: "kill -9 $$", restart: { type: "no" } }, /exit code 137 \(killed/, /log/],
  [
    "starts a program that is not there",
    { script: "exec /nowhere", restart: { type: "no" } },
    /exit code 127/,
    /nowhere: not found/,
  ],
  [
    "may not be executed",
    { command: ["/data"], restart: { type: "no" } },
    /126|permission denied|is a directory/i,
    /./,
  ],
])(
  "a service that %s fails at once, with its log and what its exit code means",
  async (_, parts, message, details) => {
    await using rig = await createTestStack();
    const stack = rig.stack({
      services: [
        aShellService(rig.name, "app", {
          ...on("only"),
          probes: [httpProbe(80, { startPeriodMs: 60_000 })],
          ...parts,
        }),
      ],
      networks: [edge(rig, "only")],
    });
    const startedMs = performance.now();
    const report = await up(rig.context(stack), {});
    const failure = failureOf(report);

    expect(`${failure.message}\n${failure.details.join("\n")}`).toMatch(message);
    expect(failure.details.join("\n")).toMatch(details);
    expect(failure.hint ?? "").not.toBe("");
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  },
);

test("a service that reaches its memory limit is said to have", async () => {
  await using rig = await createTestStack();
  const greedy = ["/usr/bin/perl", "-e", "my @a; while (1) { push @a, 'x' x 1048576; }"];
  const stack = rig.stack({
    services: [
      aShellService(rig.name, "app", {
        ...on("only"),
        command: greedy,
        restart: { type: "no" },
        limits: { memoryBytes: 32 * 1024 * 1024, cpus: 1, pids: 64 },
        probes: [httpProbe(80, { startPeriodMs: 60_000 })],
      }),
    ],
    networks: [edge(rig, "only")],
  });
  const failure = failureOf(await up(rig.context(stack), {}));

  expect(failure.details.join("\n")).toContain(
    "exit code 137 (killed: it reached its memory limit of 32 MB)",
  );
  expect(failure.hint).toContain("mem_limit");
});

test("a service whose probe never succeeds says which, what it saw and what to do", async () => {
  await using rig = await createTestStack();
  const stack = rig.stack({
    services: [
      aShellService(rig.name, "app", {
        ...on("only"),
        probes: [httpProbe(80, { startPeriodMs: 500 })],
        script: "echo still thinking; while :; do sleep 0.1; done",
      }),
    ],
    networks: [edge(rig, "only")],
  });
  const failure = failureOf(await up(rig.context(stack), {}));

  expect(failure.code).toBe("probe-failed");
  expect(failure.message).toContain("connection refused");
  expect(failure.details.join("\n")).toContain("still thinking");
});

test("a job runs to its end before what depends on it, once; one that fails is kept for a look", async () => {
  await using rig = await createTestStack();
  const stackOf = (script: string) =>
    rig.stack({
      services: [
        aShellService(rig.name, "init", {
          ...on("only"),
          job: true,
          restart: { type: "no" },
          script,
          mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }],
        }),
        aShellService(rig.name, "app", {
          ...on("only"),
          dependsOn: new Map([["init", "service_completed_successfully"]]),
          mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }],
          script: "test -e /data/made || exit 9; while :; do sleep 0.1; done",
        }),
      ],
      networks: [edge(rig, "only")],
      volumes: [{ name: "data", engineName: `${rig.name}_data`, labels: new Map() }],
    });
  const good = "sleep 0.3; touch /data/made";
  expect((await up(rig.context(stackOf(good)), {})).status).toBe("succeeded");
  expect((await up(rig.context(stackOf(good)), {})).nodes).toEqual([]);

  const report = await up(rig.context(stackOf("echo no schema; exit 4")), {});
  expect(failureOf(report)).toMatchObject({ code: "job-failed" });
  expect(failureOf(report).details.join("\n")).toContain("no schema");
  expect(await rig.engine.inspectContainer(`${rig.name}-init-1`)).toMatchObject({
    status: "exited",
    exitCode: 4,
  });
});

test("down stops dependents first and says who had to be killed", async () => {
  await using rig = await createTestStack();
  const stack = rig.stack({
    services: [
      aShellService(rig.name, "store", on("only")),
      aShellService(rig.name, "app", {
        ...on("only"),
        dependsOn: new Map([["store", "service_started"]]),
        stopGracePeriodMs: 1000,
        script: "trap '' TERM; while :; do sleep 0.1; done",
      }),
    ],
    networks: [edge(rig, "only")],
  });
  await up(rig.context(stack), {});
  const report = await down({ ...rig.context(stack), stackName: rig.name }, {});

  expect(report.status).toBe("succeeded");
  const ended = rig.events.flatMap((event) =>
    event.type === "node-finished" && event.node.operation.type === "stop-container"
      ? event.node.id
      : [],
  );
  expect(ended.map((id) => id.replace(`${rig.name}-`, "").replace("-1", ""))).toEqual([
    "stop:app",
    "stop:store",
  ]);
  expect(
    rig.events.some(
      (event) => event.type === "notice" && /app.*killed \(137\)/.test(event.message),
    ),
  ).toBe(true);
});

test("an interruption stops what the run started, gives the hold back, and the next run converges", async () => {
  await using rig = await createTestStack();
  const stack = rig.stack({
    services: [
      aShellService(rig.name, "app", {
        ...on("only"),
        probes: [httpProbe(80, { startPeriodMs: 60_000 })],
      }),
    ],
    networks: [edge(rig, "only")],
  });
  const controller = new AbortController();
  const context = rig.context(stack, {
    signal: controller.signal,
    emit: (event) => {
      if (event.type === "node-started" && event.node.id === "wait:app")
        setTimeout(
          () => controller.abort(new QclockError("interrupted", "Interrupted by SIGINT.")),
          200,
        );
    },
  });
  const startedMs = performance.now();
  expect((await up(context, {})).status).toBe("aborted");
  expect(performance.now() - startedMs).toBeLessThan(8000);
  expect(await rig.engine.inspectContainer(`${rig.name}-app-1`)).toMatchObject({
    status: "exited",
  });
  expect(await rig.labelled()).not.toContainEqual(expect.stringContaining("-qclock-hold"));

  const mended = rig.stack({
    services: [
      aShellService(rig.name, "app", {
        ...on("only"),
        command: webServer(8080),
        probes: [httpProbe(8080)],
      }),
    ],
    networks: [edge(rig, "only")],
  });
  expect((await up(rig.context(mended), {})).status).toBe("succeeded");
});

test("a service that runs but is not ready yet is waited for, not failed and not made again", async () => {
  await using rig = await createTestStack();
  const late = webServer(8080).at(-1) ?? "";
  const stackOf = (probes: readonly Probe[]): ReturnType<TestStack["stack"]> =>
    rig.stack({
      services: [
        aShellService(rig.name, "app", {
          ...on("only"),
          command: ["/usr/bin/perl", "-e", `sleep 3; ${late}`],
          probes,
        }),
      ],
      networks: [edge(rig, "only")],
    });
  await up(rig.context(stackOf([])), {});
  const ids = await rig.containerIds();

  const report = await up(rig.context(stackOf([httpProbe(8080)])), {});
  expect(report.status).toBe("succeeded");
  expect(report.nodes.map(({ node }) => [node.id, node.cause])).toEqual([
    ["wait:app", "not ready: http_get: connection refused"],
  ]);
  expect(await rig.containerIds()).toEqual(ids);
});

test("a user that only the image's own accounts name owns its files", async () => {
  await using rig = await createTestStack();
  await rig.writeTool("etc/passwd", "root:x:0:0::/:/bin/sh\nwww-data:x:33:34::/:/bin/sh\n");
  const secrets = [{ secret: "password", target: "/run/secrets/password", mode: 0o400 }];
  const stackOf = (user: string): ReturnType<TestStack["stack"]> =>
    rig.stack({
      services: [
        aShellService(rig.name, "app", {
          ...on("only"),
          user,
          secrets,
          tmpfs: [{ target: "/run/app", sizeBytes: 65_536, mode: 0o700 }],
        }),
      ],
      networks: [edge(rig, "only")],
      secrets: [{ name: "password", source: { type: "generate", length: 24 } }],
    });

  expect((await up(rig.context(stackOf("www-data")), {})).status).toBe("succeeded");
  const owners = ["/usr/bin/stat", "-c", "%u:%g", "/run/app", "/run/secrets/password"];
  expect(await run(rig, "app", ...owners)).toBe("33:34\n33:34");
  expect(await run(rig, "app", "/bin/cat", "/run/secrets/password")).toHaveLength(24);
  expect(failureOf(await up(rig.context(stackOf("nobody-here")), {})).message).toContain(
    "nobody-here",
  );
});

test("with nothing to do, an address is told only once no other run is at work on the stack", async () => {
  await using rig = await createTestStack();
  const stack = rig.stack({
    services: [
      aShellService(rig.name, "app", {
        ...on("only"),
        stopGracePeriodMs: 1500,
        script: "trap '' TERM; while :; do sleep 0.1; done",
      }),
    ],
    networks: [edge(rig, "only")],
  });
  await up(rig.context(stack), {});

  const stopping = Promise.withResolvers<void>();
  const context = rig.context(stack, {
    holder: { host: hostname(), pid: process.pid, user: "tester", command: "down" },
    emit: (event) => {
      if (event.type === "node-started") stopping.resolve();
    },
  });
  const goingDown = down({ ...context, stackName: rig.name }, {});
  await stopping.promise;
  await expect(up(rig.context(stack), {})).rejects.toMatchObject({
    code: "stack-locked",
    message: expect.stringContaining('"qclock down" of tester@'),
  });
  const waiting = up(rig.context(stack, { holdTimeoutMs: 60_000 }), {});
  await goingDown;

  const report = await waiting;
  expect(report.status).toBe("succeeded");
  expect(await rig.engine.inspectContainer(`${rig.name}-app-1`)).toMatchObject({
    status: "running",
  });
});

test("a run that fails says what it leaves running of what it started", async () => {
  await using rig = await createTestStack();
  const stack = rig.stack({
    services: [
      aShellService(rig.name, "store", on("only")),
      aShellService(rig.name, "app", {
        ...on("only"),
        dependsOn: new Map([["store", "service_healthy"]]),
        restart: { type: "no" },
        script: "echo no configuration; exit 3",
      }),
    ],
    networks: [edge(rig, "only")],
  });
  const report = await up(rig.context(stack), {});

  expect(failureOf(report).message).toBe('Service "app" ended with exit code 3.');
  const types = rig.events.map((event) => (event.type === "notice" ? event.message : event.type));
  expect(types.slice(-2)).toEqual([
    "Started by this run and left running: store; started and ended: app.",
    "run-finished",
  ]);
});

test("a crash loop is told with the exit code of its ends, whatever it does when it is looked at", async () => {
  await using rig = await createTestStack();
  const stack = rig.stack({
    services: [
      aShellService(rig.name, "app", {
        ...on("only"),
        restart: { type: "on-failure", maximumRetries: 50 },
        script: "sleep 0.3; echo broken; exit 78",
        probes: [httpProbe(8080)],
      }),
    ],
    networks: [edge(rig, "only")],
  });
  const error = failureOf(await up(rig.context(stack), {}));

  expect(error.code).toBe("container-exited");
  expect(error.message).toMatch(
    /^Service "app" (?:ended|ends again and again, last) with exit code 78\.$/u,
  );
  expect(error.details.join("\n")).not.toContain("exit code 0");
});
