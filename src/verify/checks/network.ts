import { countOf } from "../../count.ts";
import type { PortBinding } from "../../stack/stack.ts";
import { type Check, judge, passed, skipped, type Verdict } from "../check.ts";
import type { HostReach, Reach, ServiceSubject, StackSubject } from "../subject.ts";

/** Rules over what of a service can be reached from where, seen from its own container. */
export const serviceNetworkChecks: readonly Check<ServiceSubject>[] = [
  {
    id: "RUN-014",
    title: "publishes the declared ports on the declared addresses, and no other",
    severity: "high",
    sources: ["CIS 5.8", "CIS 5.9", "CIS 5.14"],
    run({ service, inspection }) {
      const { status, publishedPorts } = inspection.state;
      if (status !== "running") return skipped("it is not running, so nothing is published");
      const matches = (binding: PortBinding, published: (typeof publishedPorts)[number]): boolean =>
        binding.containerPort === published.containerPort &&
        binding.protocol === published.protocol &&
        (binding.hostPort === 0 || binding.hostPort === published.hostPort) &&
        isSameAddress(binding.hostAddress, published.hostAddress);
      return judge([
        ...service.ports
          .filter((binding) => !publishedPorts.some((published) => matches(binding, published)))
          .map(
            ({ hostAddress, hostPort, containerPort }) =>
              `${hostAddress}:${hostPort} -> ${containerPort} is declared and not published`,
          ),
        ...publishedPorts
          .filter((published) => !service.ports.some((binding) => matches(binding, published)))
          .map(
            ({ hostAddress, hostPort, containerPort }) =>
              `${hostAddress}:${hostPort} -> ${containerPort} is published and not declared`,
          ),
      ]);
    },
  },
  {
    id: "RUN-015",
    title: "is on its own networks only, with no way out that the manifest gives no reason for",
    severity: "high",
    sources: ["CIS 5.30"],
    run({ service, inspection, closedNetworks, canCloseWayOut }) {
      if (["default", "bridge", "host"].includes(inspection.networkMode)) {
        return judge([`it is on the Engine's ${inspection.networkMode} network`]);
      }
      const names = [...inspection.state.addresses.keys()];
      const external = names.flatMap((name) => {
        const rule = `external-network:${name}`;
        const reason = service.exceptions.find((exception) => exception.rule === rule)?.reason;
        return reason === undefined ? [] : [{ name, reason }];
      });
      const isExternal = (name: string): boolean => external.some((each) => each.name === name);
      const open = names.filter((name) => !closedNetworks.has(name) && !isExternal(name));
      const outbound =
        service.exceptions.find(({ rule }) => rule === "outbound")?.reason ??
        (service.ports.length > 0 && !canCloseWayOut ? PUBLISHES : undefined);
      if (open.length > 0 && outbound === undefined)
        return judge(open.map((name) => `${name} leads out`));
      if (open.length + external.length === 0) return passed("none of its networks leads out");
      return {
        status: "allowed",
        reason: [
          ...(open.length > 0 && outbound !== undefined ? [outbound] : []),
          ...external.map(({ name, reason }) => `${name}: ${reason}`),
        ].join("; "),
        evidence: [
          ...open.map((name) => `${name} leads out`),
          ...external.map(({ name }) =>
            closedNetworks.has(name)
              ? `${name} is not of this stack`
              : `${name} is not of this stack, and leads out`,
          ),
        ],
      };
    },
  },
];

const PUBLISHES =
  "it publishes ports, which on an Engine before 28 brings a way out; a newer one closes it";

/** Rules over the stack as a whole. */
export const stackNetworkChecks: readonly Check<StackSubject>[] = [
  {
    id: "NET-001",
    title: "services with an edge between them reach each other, all others cannot",
    severity: "high",
    sources: ["CIS 2.1", "CIS 5.30", "PCI 1"],
    run: ({ reachability }) => judgeReachability(reachability),
  },
  {
    id: "NET-004",
    title: "reaches no service of the host that the manifest gives no reason for",
    severity: "medium",
    sources: ["CIS 5.30", "PCI 1"],
    run: judgeHostReach,
  },
  {
    id: "NET-005",
    title: "nobody but the stack's services is on its networks, unless the manifest gives a reason",
    severity: "high",
    sources: ["CIS 5.30", "PCI 1"],
    run: judgeStrangers,
  },
];

/**
 * Who is on a network reaches what is on it. That others are on one of theirs is what its reason is
 * for.
 */
function judgeStrangers({ stack, strangers }: StackSubject): Verdict {
  if (strangers === undefined) return skipped("who is on the networks could not be seen");
  const found = strangers.map(({ network, containers }) => ({
    evidence: `${containers.join(", ")} on network ${stack.networks.get(network)?.engineName ?? network}`,
    reason: stack.networks.get(network)?.external?.reason,
  }));
  const unexplained = found.filter(({ reason }) => reason === undefined);
  if (unexplained.length > 0) {
    return judge(
      unexplained.map(({ evidence }) => evidence),
      "Take it off with docker network disconnect, or make the network one of others: `external: true`, with a reason.",
    );
  }
  if (found.length === 0) return passed();
  const evidence = found.map((each) => each.evidence);
  return { status: "allowed", evidence, reason: found.map(({ reason }) => reason).join("; ") };
}

function describeHostReach({ service, reached }: HostReach): string {
  return `${service} reaches the host at ${reached.join(", ")}`;
}

function judgeHostReach({ stack, hostReach }: StackSubject): Verdict {
  if (hostReach === undefined) return skipped("what the host listens on cannot be seen from here");
  if (hostReach.length === 0) return skipped("no service runs from which it could be tried");
  const failures = hostReach.flatMap(({ failure }) => failure ?? []);
  if (failures.length > 0) return judge(failures);
  const reaching = hostReach.filter(({ reached }) => reached.length > 0);
  const reasonOf = ({ service }: HostReach): string | undefined =>
    stack.services.get(service)?.exceptions.find(({ rule }) => rule === "host")?.reason;
  const unexplained = reaching.filter((reach) => reasonOf(reach) === undefined);
  if (unexplained.length > 0) {
    return judge(
      unexplained.map(describeHostReach),
      "Let the host's services listen on one address, or a firewall refuse them; or say why in policy.host.",
    );
  }
  if (reaching.length === 0) return passed();
  const reason = reaching.map((reach) => `${reach.service}: ${reasonOf(reach)}`).join("; ");
  return { status: "allowed", reason, evidence: reaching.map(describeHostReach) };
}

function judgeReachability(reachability: readonly Reach[]): Verdict {
  if (reachability.length === 0) return passed("there is only one service");
  const faults = reachability.flatMap(({ from, to, declared, outcome }) => {
    if (outcome.status === "open" && !declared)
      return [`${from} reaches ${to}: ${outcome.evidence}`];
    if (outcome.status === "closed" && declared)
      return [`${from} does not reach ${to}: ${outcome.evidence}`];
    return outcome.status === "failed" ? [outcome.reason] : [];
  });
  // One command tries all connections of a service, so that what fails it is told by many pairs.
  if (faults.length > 0) return judge([...new Set(faults)]);
  const unknown = reachability.flatMap(({ from, to, outcome }) =>
    outcome.status === "unknown" ? [`${from} to ${to}: ${outcome.reason}`] : [],
  );
  const known = reachability.length - unknown.length;
  // Part of a proof is no proof: what could not be tried has to be seen.
  if (unknown.length > 0)
    return skipped(
      `${known} of ${countOf(reachability.length, "pair")} tried; ${unknown.join("; ")}`,
    );
  const open = reachability.filter(({ declared }) => declared).length;
  return passed(`${open} open, ${known - open} closed`);
}

function isSameAddress(declared: string, published: string): boolean {
  if (declared === published) return true;
  // The Engine publishes on the IPv6 wildcard, too, what is declared on the IPv4 one.
  return declared === "0.0.0.0" && published === "::";
}
