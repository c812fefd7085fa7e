import { about, probeKindNames, readChecks } from "./probe-kinds.ts";
import type { ServiceRequest } from "../request.ts";
import type { Probe } from "../stack.ts";
import { parseDuration } from "../values.ts";

/** The probes of a service; each must name exactly one check. */
export function resolveProbes(request: ServiceRequest): readonly Probe[] {
  const { name, service, loaded, problems, locations } = request;
  const names = new Set<string>();
  return (service.probes ?? []).flatMap((probe, index) => {
    const checks = readChecks(probe);
    const [check] = checks;
    const place = loaded.locator.value(["services", name, "probes", index]);
    locations.set(`services.${name}.probes.${index}`, place);
    if (check === undefined || checks.length > 1) {
      problems.add("invalid-value", place, {
        message: `A probe must have exactly one of ${probeKindNames.slice(0, -1).join(", ")} and ${probeKindNames.at(-1)}.`,
      });
      return [];
    }
    const probeName = uniqueName(
      about(check, (kind, own) => kind.name(own)),
      names,
    );
    return [
      {
        name: probeName,
        phase: probe.phase,
        check,
        intervalMs: parseDuration(probe.interval),
        timeoutMs: parseDuration(probe.timeout),
        retries: probe.retries,
        startPeriodMs: parseDuration(probe.start_period),
        successThreshold: about(check, (kind) => kind.provesOnce) ? 1 : probe.success_threshold,
      },
    ];
  });
}

function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number++) unique = `${name}#${number}`;
  taken.add(unique);
  return unique;
}
