import { listFirst } from "../count.ts";
import { QclockError } from "../error.ts";
import { byName } from "../order.ts";
import type { Advisory, AdvisoryOfMove, MovedVersion } from "./advisory.ts";
import type { LockRequest } from "./lock/request.ts";
import type { LockTarget } from "./package.ts";
import type { LoadedRepositories } from "./repositories.ts";
import type { ResolvedPackage } from "./resolve/reasons.ts";

const SHOWN_MOVES = 20;
const SHOWN_ADVISORIES = 3;
const SHOWN_VULNERABILITIES = 5;

/**
 * Tell which of the packages that moved take in updates for the sake of security, with their
 * severity. That the distribution's list of them cannot be had is told as well, and is no failure.
 */
export async function tellAdvisories(
  { onNotice, signal }: Pick<LockRequest, "onNotice" | "signal">,
  { advisoriesOf }: Pick<LoadedRepositories, "advisoriesOf">,
  states: {
    readonly current: LockTarget | undefined;
    readonly resolved: ReadonlyMap<string, readonly ResolvedPackage[]>;
  },
): Promise<void> {
  if (onNotice === undefined || advisoriesOf === undefined) return;
  const moves = movesOf(states.current, states.resolved);
  if (moves.length === 0) return;
  try {
    for (const line of formatAdvisories(await advisoriesOf(moves))) onNotice(line);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof QclockError)) throw error;
    onNotice(`Which updates are for security is not known: ${error.message}`);
  }
}

/** Each once, however many images have it. */
function movesOf(
  current: LockTarget | undefined,
  resolved: ReadonlyMap<string, readonly ResolvedPackage[]>,
): readonly MovedVersion[] {
  const moves = new Map<string, MovedVersion>();
  for (const [image, { packages }] of current?.images ?? []) {
    const now = new Map(
      resolved.get(image)?.map((each) => [each.package.name, each.package.version]),
    );
    for (const { name, version: from } of packages) {
      const to = now.get(name);
      if (to !== undefined && to !== from) moves.set(`${name} ${from} ${to}`, { name, from, to });
    }
  }
  return [...moves.values()].toSorted(byName);
}

function formatAdvisories(found: readonly AdvisoryOfMove[]): readonly string[] {
  const security = found.filter(({ advisory }) => advisory.kind === "security");
  const lines = [...Map.groupBy(security, ({ move }) => move)].map(
    ([{ name, from, to }, all]) =>
      `${name} ${from} -> ${to} takes in ${listFirst(
        all.map(({ advisory }) => formatAdvisory(advisory)),
        SHOWN_ADVISORIES,
        "; ",
      )}.`,
  );
  const more = lines.length - SHOWN_MOVES;
  return more > 0
    ? [...lines.slice(0, SHOWN_MOVES), `${more} more packages take in updates for security.`]
    : lines;
}

/** `ELSA-2024-10949 (Important: CVE-2024-1, CVE-2024-2 and 3 more)` */
function formatAdvisory({ id, severity, vulnerabilities }: Advisory): string {
  const parts = [
    ...(severity === undefined ? [] : [severity]),
    ...(vulnerabilities.length === 0 ? [] : [listFirst(vulnerabilities, SHOWN_VULNERABILITIES)]),
  ];
  return parts.length === 0 ? id : `${id} (${parts.join(": ")})`;
}
