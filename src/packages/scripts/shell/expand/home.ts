import { fromBytes } from "../../bytes.ts";
import type { Shell } from "../execute/shell.ts";

/** What `~` or `~name` stands for; undefined when nobody knows. */
export function homeOf(shell: Shell, name: string): string | undefined {
  if (name === "") return shell.variables.get("HOME");
  const { root } = shell.world;
  if (root.stat("/etc/passwd")?.kind !== "file") return undefined;
  const lines = fromBytes(root.read("/etc/passwd")).split("\n");
  const line = lines.find((each) => each.startsWith(`${name}:`));
  return line?.split(":")[5];
}
