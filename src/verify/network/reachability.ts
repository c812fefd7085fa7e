import type { Service, Stack } from "../../stack/stack.ts";
import type { Reach } from "../subject.ts";

/** A service that runs, and where the others would look for it. */
export interface RunningService {
  readonly service: Service;
  readonly containerId: string;
  /** Addresses in its networks. */
  readonly addresses: readonly string[];
  /** The host's addresses in its networks, and those that it is given a name for. */
  readonly gateways: readonly string[];
  /** Ports that something may listen on: of probes, of the image, published ones. */
  readonly ports: readonly number[];
  /** A program of its image that can open connections; undefined when it has none that is known. */
  readonly tool: ConnectTool | undefined;
}

/** A program that can open connections, and where it lies. */
export interface ConnectTool {
  readonly type: "bash" | "busybox";
  readonly path: string;
}

/** One connection to try: a host's name or address, and a port. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** How a connection attempt ended, in the words of the C library, or `open`, or `timeout`. */
export type Attempt = Target & { readonly result: string };

/** Why connections could not be tried although there is a means to. */
export interface Unable {
  readonly failure: string;
}

/** What trying gave; undefined where there is no means to. */
export type Tried = readonly Attempt[] | Unable | undefined;

/** Tries connections from inside a service's network namespace. */
export type TryConnections = (from: RunningService, targets: readonly Target[]) => Promise<Tried>;

/** How often a pair that contradicts its declaration is tried in all, and the pause between. */
const tries = 3;
const pauseMs = 700;

/**
 * For each ordered pair of services whether the first can open a connection to the second. Any
 * answer of the other side, a refusal too, proves that packets pass; silence and "no route" that
 * they do not.
 *
 * What contradicts the manifest has to do so several times: whenever any network is made or
 * removed, the Engine takes its isolation rules out and puts them back, and a packet may pass in
 * between.
 */
export async function observeReachability(options: {
  readonly stack: Stack;
  readonly running: ReadonlyMap<string, RunningService>;
  readonly tryConnections: TryConnections;
  readonly sleep: (durationMs: number) => Promise<void>;
}): Promise<readonly Reach[]> {
  const { stack, running, tryConnections, sleep } = options;
  const services = [...stack.services.values()].filter(({ job }) => !job);
  const pairs = services.flatMap((from) =>
    services.filter(({ name }) => name !== from.name).map((to) => ({ from, to })),
  );
  let reaches = await tryPairs(pairs, running, tryConnections);
  for (let attempt = 1; attempt < tries; attempt += 1) {
    const doubtful = pairs.filter((_, index) => contradicts(reaches[index]));
    if (doubtful.length === 0) break;
    await sleep(pauseMs);
    const again = await tryPairs(doubtful, running, tryConnections);
    reaches = reaches.map(
      (reach) => again.find(({ from, to }) => from === reach.from && to === reach.to) ?? reach,
    );
  }
  return reaches;
}

interface Pair {
  readonly from: Service;
  readonly to: Service;
}

/** All targets of one service go in one command: starting one is what takes the time. */
async function tryPairs(
  pairs: readonly Pair[],
  running: ReadonlyMap<string, RunningService>,
  tryConnections: TryConnections,
): Promise<readonly Reach[]> {
  const attempts = new Map<string, Tried>();
  await Promise.all(
    [...Map.groupBy(pairs, ({ from }) => from.name)].map(async ([name, own]) => {
      const source = running.get(name);
      const targets = own.flatMap(({ from, to }) => targetsOf(from, running.get(to.name)));
      if (source !== undefined) attempts.set(name, await tryConnections(source, targets));
    }),
  );
  return pairs.map(({ from, to }) =>
    judgePair({
      from,
      to,
      source: running.get(from.name),
      target: running.get(to.name),
      attempts: attempts.get(from.name),
    }),
  );
}

function contradicts(reach: Reach | undefined): boolean {
  if (reach === undefined) return false;
  const { status } = reach.outcome;
  return reach.declared ? status === "closed" : status === "open";
}

function targetsOf(from: Service, to: RunningService | undefined): readonly Target[] {
  if (to === undefined) return [];
  // Where an edge is declared the name has to work, too: that is what the services use.
  const hosts = isDeclared(from, to.service) ? [to.service.name] : to.addresses;
  return hosts.flatMap((host) => to.ports.map((port) => ({ host, port })));
}

/** Services see each other when they are on a common network. */
function isDeclared(from: Service, to: Service): boolean {
  return [...from.networks.keys()].some((network) => to.networks.has(network));
}

function judgePair(pair: {
  readonly from: Service;
  readonly to: Service;
  readonly source: RunningService | undefined;
  readonly target: RunningService | undefined;
  readonly attempts: Tried;
}): Reach {
  const { from, to, source, target, attempts } = pair;
  const common = { from: from.name, to: to.name, declared: isDeclared(from, to) };
  const unknown = (reason: string): Reach => ({
    ...common,
    outcome: { status: "unknown", reason },
  });
  if (source === undefined) return unknown(`${from.name} is not running`);
  if (target === undefined) return unknown(`${to.name} is not running`);
  if (attempts === undefined)
    return unknown(`no image of the stack has bash or busybox, to try from inside ${from.name}`);
  if ("failure" in attempts)
    return { ...common, outcome: { status: "failed", reason: attempts.failure } };
  const tried = attempts.filter(({ host, port }) =>
    targetsOf(from, target).some((one) => one.host === host && one.port === port),
  );
  if (tried.length === 0) return unknown(`${to.name} has no address`);
  const answered = tried.find(({ result }) => result === "open" || /refused/i.test(result));
  const shown = answered ?? tried[0];
  const evidence = shown === undefined ? "" : `${shown.host}:${shown.port} ${shown.result}`;
  return { ...common, outcome: { status: answered === undefined ? "closed" : "open", evidence } };
}

/** Longest wait for one connection. A packet that is dropped is never answered. */
export const waitSeconds = 2;

/**
 * The command that tries all targets at once, each in a process of its own, since a connection that
 * is dropped would wait for minutes. It needs no program but the tool itself, writes no file, and
 * prints `<index> <result>` for each target.
 */
export function connectCommand(tool: ConnectTool, targets: readonly Target[]): readonly string[] {
  const words = targets.flatMap(({ host, port }) => [host, String(port)]);
  switch (tool.type) {
    case "bash":
      return [tool.path, "-c", bashScript, "connect", ...words];
    case "busybox":
      return [tool.path, "sh", "-c", busyboxScript(tool.path), "connect", ...words];
    default:
      return tool.type satisfies never;
  }
}

const bashScript = `
LC_ALL=C
try() {
  local message
  if message=$( { exec 3<>"/dev/tcp/$2/$3"; } 2>&1 ); then echo "$1 open"; else message=\${message%%$'\\n'*}; echo "$1 \${message##*: }"; fi
}
index=0
while [ $# -gt 0 ]; do try "$index" "$1" "$2" & index=$((index + 1)); shift 2; done
exec 4<> <(:)
for ((tick = 0; tick < ${waitSeconds * 20}; tick++)); do
  [ -n "$(jobs -rp)" ] || break
  read -r -t 0.05 -u 4 _
done
kill $(jobs -p) 2>/dev/null
exit 0
`;

/**
 * nc ends when the other side closes, which a database does late: so it is ended, and having said
 * nothing it was connected.
 */
function busyboxScript(busybox: string): string {
  return `
try() {
  message=$(${busybox} timeout ${waitSeconds + 1} ${busybox} nc -w ${waitSeconds} "$2" "$3" </dev/null 2>&1 >/dev/null)
  if [ -z "$message" ]; then echo "$1 open"; else echo "$1 \${message##*: }"; fi
}
index=0
while [ $# -gt 0 ]; do try "$index" "$1" "$2" & index=$((index + 1)); shift 2; done
wait
`;
}

/** What the script printed; a target that it says nothing about was not answered in time. */
export function readAttempts(output: string, targets: readonly Target[]): readonly Attempt[] {
  const results = new Map<number, string>();
  for (const line of output.split("\n")) {
    const [, index, result] = /^(\d+) (.+?)\r?$/.exec(line) ?? [];
    if (index !== undefined && result !== undefined)
      results.set(Number(index), result.toLowerCase());
  }
  return targets.map((target, index) => ({ ...target, result: results.get(index) ?? "timeout" }));
}
