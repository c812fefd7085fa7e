import type { Service } from "../stack/stack.ts";

/** Ports that the probes of a service connect to. */
export function probedPorts(service: Service): readonly number[] {
  return service.probes.flatMap(({ check }) => ("port" in check ? [check.port] : []));
}
