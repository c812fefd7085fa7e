import type { AdvisoryOfMove, MovedVersion } from "../../advisory.ts";
import type { LoadedRepository } from "./load-repository.ts";
import type { MemoryTally } from "../metadata/memory-tally.ts";
import { UpdateinfoHandler } from "../metadata/updateinfo.ts";
import { readXmlFile } from "./metadata-file.ts";
import { compareVersions } from "../relations/version.ts";

/**
 * The advisories that moves of packages take in: those of each version after the one before, up to
 * the one now. Each once for a move, in the order of the moves, then of their numbers.
 *
 * Throws `package-corrupt` for a list of advisories that cannot be read, and what fetching throws.
 */
export async function advisoriesOf(
  repositories: readonly LoadedRepository[],
  moves: readonly MovedVersion[],
  { memory, signal }: { readonly memory: MemoryTally; readonly signal: AbortSignal },
): Promise<readonly AdvisoryOfMove[]> {
  if (moves.length === 0) return [];
  const handler = new UpdateinfoHandler(new Set(moves.map(({ name }) => name)), memory);
  for (const repository of repositories) {
    const file = await repository.fetch("updateinfo");
    if (file !== undefined) await readXmlFile(file, handler, signal);
  }
  return moves.flatMap((move) => {
    const within = handler.found.filter(
      ({ name, version }) =>
        name === move.name &&
        compareVersions(version, move.from) > 0 &&
        compareVersions(version, move.to) <= 0,
    );
    const distinct = new Map(within.map(({ advisory }) => [advisory.id, advisory]));
    return [...distinct.values()]
      .toSorted((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }))
      .map((advisory) => ({ move, advisory }));
  });
}
