import type { InteractiveOptions } from "../docker/engine.ts";
import { planOneOff } from "../plan/services/one-off.ts";
import { labels } from "../stack/labels.ts";
import type { Service } from "../stack/stack.ts";
import type { RunContext } from "./context.ts";
import type { RunReport } from "./execution/event.ts";
import { runPlan } from "./run-plan.ts";
import { takeHold } from "./hold/hold.ts";
import { replacingVanished } from "./images/replace-vanished.ts";
import { refuseExchanged, refuseRoot, requireImage } from "./operations/containers.ts";
import { type PlannedStack, planStack } from "./plan-stack.ts";
import { commonLabels } from "./services/common-labels.ts";
import { containerRequest } from "./services/container-request.ts";
import { userOf } from "./services/user.ts";

/** A container of a service that is made for one command and removed afterwards. */
export interface OneOff {
  readonly service: Service;
  /** The program that the command goes to; absent: the service's or the image's entrypoint. */
  readonly entrypoint?: string;
  /** Absent: what the service runs; with another entrypoint nothing. */
  readonly command?: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly withoutDependencies: boolean;
  readonly io: InteractiveOptions;
  /** Called when nothing more is reported, before the command has the terminal. */
  readonly onReady: () => Promise<void>;
}

/** How it ended: with an exit code, or before it began, as the report says. */
export type OneOffOutcome =
  | { readonly type: "ended"; readonly exitCode: number }
  | { readonly type: "failed"; readonly report: RunReport };

/** How long removing it may take after an interruption. */
const REMOVAL_MS = 30_000;

/**
 * Make what the service needs and is not there, then run a container of it: with its image,
 * hardening, networks, volumes and secrets; without its ports, its names on the networks and its
 * probes, so that nobody takes it for the service. It is removed when its command ends, and when
 * the run is interrupted.
 */
export async function runOneOff(context: RunContext, oneOff: OneOff): Promise<OneOffOutcome> {
  const prepared = await prepare(context, oneOff);
  if (prepared.type === "failed") return prepared;
  const engine = await context.engine();
  const id = await createOneOff(context, prepared.planned, oneOff);
  try {
    await oneOff.onReady();
    const exitCode = await engine.runInteractive(id, oneOff.io, context.signal);
    return { type: "ended", exitCode };
  } finally {
    const deadline = AbortSignal.timeout(REMOVAL_MS);
    if (context.signal.aborted) {
      const graceMs = Math.min(oneOff.service.stopGracePeriodMs, REMOVAL_MS / 2);
      await engine.stopContainer(id, graceMs, deadline).catch(() => undefined);
    }
    await engine.removeContainer(id, deadline);
  }
}

type Prepared =
  | { readonly type: "ready"; readonly planned: PlannedStack }
  | { readonly type: "failed"; readonly report: RunReport };

/** Bring up what the service needs; nothing is held, and no plan told, where all of it is there. */
async function prepare(context: RunContext, oneOff: OneOff): Promise<Prepared> {
  const { stack } = context;
  const { service, withoutDependencies } = oneOff;
  const options = { services: [service.name], withoutDependencies };
  const partOf = (planned: PlannedStack): PlannedStack => ({
    ...planned,
    plan: planOneOff(planned.plan, { stack, service: service.name }),
  });
  const first = partOf(await planStack(context, options));
  if (first.plan.nodes.length === 0) return { type: "ready", planned: first };
  await using hold = await takeHold({ ...context, stackName: stack.name });
  const engine = await context.engine();
  const { lock } = first.prepared;
  let planned = first;
  const started = new Set<string>();
  const report = await replacingVanished(context, lock, async (current, mode) => {
    // Another run may have ended between the look and the hold.
    const isFresh = !hold.waited && current.lock === lock;
    const again = await planStack(current, options, isFresh ? { prepared: first.prepared } : {});
    planned = partOf(again);
    return await runPlan({
      context: current,
      engine,
      planned,
      hold,
      command: "run",
      started,
      ...mode,
    });
  });
  return report.status === "succeeded" ? { type: "ready", planned } : { type: "failed", report };
}

async function createOneOff(
  context: RunContext,
  { prepared }: PlannedStack,
  oneOff: OneOff,
): Promise<string> {
  const { environment, entrypoint, user, workingDirectory, io, service: declared } = oneOff;
  const { stack, signal, runId, version } = context;
  const engine = await context.engine();
  const command = oneOff.command ?? (entrypoint === undefined ? undefined : []);
  const service: Service = {
    ...declared,
    containerName: `${stack.name}-${declared.name}-run-${runId}`,
    environment: new Map([...declared.environment, ...environment]),
    ...(entrypoint === undefined ? {} : { entrypoint: [entrypoint] }),
    ...(command === undefined ? {} : { command }),
    ...(user === undefined ? {} : { user }),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
    ports: [],
    // Its own name on a network is its container's; the service's stays the service's.
    networks: new Map(
      [...declared.networks].map(([name, network]) => [name, { ...network, aliases: [] }]),
    ),
    restart: { type: "no" },
  };
  const image = await requireImage({ stack, engine, signal, prepared, run: context }, service);
  // Who names a user means it; the command line says what root means.
  if (user === undefined) refuseRoot(service, image.user);
  const request = containerRequest({
    stack,
    service,
    owner: await userOf(stack, service, engine, signal),
    configHash: "",
    imageIdentity: image.identity,
    hasInit: (await engine.info(signal)).hasInit,
    commonLabels: commonLabels({ stack, runId, version }),
  });
  const ownLabels = new Map([...request.labels, [labels.role, "run"]]);
  for (const key of [labels.service, labels.configHash]) ownLabels.delete(key);
  const id = await engine.createContainer(
    {
      ...request,
      labels: ownLabels,
      tty: io.tty,
      stdinOpen: io.attachStdin,
      stdinOnce: io.attachStdin,
    },
    signal,
  );
  try {
    await refuseExchanged({ engine, signal }, id, image);
    for (const name of [...service.networks.keys()].slice(1))
      await engine.connectNetwork(stack.networks.get(name)?.engineName ?? name, id, [], signal);
    return id;
  } catch (error) {
    await engine.removeContainer(id, AbortSignal.timeout(REMOVAL_MS)).catch(() => undefined);
    throw error;
  }
}
