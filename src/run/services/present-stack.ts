import type { Engine } from "../../docker/engine.ts";
import { narrowed } from "../../stack/profiles.ts";
import type { Stack } from "../../stack/stack.ts";

/**
 * The part of a stack to look at: what is active, and of the services of inactive profiles those
 * that have a container. What runs is shown and proved, whichever profiles this command was given.
 */
export async function presentStack(
  stack: Stack,
  engine: Pick<Engine, "inspectContainer">,
  signal: AbortSignal,
): Promise<Stack> {
  const { inactive, services } = stack;
  if (inactive === undefined) return stack;
  const present = await Promise.all(
    [...inactive].map(async (name) => {
      const container = services.get(name)?.containerName ?? "";
      return (await engine.inspectContainer(container, signal)) === undefined ? [] : [name];
    }),
  );
  return narrowed(stack, new Set(present.flat()));
}
