import { execa, type ExecaError } from "execa";

/** A program and its arguments. */
export type Command = readonly [string, ...string[]];

/** Where a command runs: its folder, its whole environment, and the network that it sees. */
export interface Place {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Words before the command that put it into a network namespace; none on the host's network. */
  readonly enter: readonly string[];
  /** Process id of the Engine that it talks to, when that is the bench's own. */
  readonly enginePid: number | undefined;
}

/** More than any contestant takes; one that hangs must not hold up the rest. */
const TIMEOUT_MS = 6 * 60 * 1000;

/**
 * Start a command in its place. The result rejects when it fails, takes too long or is interrupted.
 */
export function start(
  command: Command,
  { cwd, environment, enter }: Omit<Place, "enginePid">,
  signal: AbortSignal,
) {
  const [file = "", ...words] = [...enter, ...command];
  return execa(file, words, {
    cwd,
    env: { ...environment },
    extendEnv: false,
    stdin: "ignore",
    cancelSignal: signal,
    timeout: TIMEOUT_MS,
    maxBuffer: 256 * 1024 * 1024,
  });
}

/** Run a command to its end. Resolves with its standard output; rejects when it fails. */
export async function run(command: Command, place: Place, signal: AbortSignal): Promise<string> {
  const { stdout } = await start(command, place, signal);
  return stdout;
}

/**
 * In one line why something could not be done: the last thing that a failed command said, else the
 * message.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { timedOut, shortMessage, stderr } = error as Partial<ExecaError>;
  const said = typeof stderr === "string" && timedOut !== true ? lastComplaint(stderr) : undefined;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  const text = said ?? shortMessage ?? `${error.message}${cause}`;
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** Programs end with a summary or a stack trace; the line that names the error says more. */
function lastComplaint(stderr: string): string | undefined {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.findLast((line) => /^\s*(?:E:|error|failed)|\berror:/i.test(line)) ?? lines.at(-1);
}
