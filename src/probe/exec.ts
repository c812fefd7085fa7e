import { noAnswer, type TriedKind } from "./kind.ts";
import { shorten } from "./shorten.ts";

/** A program in the container that must end with 0. */
export const execProbe: TriedKind<"exec"> = {
  attempt: async ({ check, target, timeoutMs, signal }) => {
    const { exitCode, output } = await target.exec(check.command, { timeoutMs, signal });
    const last = shorten(output.trim().split("\n").at(-1) ?? "");
    if (exitCode === 0) return { ok: true, message: last === "" ? "exit code 0" : last };
    const why = explainExit(exitCode, check.command);
    return { ok: false, message: last === "" ? why : `${why}: ${last}` };
  },
  timedOut: noAnswer,
  cost: "engine",
};

/** A missing program is the image's fault and not the service's, so it is said apart. */
function explainExit(exitCode: number, command: readonly string[]): string {
  if (exitCode === 126) return `${command[0] ?? ""} cannot be run in the image (126)`;
  if (exitCode === 127) return `${command[0] ?? ""} is not in the image (127)`;
  return `exit code ${exitCode}`;
}
