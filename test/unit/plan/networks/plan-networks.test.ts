import { describe, expect, test } from "vitest";
import { formatPlan } from "../../../../src/plan/format-plan.ts";
import type { ObservedNetwork } from "../../../../src/plan/observed.ts";
import type { Plan } from "../../../../src/plan/plan.ts";
import { shapeOnEngine } from "../../../../src/plan/networks/network-shape.ts";
import type { Network, Stack } from "../../../../src/stack/stack.ts";
import {
  afterUp,
  aNetwork,
  anImage,
  anObserved,
  anObservedNetwork,
  aService,
  aStack,
  onNetworks,
  planFor,
} from "../../../support/builders.ts";

/** So many services on each of the networks. */
function stackWith(
  members: Readonly<Record<string, number>>,
  networks: readonly Network[] = [],
): Stack {
  const named = new Set(networks.map(({ name }) => name));
  const services = Object.entries(members).flatMap(([network, count]) =>
    Array.from({ length: count }, (_, index) =>
      aService({ name: `${network}${index}`, image: "app", ...onNetworks([network]) }),
    ),
  );
  const others = Object.keys(members)
    .filter((name) => !named.has(name))
    .map((name) => aNetwork(name));
  return aStack({ images: [anImage("app")], services, networks: [...networks, ...others] });
}

function subnetsOf({ nodes }: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(
    nodes.flatMap(({ operation }) =>
      operation.type === "create-network" ? [[operation.network, operation.subnet]] : [],
    ),
  );
}

describe("the subnet of a network", () => {
  // A network, its gateway and the broadcast address take three of its addresses.
  test.each([
    [1, "/28"],
    [13, "/28"],
    [14, "/27"],
    [29, "/27"],
    [30, "/26"],
    [61, "/26"],
    [62, "/25"],
  ])("of %i services is a %s", (count, prefix) => {
    const { crowd = "" } = subnetsOf(planFor(stackWith({ crowd: count }), anObserved()));
    expect(crowd).toBe(`10.213.0.0${prefix}`);
  });

  test("keeps clear of every other one, of what is in use and of those that the manifest gives", () => {
    const given = aNetwork("given", { subnet: "10.213.0.16/28" });
    const stack = stackWith({ small: 1, large: 20, given: 1, two: 2 }, [given]);
    const observed = anObserved({ usedSubnets: ["10.213.0.32/28"] });
    expect(subnetsOf(planFor(stack, observed))).toEqual({
      given: "10.213.0.16/28",
      large: "10.213.0.64/27",
      small: "10.213.0.0/28",
      two: "10.213.0.48/28",
    });
  });

  test("is told to be missing where the range is full, unless the manifest gives one", () => {
    const observed = anObserved({ usedSubnets: ["10.0.0.0/8"] });
    for (const count of [1, 20])
      expect(() => planFor(stackWith({ edge: count }), observed)).toThrow(
        expect.objectContaining({
          code: "engine-failed",
          message: "No free subnet is left in 10.213.0.0/16 for the stack's networks.",
        }),
      );
    const given = aNetwork("edge", { subnet: "192.168.7.0/28" });
    expect(subnetsOf(planFor(stackWith({ edge: 1 }, [given]), observed))).toEqual({
      edge: "192.168.7.0/28",
    });
  });

  test("that the manifest changes makes another network of it", () => {
    const [before, after] = ["10.1.0.0/28", "10.2.0.0/28"].map((subnet) =>
      stackWith({ edge: 1 }, [aNetwork("edge", { subnet })]),
    );
    if (before === undefined || after === undefined) throw new Error("two stacks");
    const text = formatPlan(planFor(after, afterUp(before)));
    expect(text).toContain("-> remove-network:edge, its declaration changed");
    expect(formatPlan(planFor(after, afterUp(after)))).toBe("");
  });
});

test("a network that no service of the plan is on is not made", () => {
  const stack = aStack({
    images: [anImage("app")],
    services: [aService({ name: "app", ...onNetworks(["edge"]) })],
    networks: [aNetwork("edge"), aNetwork("spare")],
  });
  expect(Object.keys(subnetsOf(planFor(stack, anObserved())))).toEqual(["edge"]);
});

describe("a network that is made again", () => {
  const stack = stackWith({ edge: 2 });
  const observed = afterUp(stack);
  const open = observed.networks.map((network): ObservedNetwork => ({
    ...network,
    outbound: true,
  }));

  test("goes after each container on it, also one that has no service", () => {
    const guest = {
      id: "g",
      name: "guest",
      ours: true,
      role: "run",
      status: "exited",
      networks: ["t_edge"],
    } as const;
    const containers = [...observed.containers, guest];
    const { nodes } = planFor(stack, { ...observed, containers, networks: open });
    const removal = nodes.find(({ id }) => id === "remove-network:edge");
    expect(removal).toMatchObject({
      operation: { type: "remove-network", name: "t_edge", id: "id-of-edge" },
      cause: "it has a way out",
    });
    expect(removal?.dependsOn.toSorted()).toEqual(["remove:edge0", "remove:edge1", "remove:guest"]);
    expect(nodes.find(({ id }) => id === "network:edge")?.dependsOn).toEqual([
      "remove-network:edge",
    ]);
  });

  test("is refused while somebody else is on it", () => {
    const others = [{ name: "spy", networks: ["id-of-edge"], volumes: [], imageId: "" }];
    expect(() => planFor(stack, { ...observed, networks: open, others })).toThrow(
      expect.objectContaining({
        code: "foreign-object",
        hint: "Disconnect it first: docker network disconnect t_edge spy",
      }),
    );
    expect(formatPlan(planFor(stack, { ...observed, others }))).toBe("");
  });

  test("a second one of its name goes by its id, and is refused while somebody else is on that", () => {
    const double = anObservedNetwork(aNetwork("edge"), { id: "0123456789abcdef" });
    const networks = [double, ...observed.networks];
    const { nodes } = planFor(stack, { ...observed, networks });
    expect(nodes.map(({ operation }) => operation)).toEqual([
      { type: "remove-network", name: "t_edge", id: "0123456789abcdef" },
    ]);
    const on = (network: string) => [
      { name: "spy", networks: [network], volumes: [], imageId: "" },
    ];
    expect(() => planFor(stack, { ...observed, networks, others: on(double.id) })).toThrow(/spy/);
    expect(planFor(stack, { ...observed, networks, others: on("id-of-edge") }).nodes).toHaveLength(
      1,
    );
  });
});

test.each([
  [
    { internal: true, outbound: false, isolated: true },
    { outbound: false, isolated: true },
    { outbound: false, isolated: false },
  ],
  [
    { internal: true, outbound: false, isolated: false },
    { outbound: false, isolated: false },
    { outbound: false, isolated: false },
  ],
  [
    { internal: false, outbound: false, isolated: false },
    { outbound: false, isolated: false },
    { outbound: true, isolated: false },
  ],
  [
    { internal: false, outbound: true, isolated: false },
    { outbound: true, isolated: false },
    { outbound: true, isolated: false },
  ],
])(
  "what is declared as %j is made as %j, and as %j by an Engine that cannot isolate",
  (declared, able, unable) => {
    expect(shapeOnEngine(declared, true)).toEqual({ internal: declared.internal, ...able });
    expect(shapeOnEngine(declared, false)).toEqual({ internal: declared.internal, ...unable });
  },
);
