import { type Command, type Place, run } from "./command.ts";

/**
 * Runs a command and says afterwards what its processes took, as POSIX has it: the shell's own
 * times, then its children's.
 */
const SCRIPT = '"$0" "$@" >&2; times';

/**
 * The time that a command's processes spent on a processor, in milliseconds: what the machine's
 * other work changes little. A command that fails is measured as well, since a mistake may be what
 * is told.
 */
export async function processorMs(
  command: Command,
  place: Place,
  signal: AbortSignal,
): Promise<number> {
  const said = await run(["sh", "-c", SCRIPT, ...command], place, signal);
  const times = [...said.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => (Number(minutes) * 60 + Number(seconds)) * 1000,
  );
  const [, , user, system] = times;
  if (user === undefined || system === undefined) throw new Error(`not the times: ${said}`);
  return user + system;
}
