import { expect, test } from "vitest";
import type { PortBinding } from "../../../../src/stack/stack.ts";
import type { Verdict } from "../../../../src/verify/check.ts";
import { serviceNetworkChecks, stackNetworkChecks } from "../../../../src/verify/checks/network.ts";
import type {
  HostReach,
  Reach,
  ServiceSubject,
  StackSubject,
} from "../../../../src/verify/subject.ts";
import { aService } from "../../../support/a-service.ts";
import { aServiceSubject } from "../../../support/a-subject.ts";
import { aNetwork, aStack } from "../../../support/builders.ts";
import { fine, found, saw, unseen } from "../../../support/verdicts.ts";

function aPort(parts: Partial<PortBinding> = {}): PortBinding {
  return { hostAddress: "127.0.0.1", hostPort: 80, containerPort: 8080, protocol: "tcp", ...parts };
}

/** A service that declares the one and has published the other ports. */
function publishing(
  ports: readonly PortBinding[],
  publishedPorts: readonly PortBinding[],
): ServiceSubject {
  return aServiceSubject({ service: { ports }, state: { publishedPorts } });
}

function onNetworksOf(
  ...names: readonly string[]
): Pick<ServiceSubject["inspection"]["state"], "addresses"> {
  return { addresses: new Map(names.map((name) => [name, "10.213.0.2"])) };
}

const theirs = { rule: "external-network:house", reason: "the proxy" };

test.each<readonly [id: string, what: string, subject: ServiceSubject, verdict: Verdict]>([
  ["RUN-014", "what is declared", publishing([aPort()], [aPort()]), fine],
  [
    "RUN-014",
    "a port that the Engine chooses",
    publishing([aPort({ hostPort: 0 })], [aPort({ hostPort: 40_000 })]),
    fine,
  ],
  [
    "RUN-014",
    "every address, which the Engine publishes in both families",
    publishing(
      [aPort({ hostAddress: "0.0.0.0" })],
      [aPort({ hostAddress: "0.0.0.0" }), aPort({ hostAddress: "::" })],
    ),
    fine,
  ],
  [
    "RUN-014",
    "an address of IPv4 that is published on every one of IPv6",
    publishing([aPort()], [aPort(), aPort({ hostAddress: "::" })]),
    found(":::80 -> 8080 is published and not declared"),
  ],
  [
    "RUN-014",
    "every address that is published on one",
    publishing([aPort({ hostAddress: "0.0.0.0" })], [aPort({ hostAddress: "10.0.0.1" })]),
    found(
      "0.0.0.0:80 -> 8080 is declared and not published",
      "10.0.0.1:80 -> 8080 is published and not declared",
    ),
  ],
  ...(
    [
      [{ hostPort: 81 }, "127.0.0.1:81 -> 8080"],
      [{ containerPort: 8081 }, "127.0.0.1:80 -> 8081"],
      [{ protocol: "udp" }, "127.0.0.1:80 -> 8080"],
    ] as const
  ).map(
    ([parts, shown]) =>
      [
        "RUN-014",
        `another ${Object.keys(parts).join()}`,
        publishing([aPort()], [aPort(parts)]),
        found(
          "127.0.0.1:80 -> 8080 is declared and not published",
          `${shown} is published and not declared`,
        ),
      ] as const,
  ),
  [
    "RUN-014",
    "a container that is stopped",
    aServiceSubject({ service: { ports: [aPort()] }, state: { status: "exited" } }),
    unseen("it is not running, so nothing is published"),
  ],
  ...["default", "bridge", "host"].map(
    (mode) =>
      [
        "RUN-015",
        `the Engine's ${mode}`,
        aServiceSubject({ hostConfig: { NetworkMode: mode } }),
        found(`it is on the Engine's ${mode} network`),
      ] as const,
  ),
  ["RUN-015", "closed networks", aServiceSubject(), saw("none of its networks leads out")],
  [
    "RUN-015",
    "two ways out without a reason, and one closed network",
    aServiceSubject({ state: onNetworksOf("a", "t_edge", "b") }),
    found("a leads out", "b leads out"),
  ],
  [
    "RUN-015",
    "a way out with a reason beside others' networks",
    aServiceSubject({
      state: onNetworksOf("a", "house", "yard"),
      closedNetworks: new Set(["yard"]),
      service: {
        exceptions: [
          theirs,
          { rule: "external-network:yard", reason: "the gate" },
          { rule: "outbound", reason: "the bank" },
        ],
      },
    }),
    {
      status: "allowed",
      reason: "the bank; house: the proxy; yard: the gate",
      evidence: [
        "a leads out",
        "house is not of this stack, and leads out",
        "yard is not of this stack",
      ],
    },
  ],
  [
    "RUN-015",
    "a way out beside one network of others, each with a reason",
    aServiceSubject({
      state: onNetworksOf("a", "house"),
      service: { exceptions: [theirs, { rule: "outbound", reason: "the bank" }] },
    }),
    {
      status: "allowed",
      reason: "the bank; house: the proxy",
      evidence: ["a leads out", "house is not of this stack, and leads out"],
    },
  ],
  [
    "RUN-015",
    "a network of others alone, with a reason for a way out that it has not",
    aServiceSubject({
      state: onNetworksOf("house"),
      service: { exceptions: [theirs, { rule: "outbound", reason: "the bank" }] },
    }),
    {
      status: "allowed",
      reason: "house: the proxy",
      evidence: ["house is not of this stack, and leads out"],
    },
  ],
  [
    "RUN-015",
    "published ports on an Engine that cannot close the way out",
    aServiceSubject({
      service: { ports: [aPort()] },
      canCloseWayOut: false,
      closedNetworks: new Set(),
    }),
    {
      status: "allowed",
      reason:
        "it publishes ports, which on an Engine before 28 brings a way out; a newer one closes it",
      evidence: ["t_edge leads out"],
    },
  ],
])("%s of %s", (id, _what, subject, verdict) => {
  expect(serviceNetworkChecks.find((check) => check.id === id)?.run(subject)).toEqual(verdict);
});

function aReach(from: string, to: string, declared: boolean, outcome: Reach["outcome"]): Reach {
  return { from, to, declared, outcome };
}

const open = { status: "open", evidence: "db:1 open" } as const;
const closed = { status: "closed", evidence: "db:1 timeout" } as const;
const failed = { status: "failed", reason: "the Engine said no" } as const;
const unknown = { status: "unknown", reason: "db is not running" } as const;

function aHostReach(service: string, ...reached: readonly string[]): HostReach {
  return { service, reached, failure: undefined };
}

const stack = aStack({
  services: [
    aService({ name: "app", exceptions: [{ rule: "host", reason: "its log is there" }] }),
    aService({ name: "db", exceptions: [{ rule: "outbound", reason: "not that" }] }),
    aService({ name: "mail", exceptions: [{ rule: "host", reason: "its relay is there" }] }),
  ],
  networks: [
    aNetwork("edge"),
    aNetwork("front", { engineName: "house", external: { reason: "the proxy" } }),
    aNetwork("yard", { engineName: "yard", external: { reason: "the gate" } }),
  ],
});
const closeHost =
  "Let the host's services listen on one address, or a firewall refuse them; or say why in policy.host.";
const takeOff =
  "Take it off with docker network disconnect, or make the network one of others: `external: true`, with a reason.";

test.each<readonly [id: string, what: string, parts: Partial<StackSubject>, verdict: Verdict]>([
  ["NET-001", "one service", { reachability: [] }, saw("there is only one service")],
  [
    "NET-001",
    "connections as declared",
    {
      reachability: [
        aReach("a", "db", true, open),
        aReach("db", "a", false, closed),
        aReach("b", "db", false, closed),
      ],
    },
    saw("1 open, 2 closed"),
  ],
  [
    "NET-001",
    "what contradicts, what fails twice for one reason, and what is unknown",
    {
      reachability: [
        aReach("a", "db", true, closed),
        aReach("b", "db", false, open),
        aReach("c", "db", true, failed),
        aReach("c", "a", false, failed),
        aReach("d", "db", true, unknown),
        aReach("e", "db", true, open),
      ],
    },
    found("a does not reach db: db:1 timeout", "b reaches db: db:1 open", "the Engine said no"),
  ],
  [
    "NET-001",
    "one that contradicts",
    { reachability: [aReach("a", "db", true, open), aReach("b", "db", false, open)] },
    found("b reaches db: db:1 open"),
  ],
  [
    "NET-001",
    "one that could not be tried",
    { reachability: [aReach("a", "db", true, open), aReach("b", "db", false, unknown)] },
    unseen("1 of 2 pairs tried; b to db: db is not running"),
  ],
  [
    "NET-001",
    "what could not be tried in part",
    {
      reachability: [
        aReach("a", "db", true, unknown),
        aReach("a", "b", true, open),
        aReach("b", "db", false, unknown),
      ],
    },
    unseen("1 of 3 pairs tried; a to db: db is not running; b to db: db is not running"),
  ],
  [
    "NET-004",
    "an Engine elsewhere",
    { hostReach: undefined },
    unseen("what the host listens on cannot be seen from here"),
  ],
  [
    "NET-004",
    "a stack that does not run",
    { hostReach: [] },
    unseen("no service runs from which it could be tried"),
  ],
  [
    "NET-004",
    "what could not be tried",
    {
      hostReach: [aHostReach("db", "10.0.0.1:22"), { ...aHostReach("app"), failure: "no answer" }],
    },
    found("no answer"),
  ],
  [
    "NET-004",
    "one with a reason and one without",
    {
      hostReach: [aHostReach("app", "10.0.0.1:22"), aHostReach("db", "10.0.0.1:22", "10.0.0.1:80")],
    },
    { ...found("db reaches the host at 10.0.0.1:22, 10.0.0.1:80"), hint: closeHost },
  ],
  ["NET-004", "nothing that is reached", { hostReach: [aHostReach("db")] }, fine],
  [
    "NET-004",
    "two with reasons",
    {
      hostReach: [
        aHostReach("app", "10.0.0.1:22"),
        aHostReach("db"),
        aHostReach("mail", "10.0.0.1:25"),
      ],
    },
    {
      status: "allowed",
      reason: "app: its log is there; mail: its relay is there",
      evidence: ["app reaches the host at 10.0.0.1:22", "mail reaches the host at 10.0.0.1:25"],
    },
  ],
  [
    "NET-005",
    "an Engine that does not tell",
    { strangers: undefined },
    unseen("who is on the networks could not be seen"),
  ],
  [
    "NET-005",
    "networks of others",
    {
      strangers: [
        { network: "front", containers: ["nginx"] },
        { network: "yard", containers: ["gate", "dog"] },
      ],
    },
    {
      status: "allowed",
      reason: "the proxy; the gate",
      evidence: ["nginx on network house", "gate, dog on network yard"],
    },
  ],
  [
    "NET-005",
    "strangers on its own network",
    {
      strangers: [
        { network: "front", containers: ["nginx"] },
        { network: "edge", containers: ["spy"] },
      ],
    },
    { ...found("spy on network t_edge"), hint: takeOff },
  ],
])("%s of %s", (id, _what, parts, verdict) => {
  const subject = { stack, reachability: [], hostReach: [], strangers: [], ...parts };
  expect(stackNetworkChecks.find((check) => check.id === id)?.run(subject)).toEqual(verdict);
});
