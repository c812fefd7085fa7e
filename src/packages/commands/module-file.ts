import { fromBytes, toBytes } from "../scripts/bytes.ts";
import type { CommandCall } from "../scripts/command.ts";

/** Stops the script: modules are programs, and what one says is not found out. */
export function unknown(call: CommandCall, name: string): never {
  return call.unsupported(`what the module ${name} says of itself`);
}

/** The bytes of a module. */
export function contentOf(call: CommandCall, path: string): string {
  const bytes = call.root.read(path);
  call.countSteps(1 + (bytes.length >> 12));
  return fromBytes(bytes);
}

/** Put a cache in its place; one without content is none. */
export function replace({ root }: CommandCall, path: string, text: string): void {
  if (root.lstat(path) !== undefined) root.remove(path);
  if (text !== "") root.write(path, toBytes(text), 0o644);
}
