import { type Diagnostic, errorAt, type Location } from "../../diagnostic.ts";
import type { ManifestService } from "../../manifest/schema/manifest.ts";
import type { ServiceRequest } from "../request.ts";
import type { PortBinding, Service } from "../stack.ts";

const LOOPBACK = "127.0.0.1";

/** Published ports; a container's port alone lets the Engine choose the host's. */
export function resolvePorts(request: ServiceRequest): readonly PortBinding[] {
  const { name, service, loaded, problems, locations } = request;
  return (service.ports ?? []).map((port, index) => {
    const place = loaded.locator.value(["services", name, "ports", index]);
    locations.set(`services.${name}.ports.${index}`, place);
    const binding = readPort(port);
    const isPublic = binding.hostAddress !== LOOPBACK && binding.hostAddress !== "::1";
    if (isPublic && service.policy?.public_ports === undefined) {
      problems.add("exception-without-reason", place, {
        message: `Service "${name}" publishes port ${binding.containerPort} on ${binding.hostAddress} without a reason.`,
        hint: 'Leave the address out for 127.0.0.1, or say why: policy: { public_ports: "the reason" }.',
      });
    }
    for (const number of [binding.hostPort, binding.containerPort]) {
      if (number > 65535)
        problems.add("invalid-value", place, { message: `${number} is not a port.` });
    }
    return binding;
  });
}

function readPort(port: NonNullable<ManifestService["ports"]>[number]): PortBinding {
  if (typeof port === "number") {
    return { hostAddress: LOOPBACK, hostPort: 0, containerPort: port, protocol: "tcp" };
  }
  if (typeof port !== "string") {
    return {
      hostAddress: port.host_ip ?? LOOPBACK,
      hostPort: Number(port.published ?? 0),
      containerPort: port.target,
      protocol: port.protocol,
    };
  }
  // As the schema has it: without dots or brackets a number in front is a port of the host.
  const match = /^(?:(\[[0-9a-f:]+\]|[0-9]+\.[0-9.]+):)?(?:(\d*):)?(\d+)(?:\/(tcp|udp))?$/i.exec(
    port,
  );
  const [, address = LOOPBACK, hostPort, containerPort, protocol] = match ?? [];
  return {
    hostAddress: address.replace(/^\[|\]$/g, ""),
    hostPort: Number(hostPort ?? 0),
    containerPort: Number(containerPort),
    protocol: protocol === "udp" ? "udp" : "tcp",
  };
}

/** Two services that publish one port of the host. */
export interface PortConflict {
  readonly services: readonly [Service, Service];
  readonly problem: Diagnostic;
}

/** Each port of the host that is published a second time, with the service that has it first. */
export function findPortConflicts(
  services: Iterable<Service>,
  locations: ReadonlyMap<string, Location>,
): readonly PortConflict[] {
  const taken: {
    readonly service: Service;
    readonly port: PortBinding;
    readonly place: Location;
  }[] = [];
  const conflicts: PortConflict[] = [];
  for (const service of services) {
    for (const [index, port] of service.ports.entries()) {
      const place = locations.get(`services.${service.name}.ports.${index}`);
      if (port.hostPort === 0 || place === undefined) continue;
      const owner = taken.find((other) => isSamePort(other.port, port));
      taken.push({ service, port, place });
      if (owner === undefined) continue;
      const parts = {
        message: `Port ${port.hostAddress}:${port.hostPort}/${port.protocol} is published twice.`,
        hint: "Give one of the two another port of the host.",
      };
      const related = [{ message: "first published here", location: owner.place }];
      conflicts.push({
        services: [owner.service, service],
        problem: { ...errorAt(place, "port-conflict", parts), related },
      });
    }
  }
  return conflicts;
}

/**
 * Whether two bindings claim the same port of the host: one address, or one that stands for all.
 */
function isSamePort(a: PortBinding, b: PortBinding): boolean {
  return (
    a.hostPort === b.hostPort &&
    a.protocol === b.protocol &&
    (a.hostAddress === b.hostAddress || isEverywhere(a) || isEverywhere(b))
  );
}

function isEverywhere({ hostAddress }: PortBinding): boolean {
  return hostAddress === "0.0.0.0" || hostAddress === "::";
}
