import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { ExecaError } from "execa";
import { awaitFirstAnswer, NotHttpError } from "./first-answer.ts";
import { type SshCall, startSsh } from "./ssh-process.ts";

/** How often a login that sshd drops is tried. */
const LOGINS = 5;

/** Before the second try, in milliseconds; each further wait is twice as long. */
const FIRST_WAIT_MS = 200;

/**
 * A connection to the Engine by a program at the other end, which the Engine has answered over. A
 * login that sshd drops is tried again: nothing was asked of the Engine by then. Rejects with ssh's
 * failure.
 */
export async function openSession(call: SshCall, signal: AbortSignal): Promise<Duplex> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Each login waits for the one before: that is what trying again is.
      return await openOnce(call, signal);
    } catch (error) {
      if (attempt >= LOGINS || !isDropped(error)) throw error;
      await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}

/**
 * Whether sshd hung up before it had asked who is there: more logins were under way than it takes
 * at once, or it has had enough of this machine for a while.
 */
export function isDropped(error: unknown): boolean {
  return (
    error instanceof ExecaError &&
    error.exitCode === 255 &&
    typeof error.stderr === "string" &&
    /kex_exchange_identification|ssh_exchange_identification|Not allowed at this time|banner exchange/u.test(
      error.stderr,
    )
  );
}

async function openOnce(call: SshCall, signal: AbortSignal): Promise<Duplex> {
  signal.throwIfAborted();
  const { connection, ended } = startSsh(call);
  const giveUp = (): void => void connection.destroy();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    await awaitFirstAnswer(connection);
    return connection;
  } catch (error) {
    // Why its output was closed is what ssh says, which is about to end by itself.
    const failure = error instanceof NotHttpError ? undefined : await ended;
    connection.destroy();
    signal.throwIfAborted();
    throw failure ?? error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
