import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { limit } from "../../limit.ts";
import { dialWords, type SshAddress, sshArguments } from "./ssh-address.ts";
import { logIn, type SshLogin, sharesByItself } from "./ssh-login.ts";
import { openSession } from "./ssh-session.ts";

/** Logins under way at once. sshd drops some above 10 by default (`MaxStartups`). */
const MOST_LOGINS = 4;

/** The way to an Engine over ssh, shared by all connections to it. */
export interface SshRoute {
  /** A connection to the Engine. Rejects with ssh's failure. */
  open(signal: AbortSignal): Promise<Duplex>;
  /**
   * A socket on this machine that leads to a port as the Engine's machine reaches it; undefined
   * where sshd forwards none.
   */
  forward(host: string, port: number): Promise<string | undefined>;
  close(): void;
}

/** Prepare the way without logging in, which the first connection does. */
export function createSshRoute({
  address,
  environment,
}: {
  readonly address: SshAddress;
  readonly environment: ReadonlyMap<string, string>;
}): SshRoute {
  const closed = new AbortController();
  const options = { address, environment, signal: closed.signal };
  const logins: SshLogin[] = [];
  let current: Promise<SshLogin | undefined> | undefined;
  const makeLogin = async (): Promise<SshLogin | undefined> => {
    if (await sharesByItself(options)) return undefined;
    const login = await logIn(options);
    if (login !== undefined) logins.push(login);
    return login;
  };
  const login = async (): Promise<SshLogin | undefined> => {
    const made = current;
    if (made !== undefined && (await made)?.isOver() !== true) return made;
    // Several may have seen that it is over; one of them makes the next.
    if (current === made) {
      current = makeLogin();
      current.catch(() => (current = undefined));
    }
    return current;
  };
  const dial = limit(MOST_LOGINS, (words: readonly string[], signal: AbortSignal) =>
    openSession({ words, environment }, signal),
  );
  return {
    async open(signal) {
      const found = await unlessAborted(login(), signal);
      if (found?.engineSocket !== undefined) return connect({ path: found.engineSocket });
      const words = [...sshArguments(address, found?.options), ...dialWords(address)];
      return dial(words, AbortSignal.any([signal, closed.signal]));
    },
    async forward(host, port) {
      // A login that fails is told by the calls to the Engine.
      const found = await login().catch(() => undefined);
      return found?.engineSocket === undefined ? undefined : found.forward(host, port);
    },
    close() {
      closed.abort();
      for (const each of logins) each[Symbol.dispose]();
    },
  };
}

/** The same promise for one who may give up before: others wait for it, too. */
async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
