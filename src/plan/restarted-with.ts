import type { Stack } from "../stack/stack.ts";
import type { Decisions } from "./services/decide-services.ts";
import { listOf } from "./taking/foreign-users.ts";
import type { ObservedContainer } from "./observed.ts";
import type { Planning } from "./planning.ts";
import { isUp } from "./taking/stop-container.ts";

/**
 * Services that are started again after the named ones are, by `depends_on.restart`, each with the
 * one that it follows: those that wish it of a named one, those that wish it of these, and so on. A
 * service that does not run is not, and hands nothing on. Dependencies come first.
 */
export function restartedWith(
  { services }: Pick<Stack, "services">,
  { names, running }: { readonly names: readonly string[]; readonly running: ReadonlySet<string> },
): ReadonlyMap<string, string> {
  const known = new Set(names);
  const found = new Map<string, string>();
  // Dependencies come first, so that one pass finds all.
  for (const { name, restartsWith = [] } of services.values()) {
    const because = restartsWith.find((each) => known.has(each));
    if (because === undefined || known.has(name) || !running.has(name)) continue;
    known.add(name);
    found.set(name, because);
  }
  return found;
}

/** The services whose containers are up. */
export function runningServices(containers: readonly ObservedContainer[]): ReadonlySet<string> {
  return new Set(
    containers.flatMap((each) =>
      each.ours && each.service !== undefined && isUp(each) ? [each.service] : [],
    ),
  );
}

/** Tell what wishes to be started again and is left running, since the run is not about it. */
export function noticeLeftOut(planning: Planning, decisions: Decisions): void {
  const { stack, services, observed, draft } = planning;
  const names = [...decisions].flatMap(([name, { type }]) =>
    type === "keep" || type === "wait" ? [] : [name],
  );
  const running = runningServices(observed.containers);
  const included = new Set(services.map(({ name }) => name));
  const left = [...restartedWith(stack, { names, running }).keys()].filter(
    (name) => !included.has(name),
  );
  if (left.length === 0) return;
  const verb = left.length === 1 ? "is" : "are";
  draft.notice(
    `${listOf(left)} ${verb} to be started again after that, and ${verb} left running: qclock restart ${left.join(" ")}.`,
  );
}
