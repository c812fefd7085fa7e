import { isIP } from "node:net";
import type { DocumentPath } from "../../manifest/text/locate.ts";
import type { ServiceRequest } from "../request.ts";
import type { ExtraHost } from "../stack.ts";

/** The Engine's word for its own machine. */
export const hostGateway = "host-gateway";

/**
 * Names with addresses of their own. The Engine's machine is one of the ways to the host, which
 * need a reason.
 */
export function resolveExtraHosts(request: ServiceRequest): readonly ExtraHost[] {
  const { name, service, loaded, problems } = request;
  const { extra_hosts: written = [] } = service;
  const at: DocumentPath = ["services", name, "extra_hosts"];
  const entries = Array.isArray(written)
    ? written.map((text, index) => ({ ...parseEntry(text), at: [...at, index] }))
    : Object.entries(written).flatMap(([host, addresses]) =>
        [addresses].flat().map((address) => ({ name: host, address, at: [...at, host] })),
      );
  return entries.map(({ name: host, address: given, at: place }) => {
    const address = given.replace(/^\[(.*)\]$/, "$1");
    if (address === hostGateway) {
      if (service.policy?.host === undefined) {
        problems.add("exception-without-reason", loaded.locator.value(place), {
          message: `Service "${name}" is given a way to the host ("${host}") without a reason.`,
          hint: 'Name a service of the stack, or say why: policy: { host: "the reason" }.',
        });
      }
    } else if (isIP(address) === 0) {
      problems.add("invalid-value", loaded.locator.value(place), {
        message: `"${given}" is no address for "${host}".`,
        hint: "Write an IP address, or `host-gateway` for the Engine's machine.",
      });
    }
    return { name: host, address };
  });
}

/** `name=address` or `name:address`; an address of IPv6 has colons, too. */
function parseEntry(text: string): ExtraHost {
  const [, name = "", address = ""] = /^([^=:]*)[=:](.*)$/.exec(text) ?? [];
  return { name, address };
}
