import { fetchFiles } from "../../packages/fetch/fetch.ts";
import { diffLocks } from "../../packages/lock/diff/diff-locks.ts";
import type { MovedPackage } from "../../packages/lock/diff/lock-diff.ts";
import { targetKey } from "../../packages/lock/lock-packages.ts";
import { lockedFiles } from "../../packages/lock/locked-files.ts";
import type { Lock } from "../../packages/package.ts";
import { VanishedError, type VanishedFile } from "../../packages/fetch/vanished.ts";
import type { RunContext } from "../context.ts";
import { inPhase } from "../execution/phase.ts";
import { lockStack } from "./lock-stack.ts";

/**
 * Move the packages of the lock that are on no mirror any more to their newest version, and with
 * them what that forces; write the lock and say what moved. Resolves with the new lock.
 *
 * Throws what locking throws: `unresolvable-packages`, `package-vanished` where the index lists
 * what the mirror lacks.
 */
export async function moveVanished(
  context: RunContext,
  noticed: readonly VanishedFile[],
): Promise<Lock> {
  const { stack, lock, emit } = context;
  const target = lock?.targets.get(targetKey(stack));
  if (lock === undefined || target === undefined) throw new Error("there is no lock to move");
  // The one that failed was one image's; the others' packages are needed as well.
  const gone = new Set([...noticed, ...(await findVanished(context))].map(({ digest }) => digest));
  const packages = [...target.images.values()].flatMap((image) => image.packages);
  const names = new Set(packages.filter(({ digest }) => gone.has(digest)).map(({ name }) => name));
  const { lock: moved } = await lockStack({ ...context, lockMode: "update", move: names });
  const changes = await changesOf(lock, moved);
  const own = [...names].toSorted().map((name) => {
    const change = changes.find((each) => each.name === name);
    return change === undefined ? `${name} (needed no longer)` : inWords(change);
  });
  const forced = changes.filter(({ name }) => !names.has(name)).map(inWords);
  emit({
    type: "notice",
    level: "warning",
    message: `No mirror has what the lock names any more; moved in stack.lock.yaml: ${own.join(", ")}${
      forced.length > 0 ? `; with it, since it needs them: ${forced.join(", ")}` : ""
    }. Starting over.`,
    hint: "See the whole difference with `qclock lock diff`, and commit the lock.",
  });
  return moved;
}

/**
 * Fetch all that the lock names: making images and locking anew would do so too, and what is
 * nowhere shows at once.
 */
async function findVanished(context: RunContext): Promise<readonly VanishedFile[]> {
  const { stack, lock, mirrors, artifactMirror, pythonIndex, downloader, signal } = context;
  const target = lock?.targets.get(targetKey(stack));
  if (target === undefined) return [];
  const files = lockedFiles(target, { mirrors, artifactMirror, pythonIndex });
  const phase = { phase: "vanished", title: "Looking for the packages of the lock" };
  return await inPhase(context, phase, async (onProgress) => {
    try {
      await fetchFiles({ files, downloader, concurrency: 8, onProgress, signal });
      return [];
    } catch (error) {
      if (error instanceof VanishedError) return error.files;
      throw error;
    }
  });
}

/** Each package that moved, once, though several images may hold it. */
async function changesOf(before: Lock, after: Lock): Promise<readonly MovedPackage[]> {
  const { targets } = await diffLocks(before, after);
  const moved = targets.flatMap((target) => target.images.flatMap((image) => image.moved));
  return [...new Map(moved.map((each) => [each.name, each])).values()];
}

function inWords({ name, from, to }: MovedPackage): string {
  return `${name} ${from.version} -> ${to.version}`;
}
