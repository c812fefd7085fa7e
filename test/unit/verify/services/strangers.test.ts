import { expect, test } from "vitest";
import { stackNetworkChecks } from "../../../../src/verify/checks/network.ts";
import { strangersOn } from "../../../../src/verify/services/strangers.ts";
import type { Strangers } from "../../../../src/verify/subject.ts";
import { aNetwork, anObserved, anObservedNetwork, aStack } from "../../../support/builders.ts";

const edge = aNetwork("edge");
const front = aNetwork("front", {
  engineName: "house_proxy",
  external: { reason: "it is theirs" },
});
const stack = aStack({ networks: [edge, front] });

test("who of others is on a network is known by its name or its id", () => {
  const observed = anObserved({
    networks: [anObservedNetwork(edge), anObservedNetwork(front, { ours: false })],
    others: [
      { name: "nginx", networks: ["house_proxy"], volumes: [], imageId: "" },
      { name: "spy", networks: ["id-of-edge", "bridge"], volumes: [], imageId: "" },
      { name: "apart", networks: ["bridge"], volumes: [], imageId: "" },
    ],
  });

  expect(strangersOn(stack, observed)).toEqual([
    { network: "edge", containers: ["spy"] },
    { network: "front", containers: ["nginx"] },
  ]);
  expect(strangersOn(stack, { ...observed, networks: [anObservedNetwork(edge)] })).toEqual([
    { network: "edge", containers: ["spy"] },
  ]);
  expect(strangersOn(stack, anObserved())).toBeUndefined();
});

const onFront = { network: "front", containers: ["nginx", "certs"] };

test.each<[string, readonly Strangers[] | undefined, object]>([
  ["nobody", [], { status: "passed" }],
  [
    "others on a network of others",
    [onFront],
    {
      status: "allowed",
      reason: "it is theirs",
      evidence: ["nginx, certs on network house_proxy"],
    },
  ],
  [
    "somebody on the stack's own network",
    [onFront, { network: "edge", containers: ["spy"] }],
    { status: "failed", evidence: ["spy on network t_edge"] },
  ],
  ["an Engine that did not tell", undefined, { status: "skipped" }],
])("NET-005 of %s", (_, strangers, verdict) => {
  const check = stackNetworkChecks.find(({ id }) => id === "NET-005");

  expect(check?.run({ stack, reachability: [], hostReach: [], strangers })).toMatchObject(verdict);
});
