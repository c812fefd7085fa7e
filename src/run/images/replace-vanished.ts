import type { Lock } from "../../packages/package.ts";
import { VanishedError } from "../../packages/fetch/vanished.ts";
import type { RunContext } from "../context.ts";
import type { RunReport } from "../execution/event.ts";

/**
 * Plans and carries out; with `throwVanished` a package that is nowhere ends all of it with a
 * `VanishedError`.
 */
type Run<Report extends RunReport> = (
  context: RunContext,
  options: { readonly throwVanished: boolean },
) => Promise<Report>;

/**
 * Carry out a run with a lock; when packages of the lock turn out to be on no mirror any more, move
 * those alone to their newest version, say so, and start over once: which images are stale is told
 * by the lock, so that the plan has to be made anew. In `locked` mode such a package fails what
 * needs it.
 */
export async function replacingVanished<Report extends RunReport>(
  context: RunContext,
  lock: Lock,
  run: Run<Report>,
): Promise<Report> {
  const first: RunContext = { ...context, lock };
  if (context.lockMode === "locked") return await run(first, { throwVanished: false });
  try {
    return await run(first, { throwVanished: true });
  } catch (error) {
    if (!(error instanceof VanishedError) || context.signal.aborted) throw error;
    // Loaded here: it hardly ever happens.
    const { moveVanished } = await import("./move-vanished.ts");
    const moved = await moveVanished(first, error.files);
    return await run({ ...context, lock: moved }, { throwVanished: false });
  }
}
