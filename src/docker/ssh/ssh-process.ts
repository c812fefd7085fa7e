import { Duplex } from "node:stream";
import { ExecaError, execa } from "execa";

/** An ssh that runs, and its standard streams as one connection. */
export interface SshProcess {
  readonly connection: Duplex;
  /** Resolves when it has ended, with the failure unless it ended with success. Never rejects. */
  readonly ended: Promise<ExecaError | undefined>;
}

/** How ssh is run: its words, and the variables that it sees. */
export interface SshCall {
  readonly words: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * Start ssh. It ends with its connection: destroyed here, or with this process, whose end of its
 * input it notices.
 */
export function startSsh({ words, environment }: SshCall): SshProcess {
  const child = execa("ssh", words, {
    env: Object.fromEntries(environment),
    buffer: { stdout: false, stderr: true },
    maxBuffer: 64 * 1024,
    reject: false,
    // In a session of its own: Ctrl-C at the terminal would end it before the stack's hold is given
    // back.
    detached: true,
  });
  const connection = Duplex.from({ readable: child.stdout, writable: child.stdin });
  connection.on("error", () => undefined);
  connection.once("close", () => child.kill());
  const ended = child.then((result) => (result instanceof ExecaError ? result : undefined));
  return { connection, ended };
}

/** Run ssh to its end. Resolves with what it wrote, undefined when it failed or took too long. */
export async function askSsh(
  { words, environment }: SshCall,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const result = await execa("ssh", words, {
    env: Object.fromEntries(environment),
    stdin: "ignore",
    maxBuffer: 1024 * 1024,
    reject: false,
    detached: true,
    timeout: timeoutMs,
    cancelSignal: signal,
  });
  return result.failed ? undefined : result.stdout;
}
