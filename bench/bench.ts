import { rm } from "node:fs/promises";
import path from "node:path";
import { type Command, type Place, reasonOf, run } from "./command.ts";
import { type BenchEngine, hostEngine, startEngine } from "./engine.ts";
import { ownEnvironment } from "./environment.ts";
import { type Contestant, measure } from "./measure.ts";
import { obtainPeers, type Peers } from "./peers.ts";
import type { Row } from "./row.ts";
import { claim } from "./single.ts";
import { copyStack, stackFolders } from "./stack-folders.ts";

/** Name of the project's own stack while it is measured, so that one in use is another. */
export const STACK = "qclock-bench";

/** What the cases share: Engines, folders, and ways to run qclock and its peers. */
export interface Bench extends AsyncDisposable {
  /** Folder of the project. */
  readonly root: string;
  /** Folder that is kept between benches. */
  readonly cache: string;
  /** Folder for what the cases write; removed at the end. */
  readonly directory: string;
  /** Copy of the project's manifest, lock and images, for changes. */
  readonly stackDirectory: string;
  readonly engine: BenchEngine;
  /** Engine 20.10 of Debian 12, started when first asked for. Rejects when it cannot be had. */
  readonly debian12: () => Promise<BenchEngine>;
  /** Versions of the peers by package and suite; empty when they could not be had. */
  readonly versions: Peers["versions"];
  /**
   * Why there are no peers, when they could not be had; then `engine` is the host's, whose caches
   * are not ours.
   */
  readonly peersProblem: string | undefined;
  readonly signal: AbortSignal;
  /** Where a command runs: on the current Engine unless another is given. */
  readonly place: (cwd: string, options?: PlaceOptions) => Place;
  /** Run something that is not measured. */
  readonly run: (command: Command, place: Place) => Promise<string>;
  /** Time contestants, qclock first; the peers' rows say why when the peers could not be had. */
  readonly time: (
    contestants: readonly Contestant[],
    options: { readonly rounds: number; readonly warmUp?: boolean },
  ) => Promise<readonly Row[]>;
  /** A qclock command on the project's own stack. */
  readonly qclock: (...words: readonly string[]) => Command;
  /** A qclock command on whatever stack lies in its folder. */
  readonly qclockHere: (...words: readonly string[]) => Command;
}

interface PlaceOptions {
  readonly engine?: BenchEngine;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Obtain the peers and start their Engine. Without them qclock alone is measured, on the host's
 * Engine.
 */
export async function openBench(request: {
  readonly root: string;
  /** Kept between benches: the peers and qclock's store. */
  readonly cache: string;
  readonly signal: AbortSignal;
  readonly say: (message: string) => void;
}): Promise<Bench> {
  const { root, cache, signal, say } = request;
  const directory = path.join(cache, "work");
  await using stack = new AsyncDisposableStack();
  // Namespaces have names for the whole machine, whichever folder the bench keeps its files in.
  stack.use(await claim(process.getuid?.() === 0 ? "/run" : cache));
  await rm(directory, { recursive: true, force: true });
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const stackDirectory = path.join(directory, "stack");
  await copyStack(root, stackDirectory);

  say("Obtaining the peers...");
  let peers: Peers | undefined;
  let problem: string | undefined;
  let engine = hostEngine();
  try {
    peers = await obtainPeers(path.join(cache, "peers"));
    say(`Starting ${peers.current.name}...`);
    const folder = path.join(cache, "engine");
    engine = stack.use(await startEngine({ program: peers.current, directory: folder, index: 0 }));
  } catch (error) {
    problem = `no peers: ${reasonOf(error)}`;
    say(`qclock is measured alone, on the host's Engine; ${problem}`);
  }
  let debian12: Promise<BenchEngine> | undefined;
  const startDebian12 = async (): Promise<BenchEngine> => {
    if (peers === undefined) throw new Error(problem);
    say(`Starting ${peers.debian12.name}...`);
    const folder = path.join(cache, "engine-debian-12");
    return owned.use(await startEngine({ program: peers.debian12, directory: folder, index: 1 }));
  };

  const place: Bench["place"] = (cwd, { engine: other = engine, environment = {} } = {}) => ({
    cwd,
    enter: other.enter,
    enginePid: other.pid,
    environment: {
      ...ownEnvironment(),
      QCLOCK_OS: "debian-12",
      QCLOCK_STORE: path.join(cache, "store"),
      XDG_STATE_HOME: path.join(directory, "state"),
      XDG_CONFIG_HOME: path.join(directory, "config"),
      ...other.environment,
      ...environment,
    },
  });
  const qclockHere: Bench["qclockHere"] = (...words) => [
    process.execPath,
    path.join(root, "bin/qclock.js"),
    ...words,
  ];
  const qclock: Bench["qclock"] = (...words) => qclockHere("--stack", STACK, ...words);
  if (engine.pid === undefined) {
    // An Engine of the bench's own goes with all that is in it; from the host's each stack is
    // removed.
    stack.defer(async () => {
      const reset = ["reset", "--images", "--purge-volumes", "--yes"];
      for (const name of await stackFolders(directory)) {
        const command = name === stackDirectory ? qclock(...reset) : qclockHere(...reset);
        // Not interrupted by the signal that ends the bench: this is what remains to be done then.
        const ending = run(command, place(name), AbortSignal.timeout(120_000));
        await ending.catch((error: unknown) => say(`Something may remain: ${reasonOf(error)}`));
      }
    });
  }
  const owned = stack.move();
  return {
    root,
    cache,
    directory,
    stackDirectory,
    engine,
    debian12: () => (debian12 ??= startDebian12()),
    versions: peers?.versions ?? {},
    peersProblem: problem,
    signal,
    place,
    run: (command, where) => run(command, where, signal),
    async time(contestants, options) {
      const reason = problem;
      if (reason === undefined) return await measure(contestants, { ...options, signal });
      // What qclock itself runs with is the first word of its commands, and of no other's.
      const isOwn = ({ command }: Contestant): boolean => command[0] === process.execPath;
      const rows = await measure(contestants.filter(isOwn), { ...options, signal });
      const others = contestants.filter((each) => !isOwn(each));
      return [...rows, ...others.map(({ name }) => notMeasured(name, reason))];
    },
    qclock,
    qclockHere,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The row of a contestant that could not be measured. */
export function notMeasured(contestant: string, reason: string): Row {
  return { contestant, outcome: { kind: "not measured", reason } };
}
