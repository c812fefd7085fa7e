import { expect, test } from "vitest";
import { formatPlan } from "../../../../src/plan/format-plan.ts";
import { planTeardown, type TeardownOptions } from "../../../../src/plan/taking/teardown.ts";
import type { Observed, ObservedVolume } from "../../../../src/plan/observed.ts";
import type { Stack } from "../../../../src/stack/stack.ts";
import {
  afterUp,
  aNetwork,
  anImage,
  anObservedImage,
  anObservedNetwork,
  aService,
  aStack,
  aVolume,
  onNetworks,
} from "../../../support/builders.ts";

/** app -> db, each with data of its own. */
const stack = aStack({
  images: [anImage("app"), anImage("db")],
  services: [
    aService({ name: "db", ...onNetworks(["edge"]), mounts: [data("rows")] }),
    aService({
      name: "app",
      ...onNetworks(["edge"]),
      dependsOn: new Map([["db", "service_healthy"]]),
      mounts: [data("uploads")],
    }),
  ],
  networks: [aNetwork("edge")],
  volumes: [aVolume("rows"), aVolume("uploads")],
});

function data(volume: string) {
  return { type: "volume", volume, target: "/data", readOnly: false } as const;
}

function plan(
  options: Partial<TeardownOptions> = {},
  observed: Observed = afterUp(stack),
  known: Stack | undefined = stack,
): string {
  return formatPlan(
    planTeardown({
      stackName: "t",
      stack: known,
      observed,
      options: { removeVolumes: false, removeImages: false, cause: "asked for", ...options },
    }),
  );
}

test("dependents stop before what they need; data and images stay", () => {
  expect(plan()).toMatchInlineSnapshot(`
    "[] -> stop:t-app-1, asked for
    [stop:t-app-1] -> remove:t-app-1, asked for
    [stop:t-app-1] -> stop:t-db-1, asked for
    [stop:t-db-1 stop:t-app-1] -> remove:t-db-1, asked for
    [remove:t-app-1 remove:t-db-1] -> remove-network:edge, asked for
    "
  `);
});

test("a network goes as soon as those on it are gone, while others still stop", () => {
  const tiers = aStack({
    images: [anImage("app"), anImage("db")],
    services: [
      aService({ name: "db", ...onNetworks(["edge"]) }),
      aService({
        name: "app",
        ...onNetworks(["edge", "publish"]),
        dependsOn: new Map([["db", "service_healthy"]]),
      }),
    ],
    networks: [aNetwork("edge"), aNetwork("publish"), aNetwork("idle")],
  });
  const lines = plan({}, afterUp(tiers), tiers).split("\n");

  expect(lines.filter((line) => line.includes("remove-network:"))).toEqual([
    "[remove:t-app-1 remove:t-db-1] -> remove-network:edge, asked for",
    "[remove:t-app-1] -> remove-network:publish, asked for",
    "[] -> remove-network:idle, asked for",
  ]);
});

test("everything that bears the label goes when all is asked for, and nothing else", () => {
  const before = afterUp(stack);
  const foreign: ObservedVolume = { name: "t_theirs", ours: false, labels: new Map() };
  const secrets: ObservedVolume = {
    name: "t_db-secrets",
    ours: true,
    labels: new Map(),
    secrets: ["password"],
  };
  const observed = { ...before, volumes: [...before.volumes, foreign, secrets] };
  const text = plan({ removeVolumes: true, removeImages: true }, observed);

  expect(text).toContain("remove-volume:rows");
  expect(text).toContain("remove-volume:t_db-secrets");
  expect(text).not.toContain("theirs");
  expect(text.match(/remove-image:/g)).toHaveLength(2);
});

test("a network that somebody else is on is refused with their names, and nothing stops", () => {
  const before = afterUp(stack);
  const others = [
    { name: "probe", networks: ["t_edge", "id-of-edge"], volumes: [], imageId: "" },
    { name: "spy", networks: ["id-of-edge"], volumes: [], imageId: "" },
    { name: "apart", networks: ["bridge"], volumes: ["other"], imageId: "" },
  ];

  expect(() => plan({}, { ...before, others })).toThrow(
    "Network t_edge is used by probe and spy, which are not of this stack.",
  );
});

test("a volume that somebody else mounts is refused with their names, when it is to go", () => {
  const before = afterUp(stack);
  const others = [{ name: "dump", networks: [], volumes: ["t_rows"], imageId: "" }];

  expect(plan({}, { ...before, others })).toContain("remove:t-db-1");
  expect(() => plan({ removeVolumes: true }, { ...before, others })).toThrow(
    "Volume t_rows is used by dump, which is not of this stack.",
  );
});

test("what only bears the stack's label is left alone, and told", () => {
  const before = afterUp(stack);
  const { notices, nodes } = planTeardown({
    stackName: "t",
    stack: undefined,
    observed: {
      ...before,
      networks: [
        ...before.networks,
        {
          id: "n",
          name: "t_copy",
          ours: false,
          internal: true,
          outbound: false,
          isolated: false,
          subnets: [],
        },
      ],
      volumes: [
        ...before.volumes,
        { name: "theirs", ours: false, labels: new Map() },
        { name: "t_copy", ours: false, labels: new Map() },
      ],
    },
    options: { removeVolumes: true, removeImages: true, cause: "reset" },
  });

  expect(notices).toEqual([
    "Network t_copy is labelled or named as this stack's, but not made by qclock for it: left alone.",
    "Volumes theirs and t_copy are labelled or named as this stack's, but not made by qclock for it: left alone.",
  ]);
  expect(nodes.map(({ id }) => id).filter((id) => /copy|theirs/.test(id))).toEqual([]);
});

test("images go by their names alone: what somebody built on ours has another one, or none", () => {
  const before = afterUp(stack);
  const nameless = anObservedImage("theirs", { reference: "sha256:id-of-theirs" });
  const pinned = anObservedImage("pinned", { labels: new Map() });
  const images = new Map([
    ...before.images,
    [nameless.reference, nameless],
    [pinned.reference, pinned],
  ]);
  const text = plan({ removeImages: true }, { ...before, images });

  expect(text.match(/remove-image:\S+/g)).toEqual([
    "remove-image:qclock.invalid/t/app:latest,",
    "remove-image:qclock.invalid/t/db:latest,",
    "remove-image:qclock.invalid/t/pinned:latest,",
  ]);
});

test("an image that lost its name goes when qclock is known to have built it, as one that a killed run left", () => {
  const before = afterUp(stack);
  const nameless = anObservedImage("left", { reference: "sha256:id-of-left" });
  const observed = { ...before, images: new Map([[nameless.reference, nameless]]) };
  const options = { removeVolumes: false, removeImages: true, cause: "reset" };
  const records = new Map([["sha256:left-1", new Set(["sha256:id-of-left"])]]);
  const request = { stackName: "t", stack, observed, options };

  expect(formatPlan(planTeardown({ ...request, records }))).toContain("remove-image:sha256:id-of");
  expect(formatPlan(planTeardown(request))).not.toContain("remove-image");
});

test("a container that somebody made from our image is told, since the image stays for it", () => {
  const others = [{ name: "trial", networks: [], volumes: [], imageId: "sha256:id-of-app" }];
  const { notices } = planTeardown({
    stackName: "t",
    stack,
    observed: { ...afterUp(stack), others },
    options: { removeVolumes: false, removeImages: true, cause: "reset" },
  });

  expect(notices).toEqual([
    "trial, not of this stack, is made from image qclock.invalid/t/app:latest: it stays until that container is removed.",
  ]);
});

test("labels are enough: a manifest that does not parse stops nothing", () => {
  const text = plan({ removeVolumes: true, removeImages: true }, afterUp(stack), undefined);

  expect(text.match(/-> remove:t-(?:app|db)-1,/g)).toHaveLength(2);
  expect(text.match(/remove-volume:/g)).toHaveLength(2);
});

test("a choice of services stops what depends on them, but loses only their own data", () => {
  const text = plan({ services: ["db"], removeVolumes: true });

  expect(text).toContain("remove:t-app-1");
  expect(text).toContain("remove-volume:rows");
  expect(text).not.toContain("uploads");
  expect(text).not.toContain("remove-network");
});

test("two containers of one service, and two networks of one name, all go", () => {
  const before = afterUp(stack);
  const renamed = before.containers.map((container) => ({
    ...container,
    id: `${container.id}-2`,
    name: `renamed-${container.name}`,
  }));
  const double = anObservedNetwork(aNetwork("edge"), { id: "fedcba987654321" });
  const text = plan(
    {},
    {
      ...before,
      containers: [...before.containers, ...renamed],
      networks: [...before.networks, double],
    },
  );

  expect(text.match(/-> remove:/g)).toHaveLength(4);
  expect(text.match(/-> remove-network:[\w:]+/g)).toEqual([
    "-> remove-network:edge",
    "-> remove-network:edge:fedcba987654",
  ]);
});

test("a hold is never part of it: whoever takes the stack away holds it", () => {
  const before = afterUp(stack);
  const hold = {
    id: "x",
    name: "t-qclock-hold",
    ours: true,
    role: "hold",
    status: "created",
    networks: [],
  } as const;

  expect(plan({}, { ...before, containers: [hold] })).not.toContain("hold");
});
