import { homedir, hostname, userInfo } from "node:os";

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

/** The real one. */
export function currentHost(): Host {
  return {
    argv: process.argv.slice(2),
    environment: new Map(
      Object.entries(process.env).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      ),
    ),
    workingDirectory: process.cwd(),
    homeDirectory: homedir(),
    hostName: hostname(),
    userName: currentUser(),
    pid: process.pid,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  };
}

function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an account, as in many CI containers, makes userInfo throw.
    return process.getuid === undefined ? "unknown" : `uid ${process.getuid()}`;
  }
}
