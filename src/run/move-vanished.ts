import { diffLocks } from "../packages/lock-diff.ts";
import { targetKey } from "../packages/lock-packages.ts";
import type { Lock, LockTarget } from "../packages/package.ts";
import { VanishedError } from "../packages/vanished.ts";
import type { Digest } from "../stack/stack.ts";
import type { RunContext } from "./context.ts";
import type { RunReport } from "./event.ts";
import { lockStack } from "./prepare-images.ts";

/** Each turn reads the mirror anew; more than a few would mean that it changes while it is read. */
const TURNS = 3;

/**
 * Run something that fetches packages. Where locked ones have left every mirror, move those to their newest version, say so,
 * and run it once more with the new lock. With `--locked` the first report stands, and names them.
 */
export async function movingVanished(
  context: RunContext,
  run: (context: RunContext) => Promise<RunReport>,
): Promise<RunReport> {
  let current = context;
  for (let turn = 1; ; turn++) {
    const report = await run(current);
    const digests = vanishedIn(report);
    if (digests.size === 0 || context.lockMode === "locked" || turn === TURNS) return report;
    current = await moved(current, digests);
  }
}

function vanishedIn({ nodes }: RunReport): ReadonlySet<Digest> {
  return new Set(
    nodes.flatMap(({ outcome }) =>
      outcome.status === "failed" && outcome.error instanceof VanishedError
        ? outcome.error.files.map(({ digest }) => digest)
        : [],
    ),
  );
}

async function moved(context: RunContext, digests: ReadonlySet<Digest>): Promise<RunContext> {
  const { lock, target } = await lockStack(context);
  const only = namesOf(target, digests);
  const result = await lockStack({ ...context, lock, lockMode: "update", move: only });
  sayMoved(context, lock, result.lock);
  return { ...context, lock: result.lock };
}

function namesOf(target: LockTarget, digests: ReadonlySet<Digest>): ReadonlySet<string> {
  const packages = [...target.images.values()].flatMap((image) => image.packages);
  return new Set(packages.filter(({ digest }) => digests.has(digest)).map(({ name }) => name));
}

function sayMoved({ stack, emit }: RunContext, before: Lock, after: Lock): void {
  const diff = diffLocks(before, after).targets.find(({ target }) => target === targetKey(stack));
  const moves = new Map(
    (diff?.images ?? []).flatMap((image) =>
      image.moved.map((move) => [
        move.before.name,
        `${move.before.name} ${move.before.version} -> ${move.after.version}`,
      ]),
    ),
  );
  emit({
    type: "notice",
    level: "warning",
    message: `Left the mirror and moved in the lock: ${[...moves.values()].join(", ")}.`,
    hint: "Review the lock (qclock lock diff) and commit it. With --locked this is an error.",
  });
}
