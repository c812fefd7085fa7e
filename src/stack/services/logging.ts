import { by } from "../../order.ts";
import type { ServiceRequest } from "../request.ts";
import type { Logging } from "../stack.ts";

/** Drivers whose logs stay on the Engine's machine. Source: Docker, "Configure logging drivers". */
const driversHere: ReadonlySet<string> = new Set(["json-file", "local", "journald", "none"]);

/** Whether a driver sends what it is given to somewhere else than the Engine's machine. */
export function sendsLogAway(driver: string): boolean {
  return !driversHere.has(driver);
}

/**
 * Where a service's output goes. A log that leaves the machine needs a reason, one that has no
 * bound is refused.
 */
export function resolveLogging(request: ServiceRequest): Logging | undefined {
  const { name, service, loaded, problems } = request;
  if (service.logging === undefined) return undefined;
  const { driver, options = {} } = service.logging;
  if (driver !== undefined && sendsLogAway(driver) && service.policy?.logging === undefined) {
    problems.add(
      "exception-without-reason",
      loaded.locator.value(["services", name, "logging", "driver"]),
      {
        message: `Service "${name}" sends its log elsewhere ("${driver}") without a reason.`,
        hint: 'Use "local" or "json-file", or say why: policy: { logging: "the reason" }.',
      },
    );
  }
  refuseUnreadable(request);
  const isUnbounded = Number.parseFloat(String(options["max-size"] ?? 1)) <= 0;
  if (isUnbounded) {
    const at = ["services", name, "logging", "options", "max-size"];
    problems.add("invalid-value", loaded.locator.value(at), {
      message: `The log of "${name}" would grow without a bound until the disk is full.`,
      hint: "Write how much a file of it may hold, such as 50m.",
    });
  }
  return {
    ...(driver === undefined ? {} : { driver }),
    options: Object.entries(options)
      .map(([option, value]) => [option, String(value)] as const)
      .toSorted(by(([key]) => key)),
  };
}

/** A probe that waits for a line of a log that nobody keeps would wait in vain. */
function refuseUnreadable({ name, service, loaded, problems }: ServiceRequest): void {
  if (service.logging?.driver !== "none") return;
  for (const [index, { log_line: line }] of (service.probes ?? []).entries()) {
    if (line === undefined) continue;
    problems.add(
      "invalid-value",
      loaded.locator.key(["services", name, "probes", index, "log_line"]),
      {
        message: `"${name}" waits for a line of its log, which the driver "none" keeps nowhere.`,
        hint: "Use another driver, such as `local`, or another probe.",
      },
    );
  }
}
