import { describe, expect, test } from "vitest";
import { QclockError } from "../../../src/error.ts";
import { formatPlan } from "../../../src/plan/format-plan.ts";
import { secretsHash } from "../../../src/plan/volumes/plan-volumes.ts";
import type { Observed, ObservedContainer } from "../../../src/plan/observed.ts";
import { labels } from "../../../src/stack/labels.ts";
import type { Service } from "../../../src/stack/stack.ts";
import {
  aDockerfileImage,
  afterUp,
  aNetwork,
  anImage,
  anObserved,
  anObservedImage,
  anObservedNetwork,
  anObservedVolume,
  aService,
  aStack,
  aVolume,
  onNetworks,
  type PlanChanges,
  planFor,
  recordsOf,
  type StackParts,
} from "../../support/builders.ts";

/**
 *   base <- app       app --- edge --- db
 *   base <- db        app --- publish        db mounts data
 */
function threeTiers(app: Partial<Service> = {}, db: Partial<Service> = {}): StackParts {
  return {
    images: [
      anImage("base"),
      anImage("app", { parent: "base" }),
      anImage("db", { parent: "base" }),
    ],
    services: [
      aService({
        name: "db",
        ...onNetworks(["edge"]),
        mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }],
        ...db,
      }),
      aService({
        name: "app",
        dependsOn: new Map([["db", "service_healthy"]]),
        ports: [{ hostAddress: "127.0.0.1", hostPort: 8080, containerPort: 80, protocol: "tcp" }],
        ...onNetworks(["edge", "publish"]),
        ...app,
      }),
    ],
    networks: [aNetwork("edge"), aNetwork("publish", { internal: false, origin: "publish" })],
    volumes: [aVolume("data")],
  };
}

function plan(parts: StackParts, observed = anObserved(), changes: PlanChanges = {}): string {
  return formatPlan(planFor(aStack(parts), observed, changes));
}

/** The text after the arrow of the lines that are about the word. */
function linesAbout(text: string, word: string): readonly string[] {
  return text.split("\n").filter((line) => line.includes(word));
}

test("everything is made where there is nothing", () => {
  expect(plan(threeTiers())).toMatchInlineSnapshot(`
    "[] -> assemble:base, not found
    [assemble:base] -> load:base, assembled
    [assemble:base] -> assemble:app, not found
    [assemble:app load:base] -> load:app, assembled
    [assemble:base] -> assemble:db, not found
    [assemble:db load:base] -> load:db, assembled
    [] -> network:edge, not found
    [] -> network:publish, not found
    [] -> volume:data, not found
    [load:db network:edge volume:data] -> create:db, not found
    [create:db] -> start:db, created
    [start:db] -> wait:db, started
    [load:app network:edge] -> create:app, not found
    [create:app network:publish] -> connect:app:publish, service app is on network publish
    [create:app connect:app:publish wait:db] -> start:app, created
    [start:app] -> wait:app, started
    "
  `);
});

test("nothing is done where everything is as declared, and each thing says why", () => {
  const stack = aStack(threeTiers());
  const { nodes, unchanged } = planFor(stack, afterUp(stack));

  expect(nodes).toEqual([]);
  expect(unchanged.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`))
    .toMatchInlineSnapshot(`
    [
      "image base: up to date",
      "image app: up to date",
      "image db: up to date",
      "network edge: exists",
      "network publish: exists",
      "volume data: exists",
      "service db: running as declared",
      "service app: running as declared",
    ]
  `);
});

test("only the containers of an image that changed are made again, and the plan says what changed", () => {
  const stack = aStack(threeTiers());
  const changed = {
    app: { fingerprint: "sha256:app-2", change: "file index.php changed" },
  } as const;

  expect(formatPlan(planFor(stack, afterUp(stack), { images: changed }))).toMatchInlineSnapshot(`
    "[] -> assemble:app, file index.php changed
    [assemble:app] -> load:app, assembled
    [load:app] -> stop:app, image app changed: file index.php changed
    [stop:app load:app] -> remove:app, image app changed: file index.php changed
    [load:app remove:app] -> create:app, image app changed: file index.php changed
    [create:app] -> connect:app:publish, service app is on network publish
    [create:app connect:app:publish] -> start:app, created
    [start:app] -> wait:app, started
    [load:app remove:app create:app] -> remove-image:app, replaced by the new image
    "
  `);
});

test("a container that was removed by hand returns alone: its dependents are not touched", () => {
  const stack = aStack(threeTiers());

  expect(formatPlan(planFor(stack, afterUp(stack, { db: undefined })))).toMatchInlineSnapshot(`
    "[] -> create:db, not found
    [create:db] -> start:db, created
    [start:db] -> wait:db, started
    [wait:db] -> wait:app, needs service db
    "
  `);
});

test.each<[string, Partial<Service>, string]>([
  ["a variable", { environment: new Map([["LOG_LEVEL", "debug"]]) }, "environment diverged"],
  [
    "a port",
    { ports: [{ hostAddress: "127.0.0.1", hostPort: 9090, containerPort: 80, protocol: "tcp" }] },
    "ports diverged",
  ],
  ["a command", { command: ["serve"] }, "command diverged"],
  ["a limit", { limits: { memoryBytes: 1, cpus: 1, pids: 1 } }, "limits diverged"],
  ["a label", { labels: new Map([["tier", "front"]]) }, "labels diverged"],
  ["the user", { user: "10002" }, "user diverged"],
])("%s that changed makes the container again and is named", (_, change, cause) => {
  const before = afterUp(aStack(threeTiers()));
  const text = plan(threeTiers(change), before);

  expect(linesAbout(text, "-> create:")).toEqual([expect.stringContaining(`create:app, ${cause}`)]);
  expect(linesAbout(text, "-> remove:")).toEqual([
    expect.stringContaining("[stop:app] -> remove:app"),
  ]);
});

test("a probe, an order or a reason that changed leaves the container alone", () => {
  const before = afterUp(aStack(threeTiers()));
  const after = threeTiers({
    dependsOn: new Map([["db", "service_started"]]),
    exceptions: [{ rule: "outbound", reason: "needs the network" }],
    probes: aService({ name: "app", httpProbe: 80 }).probes,
  });

  expect(plan(after, before)).toBe("");
});

test.each<[string, Partial<ObservedContainer>, string]>([
  ["exited", { status: "exited", exitCode: 137 }, "start:app, exited (137)"],
  ["created", { status: "created" }, "start:app, never started"],
  ["dead", { status: "dead" }, "create:app, dead"],
  ["paused", { status: "paused" }, "create:app, paused"],
  ["crash-looping", { status: "restarting", exitCode: 1 }, "create:app, crash loop, exited (1)"],
])("a container that is %s is brought back, and waited for", (_, state, expected) => {
  const stack = aStack(threeTiers());
  const text = formatPlan(planFor(stack, afterUp(stack, { app: state })));

  expect(text).toContain(expected);
  expect(text).toContain("[start:app] -> wait:app, started");
  expect(text).not.toContain("db");
});

test("containers and networks that the manifest no longer names are removed, their volumes not", () => {
  const before = afterUp(aStack(threeTiers()));
  const { images, services = [] } = threeTiers();
  const [db] = services;
  const after: StackParts = {
    ...(images === undefined ? {} : { images }),
    services: db === undefined ? [] : [{ ...db, ...onNetworks(["alone"]) }],
    networks: [aNetwork("alone")],
    volumes: [],
  };

  const text = plan(after, before);
  expect(text).toContain("[] -> stop:t-app-1, service app is not in the manifest");
  expect(text).toContain("[stop:t-app-1] -> remove:t-app-1, service app is not in the manifest");
  expect(linesAbout(text, "remove-network:")).toHaveLength(2);
  for (const line of linesAbout(text, "remove-network:")) expect(line).toContain("remove:t-app-1");
  expect(text).not.toContain("remove-volume");
});

test("a helper that a killed run left behind is removed, a hold is not", () => {
  const stack = aStack(threeTiers());
  const before = afterUp(stack);
  const left = { id: "x", ours: true, status: "created", networks: [] } as const;
  const containers = [
    ...before.containers,
    { ...left, name: "qclock-helper-1", role: "helper" },
    { ...left, name: "qclock-hold-t", role: "hold" },
  ];

  expect(formatPlan(planFor(stack, { ...before, containers }))).toBe(
    "[] -> remove:qclock-helper-1, left by an interrupted run\n",
  );
});

test.each([
  [
    "container",
    { containers: [{ id: "x", name: "t-app-1", ours: false, status: "running", networks: [] }] },
  ],
  ["network", { networks: [anObservedNetwork(aNetwork("edge"), { ours: false })] }],
  ["volume", { volumes: [anObservedVolume(aVolume("data"), { ours: false })] }],
] as const)(
  "a foreign %s with one of our names stops the plan and is never touched",
  (noun, observed) => {
    const attempt = (): string => plan(threeTiers(), anObserved(observed));

    expect(attempt).toThrow(QclockError);
    expect(attempt).toThrow(/not this stack's/);
    expect(attempt).toThrow(new RegExp(noun));
  },
);

test("data that another system made is refused, not started over", () => {
  const volumes = [
    anObservedVolume(aVolume("data"), { labels: new Map([["dev.qclock.os", "debian-13"]]) }),
  ];

  expect(() => plan(threeTiers(), anObserved({ volumes }))).toThrow(
    expect.objectContaining({
      code: "foreign-volume",
      message: expect.stringContaining("debian-13"),
    }),
  );
});

test("a network whose declaration changed is replaced, and with it the containers on it", () => {
  const before = afterUp(aStack(threeTiers()));
  const after = {
    ...threeTiers(),
    networks: [
      aNetwork("edge", { internal: false }),
      aNetwork("publish", { internal: false, origin: "publish" }),
    ],
  } as const;

  expect(plan(after, before)).toMatchInlineSnapshot(`
    "[] -> stop:app, network edge changed
    [stop:app] -> remove:app, network edge changed
    [remove:app] -> stop:db, network edge changed
    [stop:db remove:app] -> remove:db, network edge changed
    [remove:db remove:app] -> remove-network:edge, its declaration changed
    [remove-network:edge] -> network:edge, its declaration changed
    [network:edge remove:db] -> create:db, network edge changed
    [create:db] -> start:db, created
    [start:db] -> wait:db, started
    [network:edge remove:app] -> create:app, network edge changed
    [create:app] -> connect:app:publish, service app is on network publish
    [create:app connect:app:publish wait:db] -> start:app, created
    [start:app] -> wait:app, started
    "
  `);
});

test("a job runs once for each definition", () => {
  const job = (command: string): StackParts => ({
    images: [anImage("app")],
    services: [
      aService({ name: "migrate", image: "app", job: true, command: [command] }),
      aService({
        name: "app",
        dependsOn: new Map([["migrate", "service_completed_successfully"]]),
      }),
    ],
  });
  const stack = aStack(job("one"));

  expect(formatPlan(planFor(stack, afterUp(stack)))).toBe("");
  expect(plan(job("two"), afterUp(stack))).toMatchInlineSnapshot(`
    "[] -> remove:migrate, command diverged
    [remove:migrate] -> create:migrate, command diverged
    [create:migrate] -> start:migrate, created
    [start:migrate] -> wait:migrate, started
    [wait:migrate] -> wait:app, needs service migrate
    "
  `);
  expect(formatPlan(planFor(stack, afterUp(stack, { migrate: { exitCode: 3 } })))).toContain(
    "create:migrate, failed (3)",
  );
});

test("images of one level are assembled side by side; loading one does not hold up assembling the next", () => {
  const text = plan({
    images: [
      anImage("base"),
      anImage("left", { parent: "base" }),
      anImage("right", { parent: "base" }),
    ],
  });

  expect(text).toMatchInlineSnapshot(`
    "[] -> assemble:base, not found
    [assemble:base] -> load:base, assembled
    [assemble:base] -> assemble:left, not found
    [assemble:left load:base] -> load:left, assembled
    [assemble:base] -> assemble:right, not found
    [assemble:right load:base] -> load:right, assembled
    "
  `);
});

test("a Dockerfile image waits until its parent is in the Engine", () => {
  expect(plan({ images: [anImage("base"), aDockerfileImage("app", ["base"])] })).toContain(
    "[load:base] -> build:app, not found",
  );
});

test("a choice of services brings what they depend on, and leaves the rest of the stack alone", () => {
  const parts = threeTiers();
  const stack = aStack({
    ...parts,
    images: [...(parts.images ?? []), anImage("other")],
    services: [...(parts.services ?? []), aService({ name: "other" })],
  });

  expect(formatPlan(planFor(stack, anObserved(), { options: { services: ["db"] } })))
    .toMatchInlineSnapshot(`
    "[] -> assemble:base, not found
    [assemble:base] -> load:base, assembled
    [assemble:base] -> assemble:db, not found
    [assemble:db load:base] -> load:db, assembled
    [] -> network:edge, not found
    [] -> volume:data, not found
    [load:db network:edge volume:data] -> create:db, not found
    [create:db] -> start:db, created
    [start:db] -> wait:db, started
    "
  `);
  expect(
    formatPlan(planFor(stack, anObserved(), { options: { services: ["app"] } })),
  ).not.toContain("other");
});

test("a service waits for its dependencies in the way that it asks for", () => {
  const text = plan({
    images: [anImage("app")],
    services: [
      aService({ name: "started", image: "app" }),
      aService({ name: "healthy", image: "app" }),
      aService({ name: "done", image: "app", job: true }),
      aService({
        name: "app",
        dependsOn: new Map([
          ["started", "service_started"],
          ["healthy", "service_healthy"],
          ["done", "service_completed_successfully"],
        ]),
      }),
    ],
  });

  expect(linesAbout(text, "-> start:app")).toEqual([
    "[create:app start:started wait:healthy wait:done] -> start:app, created",
  ]);
  expect(linesAbout(text, "-> create:app")).toEqual(["[load:app] -> create:app, not found"]);
});

describe("a service that wishes to be started again after what it depends on", () => {
  const parts = threeTiers({ restartsWith: ["db"] });
  const stack = aStack(parts);

  test("is stopped before that is made again, and started once it is ready", () => {
    const observed = afterUp(stack, { db: { configHash: "image=x;environment=y" } });

    expect(plan(parts, observed)).toMatchInlineSnapshot(`
      "[] -> stop:app, service db is made again
      [stop:app] -> stop:db, image db changed
      [stop:db stop:app] -> remove:db, image db changed
      [remove:db] -> create:db, image db changed
      [create:db] -> start:db, created
      [start:db] -> wait:db, started
      [stop:app wait:db] -> start:app, service db is made again
      [start:app] -> wait:app, started
      "
    `);
  });

  test("runs until the new image is there", () => {
    const images = { db: { fingerprint: "sha256:db-2" } } as const;
    const { nodes } = planFor(stack, afterUp(stack), { images });

    expect(nodes.find(({ id }) => id === "stop:app")).toMatchObject({
      operation: { type: "stop-container", name: "t-app-1" },
      dependsOn: ["load:db"],
    });
  });

  test.each<[string, Partial<ObservedContainer> | undefined, string]>([
    ["is gone", undefined, "service db is made"],
    ["has ended", { status: "exited", exitCode: 1 }, "service db is started"],
  ])("is started again where that %s", (_, db, cause) => {
    const { nodes } = planFor(stack, afterUp(stack, { db }));

    expect(nodes.find(({ id }) => id === "start:app")).toMatchObject({
      cause,
      dependsOn: expect.arrayContaining(["stop:app", "wait:db"]),
    });
    expect(nodes.map(({ id }) => id)).not.toContain("create:app");
  });

  test("is left alone where nothing changes, or does not run, or is made again itself", () => {
    expect(planFor(stack, afterUp(stack)).nodes).toEqual([]);
    const ended = { status: "exited", exitCode: 0 } as const;
    const both = planFor(stack, afterUp(stack, { db: undefined, app: ended }));
    expect(both.nodes.map(({ id }) => id)).not.toContain("stop:app");
    const { nodes } = planFor(stack, afterUp(stack), { options: { forceRecreate: true } });
    expect(nodes.filter(({ id }) => id === "start:app")).toMatchObject([{ cause: "created" }]);
  });

  test("is told where the run is not about it", () => {
    const about = (changes: Readonly<Record<string, Partial<ObservedContainer> | undefined>>) =>
      planFor(stack, afterUp(stack, changes), { options: { services: ["db"] } });

    const changed = about({ db: undefined });
    expect(changed.notices).toEqual([
      "app is to be started again after that, and is left running: qclock restart app.",
    ]);
    expect(changed.nodes.map(({ id }) => id)).not.toContain("start:app");
    expect(about({}).notices).toEqual([]);
  });

  test("hands it on to what wishes it of that", () => {
    const web = aService({
      name: "web",
      dependsOn: new Map([["app", "service_healthy"]]),
      restartsWith: ["app"],
    });
    const chain = aStack({
      ...parts,
      images: [...(parts.images ?? []), anImage("web")],
      services: [...(parts.services ?? []), web],
    });
    const images = { db: { fingerprint: "sha256:db-2" } } as const;
    const { nodes } = planFor(chain, afterUp(chain), { images });

    const stops = nodes.filter(({ operation }) => operation.type === "stop-container");
    expect(stops.map(({ id, dependsOn, cause }) => [id, dependsOn, cause])).toEqual([
      ["stop:web", ["load:db"], "service app is started again"],
      ["stop:app", ["load:db", "stop:web"], "service db is made again"],
      ["stop:db", ["load:db", "stop:app"], expect.stringContaining("image db changed")],
    ]);
  });

  test("is asked once, however many ways lead to what is made again", () => {
    const levels = Array.from({ length: 40 }, (_, level) => {
      const below = level === 0 ? ["app"] : [`left-${level - 1}`, `right-${level - 1}`];
      return ["left", "right"].map((side) =>
        aService({
          name: `${side}-${level}`,
          image: "app",
          dependsOn: new Map(below.map((name) => [name, "service_healthy"])),
          restartsWith: below,
        }),
      );
    });
    const ladder = aStack({ ...parts, services: [...(parts.services ?? []), ...levels.flat()] });
    const images = { db: { fingerprint: "sha256:db-2" } } as const;
    const { nodes } = planFor(ladder, afterUp(ladder), { images });

    const top = nodes.find(({ id }) => id === "stop:left-39");
    expect(top?.dependsOn).toEqual(["load:db"]);
    expect(nodes.filter(({ id }) => id.startsWith("stop:"))).toHaveLength(82);
  });
});

test("with --force-recreate every container is made again, and nothing else", () => {
  const stack = aStack(threeTiers());
  const { nodes } = planFor(stack, afterUp(stack), { options: { forceRecreate: true } });

  expect(new Set(nodes.map(({ operation }) => operation.type))).toEqual(
    new Set([
      "stop-container",
      "remove-container",
      "create-container",
      "connect-network",
      "start-container",
      "wait-ready",
    ]),
  );
  expect(nodes.filter(({ id }) => id.startsWith("create:")).map(({ cause }) => cause)).toEqual([
    "asked for",
    "asked for",
  ]);
});

test("an image that lost its name to a newer one is removed", () => {
  const stack = aStack(threeTiers());
  const before = afterUp(stack);
  const old = anObservedImage("app", {
    id: "sha256:0123456789abcdef",
    reference: "sha256:0123456789abcdef",
    identity: "sha256:0123456789abcdef",
  });
  const images = new Map([...before.images, [old.reference, old]]);

  expect(formatPlan(planFor(stack, { ...before, images }))).toBe(
    "[] -> remove-image:0123456789ab, replaced by a newer image\n",
  );
});

test("the order of a plan is an order in which it can be carried out", () => {
  for (const observed of [
    anObserved(),
    afterUp(aStack(threeTiers()), { db: { status: "dead" } }),
  ]) {
    const seen = new Set<string>();
    for (const { id, dependsOn } of planFor(aStack(threeTiers({ command: ["new"] })), observed)
      .nodes) {
      for (const dependency of dependsOn) expect(seen).toContain(dependency);
      expect(seen).not.toContain(id);
      seen.add(id);
    }
  }
});

/**
 * How much is planned and looked at for so many services in a chain, each on a network of its own.
 */
function workFor(count: number) {
  let reads = 0;
  const counted = <Value extends object>(value: Value): Value =>
    new Proxy(value, {
      get(target, key, receiver) {
        reads += 1;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  const services = Array.from({ length: count }, (_, index) =>
    aService({
      name: `s${index}`,
      image: "app",
      dependsOn: new Map(index === 0 ? [] : [[`s${index - 1}`, "service_healthy"]]),
      ...onNetworks(index === 0 ? [] : [`n${index}`]),
    }),
  );
  const networks = Array.from({ length: count }, (_, index) => aNetwork(`n${index}`));
  const images = [anImage("app")];
  const stack = aStack({ images, services: services.map(counted), networks });
  const present = afterUp(stack);
  const observed = {
    ...present,
    containers: present.containers.map(counted),
    networks: present.networks.map(counted),
  };
  reads = 0;
  const { nodes } = planFor(stack, anObserved());
  expect(planFor(stack, observed).nodes).toEqual([]);
  const edges = nodes.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
  return { nodes: nodes.length, edges, reads };
}

test("the work of planning grows with the number of services, not with its square", () => {
  const [few, many] = [workFor(100), workFor(400)];

  expect(few.nodes).toBeGreaterThan(300);
  expect(many.nodes / few.nodes).toBeLessThan(4.2);
  expect(many.edges / few.edges).toBeLessThan(4.2);
  expect(many.reads / few.reads).toBeLessThan(4.2);
});

test("a container that a killed run left without one of its networks is made again", () => {
  const stack = aStack(threeTiers());
  const halfMade = { status: "created", networks: ["t_edge"] } as const;
  const text = formatPlan(planFor(stack, afterUp(stack, { app: halfMade })));
  expect(linesAbout(text, "app")).toEqual([
    "[] -> remove:app, not on network publish",
    "[remove:app] -> create:app, not on network publish",
    "[create:app] -> connect:app:publish, service app is on network publish",
    "[create:app connect:app:publish] -> start:app, created",
    "[start:app] -> wait:app, started",
  ]);
});

test("a container that a killed run did not join to all its networks is made again", () => {
  const stack = aStack(threeTiers());

  for (const status of ["created", "running"] as const) {
    const before = afterUp(stack, { app: { status, networks: ["t_edge"] } });
    expect(formatPlan(planFor(stack, before))).toContain("create:app, not on network publish");
  }
});

test("a container whose network was removed by hand cannot be started, so it is made again", () => {
  const stack = aStack(threeTiers());
  const before = afterUp(stack, { app: { status: "exited" } });
  const networks = before.networks.filter(({ name }) => name !== "t_publish");

  const text = formatPlan(planFor(stack, { ...before, networks }));
  expect(text).toContain("-> network:publish, not found");
  expect(text).toContain("create:app, network publish was removed");
});

test("the same inputs may give another image, and then the container is made again", () => {
  const stack = aStack(threeTiers());
  const before = afterUp(stack);
  const other = anObservedImage("app", { id: "sha256:other", identity: "sha256:other" });
  const images = new Map(before.images).set(other.reference, other);

  expect(formatPlan(planFor(stack, { ...before, images }))).toContain(
    "create:app, made from another image than app is now",
  );
});

test("a job that still runs is waited for by what depends on it", () => {
  const stack = aStack({
    images: [anImage("app")],
    services: [
      aService({ name: "migrate", image: "app", job: true }),
      aService({
        name: "app",
        dependsOn: new Map([["migrate", "service_completed_successfully"]]),
      }),
    ],
  });
  const before = afterUp(stack, { migrate: { status: "running" }, app: undefined });

  const text = formatPlan(planFor(stack, before));
  expect(text).toContain("[] -> wait:migrate, still running");
  expect(text).toContain("[create:app wait:migrate] -> start:app, created");
});

test("a service that runs but is not ready is waited for, and so is what needs something that moves", () => {
  const stack = aStack(threeTiers());
  const unready = new Map([["db", "tcp_socket:3306: connection refused"]]);

  expect(formatPlan(planFor(stack, afterUp(stack), { options: { unready } })))
    .toBe(`[] -> wait:db, not ready: tcp_socket:3306: connection refused
[wait:db] -> wait:app, needs service db
`);
});

test("what is made again stops against the order in which it starts", () => {
  const stack = aStack(threeTiers());
  const text = formatPlan(planFor(stack, afterUp(stack), { options: { forceRecreate: true } }));

  expect(text).toContain("[remove:app] -> stop:db, asked for");
});

test("a choice of services whose network is replaced takes along who else is on it", () => {
  const before = afterUp(aStack(threeTiers()));
  const after = aStack({
    ...threeTiers(),
    networks: [
      aNetwork("edge", { internal: false }),
      aNetwork("publish", { internal: false, origin: "publish" }),
    ],
  });

  const text = formatPlan(planFor(after, before, { options: { services: ["db"] } }));
  expect(text).toContain("remove:app] -> remove-network:edge");
  expect(text).toContain("-> create:app, network edge changed");
});

test("a foreign image with one of our names stops the plan and is neither replaced nor removed", () => {
  const images = [anObservedImage("app", { labels: new Map(), fingerprint: "sha256:theirs" })];

  expect(() => plan(threeTiers(), anObserved({ images }))).toThrow(
    expect.objectContaining({ code: "foreign-object" }),
  );
});

test("a pinned image is pulled again when another content is pinned", () => {
  const image = {
    type: "pulled",
    name: "app",
    reference: "qclock.invalid/t/app:latest",
    source: "registry.example/app@sha256:2",
  } as const;
  const observed = anObserved({ images: [anObservedImage("app", { labels: new Map() })] });

  expect(plan({ images: [image] }, observed)).toBe("");
  expect(
    plan({ images: [image] }, observed, { images: { app: { change: "its base changed" } } }),
  ).toBe("[] -> pull:app, its base changed\n");
});

test("a second container of a service, under another name, is a leftover", () => {
  const stack = aStack(threeTiers());
  const before = afterUp(stack);
  const [first] = before.containers;
  const containers = [
    ...before.containers,
    ...(first === undefined ? [] : [{ ...first, id: "two", name: "renamed" }]),
  ];

  expect(formatPlan(planFor(stack, { ...before, containers }))).toContain(
    "-> remove:renamed, service db has another container",
  );
});

test("secrets whose container was never made are written again: the run may have been killed while it wrote", () => {
  const secrets = [{ secret: "key", target: "/run/secrets/key", mode: 0o400 }];
  const stack = aStack({
    images: [anImage("app")],
    services: [aService({ name: "app", secrets })],
  });
  const volume = anObservedVolume(aVolume("app-secrets"), {
    configHash: secretsHash(aService({ name: "app", secrets })),
    secrets: ["key"],
  });
  const before = afterUp(stack);

  expect(formatPlan(planFor(stack, { ...before, volumes: [volume] }))).toBe("");
  const changed = { changedSecrets: new Set(["app"]) };
  expect(formatPlan(planFor(stack, { ...before, volumes: [volume] }, changed))).toContain(
    "-> create:app, its secrets changed",
  );
  expect(formatPlan(planFor(stack, { ...before, containers: [], volumes: [volume] })))
    .toMatchInlineSnapshot(`
    "[] -> remove-secrets:app, perhaps not written to their end
    [remove-secrets:app] -> secrets:app, perhaps not written to their end
    [secrets:app] -> create:app, not found
    [create:app] -> start:app, created
    [start:app] -> wait:app, started
    "
  `);

  const written = { writtenSecrets: new Set(["app"]) };
  const known = planFor(stack, { ...before, containers: [], volumes: [volume] }, written);
  expect(known.nodes.map(({ id }) => id)).toEqual(["create:app", "start:app", "wait:app"]);
  const other = { ...volume, configHash: "another" };
  expect(
    formatPlan(planFor(stack, { ...before, containers: [], volumes: [other] }, written)),
  ).toContain("secrets:app, its secrets changed");
});

test("a volume of secrets that a service has no more concerns its container no more", () => {
  const stack = aStack({ images: [anImage("app")], services: [aService({ name: "app" })] });
  const secrets = [{ secret: "key", target: "/run/secrets/key", mode: 0o400 }];
  const volume = anObservedVolume(aVolume("app-secrets"), {
    configHash: secretsHash(aService({ name: "app", secrets })),
    secrets: ["key"],
  });

  expect(formatPlan(planFor(stack, { ...afterUp(stack), volumes: [volume] }))).toBe("");
});

test("an old container runs until its own new image is there, and waits for no other", () => {
  const stack = aStack({
    images: [anImage("app"), anImage("app2")],
    services: [aService({ name: "app" }), aService({ name: "app2" })],
  });
  const images = {
    app: { fingerprint: "sha256:new" },
    app2: { fingerprint: "sha256:new" },
  } as const;

  expect(formatPlan(planFor(stack, afterUp(stack), { images }))).toContain(
    "[load:app] -> stop:app, image app changed",
  );
});

test("a network has room for everyone on it", () => {
  const services = Array.from({ length: 40 }, (_, index) =>
    aService({ name: `s${index}`, image: "app", ...onNetworks(["crowd"]) }),
  );
  const networks = [aNetwork("pair"), aNetwork("crowd")];
  const { nodes } = planFor(aStack({ images: [anImage("app")], services, networks }), anObserved());

  expect(nodes.find(({ id }) => id === "network:crowd")?.operation).toMatchObject({
    subnet: "10.213.0.0/26",
  });
});

test("of two networks with one name a foreign one stops the plan, whichever the Engine lists first", () => {
  const stack = aStack(threeTiers());
  const before = afterUp(stack);
  const foreign = anObservedNetwork(aNetwork("edge"), { id: "theirs", ours: false });

  for (const networks of [
    [foreign, ...before.networks],
    [...before.networks, foreign],
  ])
    expect(() => planFor(stack, { ...before, networks })).toThrow(
      expect.objectContaining({ code: "foreign-object" }),
    );
});

test("of two networks with one name one goes before anything starts on the other", () => {
  const stack = aStack(threeTiers());
  const before = afterUp(stack, { app: { status: "exited" } });
  const double = anObservedNetwork(aNetwork("publish"), { id: "fedcba987654321" });
  const { networks } = before;

  const text = formatPlan(planFor(stack, { ...before, networks: [double, ...networks] }));
  expect(text).toContain("[] -> remove-network:publish:fedcba987654, another one has its name");
  expect(text).toContain("[remove-network:publish:fedcba987654] -> start:app, exited (0)");
});

test("an image with the right label that qclock did not build is built again, and stays for its owner", () => {
  const stack = aStack(threeTiers());
  const before = afterUp(stack);
  const exchanged = anObservedImage("app", { id: "sha256:theirs", identity: "sha256:theirs" });
  const observed = {
    ...before,
    images: new Map([...before.images, [exchanged.reference, exchanged]]),
  };

  expect(formatPlan(planFor(stack, observed, { records: recordsOf(before) })))
    .toMatchInlineSnapshot(`
    "[] -> assemble:app, it is not the image that qclock built
    [assemble:app] -> load:app, assembled
    "
  `);
});

test("an image that nothing records is built again; one that a container was made from is recorded by it", () => {
  const stack = aStack(threeTiers());
  const text = formatPlan(planFor(stack, afterUp(stack), { records: new Map() }));

  expect(text).toContain("-> assemble:base, nothing here records that qclock built it");
  expect(text).not.toContain(":app");
  expect(text).not.toContain("remove-image");
});

test("an image whose scripts made another layer than the lock names is made again", () => {
  const stack = aStack(threeTiers());
  const before = afterUp(stack);
  const [one, other] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`] as const;
  const labelled = (value: string): Observed => {
    const ran = new Map([
      [labels.stack, "t"],
      [labels.runLayers, value],
    ]);
    const image = anObservedImage("app", { labels: ran });
    return { ...before, images: new Map([...before.images, [image.reference, image]]) };
  };
  const planOf = (observed: Observed): string =>
    formatPlan(planFor(stack, observed, { images: { app: { runLayers: [one] } } }));

  for (const observed of [before, labelled(other)]) {
    expect(planOf(observed)).toContain(
      "[] -> assemble:app, its scripts made another layer than the lock names",
    );
  }
  expect(planOf(labelled(`${other},${one}`))).toBe("");
});

test("a container that runs another image than the recorded one is made again", () => {
  const stack = aStack(threeTiers());
  const text = formatPlan(planFor(stack, afterUp(stack, { app: { imageId: "sha256:theirs" } })));

  expect(text).toContain(
    "-> create:app, it runs sha256:theirs, which is not an image that qclock built",
  );
});

test("a Dockerfile image whose name was given away is built again, and its service made of that", () => {
  const stack = aStack({
    images: [aDockerfileImage("app")],
    services: [aService({ name: "app" })],
  });
  const before = afterUp(stack);
  const exchanged = anObservedImage("app", { id: "sha256:theirs", identity: "sha256:theirs" });
  const observed = { ...before, images: new Map([[exchanged.reference, exchanged]]) };
  const text = formatPlan(planFor(stack, observed, { records: recordsOf(before) }));

  expect(text).toContain("-> build:app, it is not the image that qclock built");
  expect(text).toContain("-> create:app, image app is built again");
});

test("a pinned image whose name was given away is pulled again", () => {
  const image = {
    type: "pulled",
    name: "app",
    reference: "qclock.invalid/t/app:latest",
    source: "registry.example/app@sha256:2",
  } as const;
  const observed = anObserved({ images: [anObservedImage("app", { labels: new Map() })] });
  const records = new Map([["sha256:app-1", new Set(["sha256:pulled"])]]);

  expect(plan({ images: [image] }, observed, { records })).toBe(
    "[] -> pull:app, it is not the image that qclock built\n",
  );
});

test("an image without a name is a leftover only when qclock is known to have built it", () => {
  const stack = aStack(threeTiers());
  const before = afterUp(stack);
  const nameless = ["old", "theirs"].map((name) =>
    anObservedImage(name, { reference: `sha256:id-of-${name}` }),
  );
  const images = new Map([
    ...before.images,
    ...nameless.map((image) => [image.reference, image] as const),
  ]);
  const records = new Map([...recordsOf(before), ["sha256:old-1", new Set(["sha256:id-of-old"])]]);

  expect(formatPlan(planFor(stack, { ...before, images }, { records }))).toBe(
    "[] -> remove-image:id-of-old, replaced by a newer image\n",
  );
});
