import type { DocumentPath } from "../manifest/locate.ts";
import type { ServiceRequest } from "./services.ts";
import type { Hardening, PolicyException } from "./stack.ts";

/**
 * The hardened defaults with the manifest's departures from them. Each departure needs a reason under
 * `policy`; one without is a diagnostic. Source: CIS Docker Benchmark 1.6, section 5.
 */
export function resolveHardening(request: ServiceRequest): {
  readonly hardening: Hardening;
  readonly exceptions: readonly PolicyException[];
} {
  const { name, service, loaded, problems } = request;
  const { policy } = service;
  const exceptions: PolicyException[] = [];
  const depart = (rule: string, reason: string | undefined, use: Departure): void => {
    if (reason !== undefined) {
      exceptions.push({ rule, reason });
      return;
    }
    problems.add("exception-without-reason", loaded.locator.value(["services", name, ...use.at]), {
      message: `Service "${name}" ${use.what} without a reason.`,
      hint: `Say why: policy: { ${use.key}: "the reason" }.`,
    });
  };
  if (runsAsRoot(service.user) || policy?.allow_root !== undefined) {
    depart("root", policy?.allow_root, { at: ["user"], what: "runs as root", key: "allow_root" });
  }
  if (!service.read_only) {
    depart("writable-root", policy?.writable_root, {
      at: ["read_only"],
      what: "has a writable root file system",
      key: "writable_root",
    });
  }
  for (const [index, capability] of (service.cap_add ?? []).entries()) {
    depart(`capability:${capability}`, policy?.capabilities?.[capability], {
      at: ["cap_add", index],
      what: `adds the capability ${capability}`,
      key: `capabilities: { ${capability}`,
    });
  }
  for (const [target, reason] of Object.entries(policy?.bind_mounts ?? {})) {
    exceptions.push({ rule: `bind-mount:${target}`, reason });
  }
  for (const [rule, reason] of [
    ["new-privileges", policy?.new_privileges],
    ["outbound", policy?.outbound],
    ["public-ports", policy?.public_ports],
    ["unbounded-restart", policy?.restart],
  ] as const) {
    if (reason !== undefined) exceptions.push({ rule, reason });
  }
  refuseWeakerOptions(request);
  return {
    hardening: {
      readOnlyRoot: service.read_only,
      dropCapabilities: ["ALL"],
      addCapabilities: service.cap_add ?? [],
      noNewPrivileges: policy?.new_privileges === undefined,
      init: service.init,
      allowRoot: policy?.allow_root !== undefined,
    },
    exceptions,
  };
}

interface Departure {
  /** Below the service. */
  readonly at: DocumentPath;
  readonly what: string;
  readonly key: string;
}

function runsAsRoot(user: string | undefined): boolean {
  return user !== undefined && /^(?:0+|root)(?::|$)/.test(user);
}

function refuseWeakerOptions({ name, service, loaded, problems }: ServiceRequest): void {
  const at = (key: string): DocumentPath => ["services", name, key];
  if (service.cap_drop !== undefined && !service.cap_drop.includes("ALL")) {
    problems.add("invalid-value", loaded.locator.value(at("cap_drop")), {
      message: "All capabilities are dropped; `cap_drop` can only say ALL.",
      hint: "Remove it, and add back what is needed with `cap_add` and a reason.",
    });
  }
  for (const [index, option] of (service.security_opt ?? []).entries()) {
    if (/^no-new-privileges(?::true)?$/.test(option)) continue;
    problems.add("invalid-value", loaded.locator.value([...at("security_opt"), index]), {
      message: `"${option}" is not allowed: only no-new-privileges:true, which is the default.`,
      hint: 'To allow new privileges say why: policy: { new_privileges: "the reason" }.',
    });
  }
}
