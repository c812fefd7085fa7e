import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { awaitFirstAnswer } from "./first-answer.ts";
import { askWords, dialWords, type SshAddress, sshArguments } from "./ssh-address.ts";
import { askSsh } from "./ssh-process.ts";
import { openSession } from "./ssh-session.ts";

/** How long what needs no new login may take, in milliseconds. */
const ASK_MS = 5000;

export interface SshLoginOptions {
  readonly address: SshAddress;
  readonly environment: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** One login on the Engine's machine, which everything that is asked of it shares. */
export interface SshLogin extends Disposable {
  /** Options by which further calls of ssh share it. */
  readonly options: readonly string[];
  /** A socket on this machine that leads to the Engine; undefined where sshd forwards none. */
  readonly engineSocket: string | undefined;
  /** Whether no further connection can be had of it; those that are open may go on. */
  readonly isOver: () => boolean;
  /**
   * A socket on this machine that leads to a port as the Engine's machine reaches it; undefined
   * where sshd forwards none.
   */
  forward(host: string, port: number): Promise<string | undefined>;
}

/**
 * Log in to the Engine's machine. The Engine's socket there is forwarded to one here: a connection
 * then takes neither a login nor a program at the other end, and sshd limits neither (`MaxStartups`
 * counts logins, `MaxSessions` programs). Where sshd forwards nothing, each connection is a program
 * at the other end, within this login. Undefined where there is no place for its sockets.
 */
export async function logIn(options: SshLoginOptions): Promise<SshLogin | undefined> {
  const { address, environment, signal } = options;
  const directory = await makeFolder(environment);
  if (directory === undefined) return undefined;
  const control = join(directory, "control");
  const shared = ["-S", control];
  const ask = async (extra: readonly string[], command: readonly string[] = []) =>
    askSsh(
      { words: [...sshArguments(address, [...shared, ...extra]), ...command], environment },
      { timeoutMs: ASK_MS, signal },
    );
  const forwards = new Map<string, Promise<string | undefined>>();
  /** `to` is a path or `host:port` there. */
  const forward = async (to: string): Promise<string | undefined> => {
    const made = forwards.get(to);
    if (made !== undefined) return made;
    const from = join(directory, String(forwards.size));
    const asked = ask(["-O", "forward", "-L", `${from}:${to}`]);
    const socket = asked.then((said) => (said === undefined ? undefined : from));
    forwards.set(to, socket);
    return socket;
  };
  let master: Duplex | undefined;
  const dispose = (): void => {
    master?.destroy();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const words = [
      ...sshArguments(address, ["-M", "-o", "ControlPersist=no", ...shared]),
      ...dialWords(address),
    ];
    master = await openSession({ words, environment }, signal);
    let over = false;
    for (const event of ["end", "close"]) master.once(event, () => (over = true));
    master.resume();
    const path = address.socketPath ?? socketPathOf(await ask([], askWords));
    const socket = path === undefined ? undefined : await forward(path);
    const leads = socket !== undefined && (await answers(socket, signal));
    return {
      options: shared,
      engineSocket: leads ? socket : undefined,
      isOver: () => over,
      forward: (host, port) => forward(`${host.includes(":") ? `[${host}]` : host}:${port}`),
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/**
 * Whether the user's configuration shares logins by itself, which may be one that was made by a
 * person with more than a key. It is left alone: what is forwarded over it would outlive us.
 */
export async function sharesByItself({
  address,
  environment,
  signal,
}: SshLoginOptions): Promise<boolean> {
  const words = sshArguments(address, ["-G"]);
  const said = await askSsh({ words, environment }, { timeoutMs: ASK_MS, signal });
  return said !== undefined && /^controlpath (?!none$)/mu.test(said);
}

/**
 * A path of a socket has 103 bytes at most on some systems. Of these our own name takes 26, and ssh
 * adds 17 while it makes one.
 */
const MAX_PARENT_BYTES = 60;

/** A folder for sockets that nobody else may open; undefined where none can be made. */
async function makeFolder(environment: ReadonlyMap<string, string>): Promise<string | undefined> {
  const named = ["XDG_RUNTIME_DIR", "TMPDIR"].map((name) => environment.get(name) ?? "");
  const parents = [...named, "/tmp"].filter(
    (path) => path.startsWith("/") && Buffer.byteLength(path) <= MAX_PARENT_BYTES,
  );
  for (const parent of parents) {
    try {
      return await mkdtemp(join(parent, "qclock-ssh-"));
    } catch {
      // It is named and not there, or another user's, as after `su`.
    }
  }
  return undefined;
}

/** Docker's word for a socket, such as `unix:///var/run/docker.sock`, as a path. */
function socketPathOf(said: string | undefined): string | undefined {
  return /^unix:\/\/(\/[^\s:]+)$/u.exec(said?.trim() ?? "")?.[1];
}

/** Whether the Engine answers there: sshd is asked only when somebody connects. */
async function answers(socketPath: string, signal: AbortSignal): Promise<boolean> {
  const socket = connect({
    path: socketPath,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]),
  });
  socket.on("error", () => undefined);
  try {
    await awaitFirstAnswer(socket);
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  } finally {
    socket.destroy();
  }
}
