import type { Engine } from "../../docker/engine.ts";
import type { RunContext } from "../context.ts";
import { activeServices } from "../../stack/profiles.ts";
import type { PortBinding, Service } from "../../stack/stack.ts";

/** Where a published port of a service can be reached from this machine. */
export interface PublishedUrl {
  readonly service: string;
  /** `http://127.0.0.1:8080/`, or `127.0.0.1:5432` where the protocol is not known to be HTTP. */
  readonly url: string;
}

/**
 * The addresses of the published ports as the Engine gave them, which matters where it chose the
 * port.
 */
export async function publishedUrls(
  context: Pick<RunContext, "stack" | "signal"> & {
    readonly engine: () => Promise<Pick<Engine, "inspectContainer">>;
  },
  services: readonly string[],
): Promise<readonly PublishedUrl[]> {
  const meant =
    services.length === 0
      ? activeServices(context.stack)
      : [...context.stack.services.values()].filter(({ name }) => services.includes(name));
  const wanted = meant.filter(({ ports }) => ports.length > 0);
  if (wanted.length === 0) return [];
  if (wanted.every(({ ports }) => ports.every(({ hostPort }) => hostPort !== 0))) {
    return wanted.flatMap((service) => service.ports.map((port) => urlOf(service, port)));
  }
  const engine = await context.engine();
  const found = await Promise.all(
    wanted.map(async (service) => {
      const state = await engine.inspectContainer(service.containerName, context.signal);
      return (state?.publishedPorts ?? []).map((port) => urlOf(service, port));
    }),
  );
  return found.flat();
}

/** The address of one published port. That it speaks HTTP is known from a probe of it. */
export function urlOf(
  service: Pick<Service, "name" | "probes">,
  port: Omit<PortBinding, "protocol">,
): PublishedUrl {
  const anywhere =
    port.hostAddress === "0.0.0.0" || port.hostAddress === "::" || port.hostAddress === "";
  const name = anywhere ? "127.0.0.1" : port.hostAddress;
  const address = `${name.includes(":") ? `[${name}]` : name}:${port.hostPort}`;
  for (const { check } of service.probes) {
    if (check.type === "http_get" && check.port === port.containerPort) {
      return { service: service.name, url: `${check.scheme}://${address}/` };
    }
  }
  return { service: service.name, url: address };
}
