import { byName } from "../../order.ts";
import type { ServiceRequest } from "../request.ts";
import type { Limits, Ulimit } from "../stack.ts";
import { parseSize } from "../values.ts";

/**
 * Below this the Engine refuses: runc needs it to start anything. Source: moby,
 * daemon/daemon_unix.go, linuxMinMemory.
 */
const MINIMUM_MEMORY_BYTES = 6 * 1024 * 1024;

/** What a service may use at most of the machine. */
export function resolveLimits(request: ServiceRequest): Limits {
  const { name, service, loaded, problems } = request;
  const memoryBytes = parseSize(service.mem_limit);
  if (memoryBytes < MINIMUM_MEMORY_BYTES) {
    problems.add("invalid-value", loaded.locator.value(["services", name, "mem_limit"]), {
      message: `A memory limit of ${memoryBytes} bytes is too small; the Engine takes 6m or more.`,
    });
  }
  const ulimits = resolveUlimits(request);
  const shmBytes = service.shm_size === undefined ? undefined : parseSize(service.shm_size);
  if (shmBytes === 0) {
    problems.add("invalid-value", loaded.locator.value(["services", name, "shm_size"]), {
      message: "A /dev/shm of 0 bytes cannot be made; the Engine would take its default.",
      hint: "Write how much it may hold, such as 64m, or leave `shm_size` out.",
    });
  }
  return {
    memoryBytes,
    cpus: Number(service.cpus),
    pids: service.pids_limit,
    ...(shmBytes === undefined ? {} : { shmBytes }),
    ...(ulimits.length === 0 ? {} : { ulimits }),
  };
}

function resolveUlimits({ name, service, loaded, problems }: ServiceRequest): readonly Ulimit[] {
  return Object.entries(service.ulimits ?? {})
    .map(([ulimit, value]) => {
      const { soft, hard } = typeof value === "object" ? value : { soft: value, hard: value };
      const resolved = { name: ulimit, soft: Number(soft), hard: Number(hard) };
      if (amountOf(resolved.soft) > amountOf(resolved.hard)) {
        problems.add("invalid-value", loaded.locator.value(["services", name, "ulimits", ulimit]), {
          message: `The soft limit of "${ulimit}" (${resolved.soft}) is above the hard one (${resolved.hard}).`,
          hint: "The kernel takes no soft limit above the hard one; -1 is no limit.",
        });
      }
      return resolved;
    })
    .toSorted(byName);
}

function amountOf(limit: number): number {
  return limit === -1 ? Infinity : limit;
}
