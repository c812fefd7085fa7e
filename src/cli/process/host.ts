import { homedir, hostname, userInfo } from "node:os";
import { QclockError } from "../../error.ts";

/**
 * What the process gives to the command line, gathered once so that the rest can be run by a test.
 */
export interface Host {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly hostName: string;
  readonly userName: string;
  readonly pid: number;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** The real one. Throws `usage` where there is no folder to work in. */
export function currentHost(): Host {
  return {
    argv: process.argv.slice(2),
    environment: new Map(
      Object.entries(process.env).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      ),
    ),
    workingDirectory: currentFolder(),
    homeDirectory: homedir(),
    hostName: hostname(),
    userName: currentUser(),
    pid: process.pid,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  };
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    // Another program has removed it, or what is above it can no longer be looked into.
    throw new QclockError("usage", "The folder that qclock was started in is not there any more.", {
      cause: error,
      hint: "Go to one that is: cd FOLDER.",
    });
  }
}

function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an account, as in many CI containers, makes userInfo throw.
    return process.getuid === undefined ? "unknown" : `uid ${process.getuid()}`;
  }
}
