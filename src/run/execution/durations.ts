import type { Stack } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import type { RunContext } from "../context.ts";
import type { RunReport } from "./event.ts";

const NOTE = "durations";

/**
 * How long each operation of a stack took when it was last carried out, in milliseconds, by the id
 * of its node.
 */
export type Durations = ReadonlyMap<string, number>;

/** Remember how long the operations of a run took, beside those of earlier runs. */
export async function rememberDurations(
  { stack, store }: Pick<RunContext, "stack" | "store">,
  { nodes }: RunReport,
): Promise<void> {
  const durations = new Map(await readDurations(stack, store));
  for (const { node, outcome, durationMs } of nodes) {
    if (outcome.status === "succeeded" && durationMs !== undefined)
      durations.set(node.id, Math.round(durationMs));
  }
  await store.writeNote(NOTE, keyOf(stack), [...durations]);
}

/** What is remembered of a stack; empty when it was never built here. */
export async function readDurations(stack: Stack, store: Store): Promise<Durations> {
  const note = await store.readNote(NOTE, keyOf(stack));
  const durations = new Map<string, number>();
  for (const entry of Array.isArray(note) ? note : []) {
    const [id, durationMs]: readonly unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof id === "string" && typeof durationMs === "number") durations.set(id, durationMs);
  }
  return durations;
}

function keyOf({ name, manifestPath, os, architecture }: Stack): string {
  return `${name}-${os}-${architecture}-${manifestPath}`;
}
