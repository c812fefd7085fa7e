import type { World } from "./shell.ts";

/** Whether a shell is bash, by the name or path that it is called by. */
export function isBash({ sh }: Pick<World, "sh">, program: string): boolean {
  const name = program.slice(program.lastIndexOf("/") + 1);
  return name === "bash" || (name === "sh" && sh === "bash");
}
