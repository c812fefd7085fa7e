import { nearest } from "../../nearest.ts";
import type { Location } from "../../diagnostic.ts";
import type { DocumentPath } from "../../manifest/text/locate.ts";
import { isRootUser } from "../../root-user.ts";
import { refuseUnknownAccounts } from "../images/accounts.ts";
import type { ServiceRequest } from "../request.ts";
import type { Hardening, PolicyException } from "../stack.ts";

/** Linux's capabilities without their prefix. Source: capabilities(7), Linux 6.1. */
const capabilities: ReadonlySet<string> = new Set(
  (
    "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH " +
    "FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN " +
    "NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT " +
    "SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM"
  ).split(" "),
);

/**
 * The hardened defaults with the manifest's departures from them. Each departure needs a reason
 * under `policy`; one without is a diagnostic. Source: CIS Docker Benchmark 1.6, section 5.
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
      hint: `${use.instead ?? "Say"} why: policy: { ${use.key}: "the reason" }${use.key.includes("{") ? " }" : ""}.`,
    });
  };
  const user = service.user ?? userOfImage(request);
  if (service.user !== undefined) {
    refuseUnknownAccounts({
      ...request,
      user: service.user,
      image: service.image,
      location: loaded.locator.value(["services", name, "user"]),
    });
  }
  for (const [index, group] of (service.group_add ?? []).entries()) {
    refuseUnknownAccounts({
      ...request,
      user: `0:${group}`,
      image: service.image,
      location: loaded.locator.value(["services", name, "group_add", index]),
    });
  }
  if (policy?.allow_root !== undefined || user === undefined || isRootUser(user)) {
    depart("root", policy?.allow_root, {
      at: service.user === undefined ? ["image"] : ["user"],
      what: "runs as root",
      key: "allow_root",
      instead: 'Give its image a user, such as `user: "10001:10001"`, or say',
    });
  }
  if (!service.read_only) {
    depart("writable-root", policy?.writable_root, {
      at: ["read_only"],
      what: "has a writable root file system",
      key: "writable_root",
    });
  }
  const at = (index: number): Location =>
    loaded.locator.value(["services", name, "cap_add", index]);
  for (const [index, capability] of (service.cap_add ?? []).entries()) {
    if (!capabilities.has(capability)) {
      const suggestion = nearest(capability.replace(/^CAP_/, ""), capabilities);
      problems.add("invalid-value", at(index), {
        message: `"${capability}" is not a single capability.`,
        hint:
          suggestion === undefined
            ? "Name each one that is needed, such as NET_BIND_SERVICE."
            : `Did you mean "${suggestion}"?`,
      });
      continue;
    }
    if (user !== undefined && hasNoCapabilities(user, policy)) {
      problems.add("capability-without-effect", at(index), {
        message: `Service "${name}" never gets ${capability}: it runs as ${user}, and capabilities are given to root.`,
        hint: freeForAll[capability] ?? "Leave it out, or run the service as root and say why.",
      });
      continue;
    }
    depart(`capability:${capability}`, policy?.capabilities?.[capability], {
      at: ["cap_add", index],
      what: `adds the capability ${capability}`,
      key: `capabilities: { ${capability}`,
    });
  }
  for (const [target, reason] of Object.entries(policy?.bind_mounts ?? {})) {
    exceptions.push({ rule: `bind-mount:${target}`, reason });
  }
  for (const [target, reason] of Object.entries(policy?.tmpfs_exec ?? {})) {
    exceptions.push({ rule: `tmpfs-exec:${target}`, reason });
  }
  for (const [rule, reason] of [
    ["new-privileges", policy?.new_privileges],
    ["outbound", policy?.outbound],
    ["host", policy?.host],
    ["engine-socket", policy?.engine_socket],
    ["public-ports", policy?.public_ports],
    ["logging", policy?.logging],
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
  /** Begins the hint where there is something better to do than to give a reason. */
  readonly instead?: string;
}

/**
 * Whether processes start without capabilities and gain none: those of a user that is not root,
 * since the Engine sets no ambient capabilities, and files give none without new privileges.
 */
function hasNoCapabilities(user: string, policy: ServiceRequest["service"]["policy"]): boolean {
  return user !== "unknown" && !isRootUser(user) && policy?.new_privileges === undefined;
}

/**
 * What every user of a container may do, so that the capability is not needed. Source: moby 20.10,
 * pull request 41030.
 */
const freeForAll: Readonly<Record<string, string>> = {
  NET_BIND_SERVICE: "Leave it out: every user of a container may use ports below 1024.",
  NET_RAW:
    "Leave it out: every user of a container may ping. What makes raw packets has to run as root.",
};

/**
 * The user that an image names, or those below it. A Dockerfile's or a registry's is looked at by
 * `verify`.
 */
function userOfImage({ service, images }: ServiceRequest): string | undefined {
  const seen = new Set<string>();
  for (let name: string | undefined = service.image; name !== undefined;) {
    const image = images.get(name);
    if (image?.type !== "assembled" || seen.has(name)) return "unknown";
    if (image.config.user !== undefined) return image.config.user;
    seen.add(name);
    name = image.parent;
  }
  return undefined;
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
