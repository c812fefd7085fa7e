import { countOf } from "../../count.ts";
import { randomInt } from "node:crypto";
import { engineStatus } from "../../docker/errors.ts";
import { QclockError } from "../../error.ts";
import { networkDivergence, networkHash } from "../../plan/networks/plan-networks.ts";
import { chooseSubnets, defaultSubnetRange } from "../../plan/networks/subnets.ts";
import { labels } from "../../stack/labels.ts";
import type { Network } from "../../stack/stack.ts";
import { commonLabels } from "../services/common-labels.ts";
import { writeSecrets } from "../services/secrets.ts";
import { userOf } from "../services/user.ts";
import { rememberWritten } from "../services/written-secrets.ts";
import {
  serviceOf,
  type MakingContext,
  type OperationOf,
  type TakingContext,
} from "./operation-context.ts";

function labelsFor(context: MakingContext): ReadonlyMap<string, string> {
  return commonLabels({
    stack: context.stack,
    runId: context.run.runId,
    version: context.run.version,
  });
}

export async function createNetwork(
  { network: name, subnet }: OperationOf<"create-network">,
  context: MakingContext,
): Promise<string> {
  const network = context.stack.networks.get(name);
  if (network === undefined)
    throw new Error(`the plan names network ${name}, which the stack lacks`);
  const create = async (chosen: string): Promise<string> => {
    const { name: key, engineName, internal, outbound, isolated } = network;
    const hash = networkHash(network);
    const all = [...labelsFor(context), [labels.network, key], [labels.configHash, hash]] as const;
    const shape = { internal, outbound, isolated };
    const request = { name: engineName, ...shape, subnet: chosen, labels: new Map(all) };
    await context.engine.createNetwork(request, context.signal);
    return chosen;
  };
  for (let attempt = 1, chosen = subnet; ; attempt++) {
    try {
      return await create(chosen);
    } catch (error) {
      if (engineStatus(error) === 409) return await adopt(network, context, error);
      if (!isOverlap(error)) throw error;
      const other =
        network.subnet === undefined && attempt < SUBNET_ATTEMPTS
          ? await chooseOther(context)
          : undefined;
      if (other === undefined) throw overlapping(network.engineName, chosen, error);
      chosen = other;
    }
  }
}

const SUBNET_ATTEMPTS = 8;

/**
 * A network of that name was not there when the plan was made, and is now. The Engine carries on
 * with what a run has asked for after that run was killed: if it is ours and as declared, it is the
 * one that is wanted.
 */
async function adopt(
  network: Network,
  { engine, stackName, signal }: MakingContext,
  conflict: unknown,
): Promise<string> {
  const request = { imageReferences: [], containerNames: [], volumeNames: [] };
  const names = { stack: stackName, networkNames: [network.engineName] };
  const { networks, engine: facts } = await engine.observe({ ...request, ...names }, signal);
  const present = networks.find(({ name }) => name === network.engineName);
  if (present?.ours !== true || networkDivergence(network, present, facts) !== undefined)
    throw conflict;
  return present.subnets.join(", ");
}

/**
 * Another stack that was brought up at the same time took the planned subnet: one of those that are
 * free now, by chance, lest the two meet again.
 */
async function chooseOther({
  engine,
  stackName,
  signal,
}: MakingContext): Promise<string | undefined> {
  const nothing = { imageReferences: [], containerNames: [], networkNames: [], volumeNames: [] };
  const { usedSubnets } = await engine.observe({ stack: stackName, ...nothing }, signal);
  for (const count of [64, 8, 1]) {
    const free = chooseSubnets({ count, range: defaultSubnetRange, used: usedSubnets });
    if (free !== undefined) return free[randomInt(free.length)];
  }
  return undefined;
}

/**
 * The Engine answers 403 to a subnet that overlaps with another one, and to what a policy forbids:
 * only its words tell which.
 */
function isOverlap(error: unknown): error is QclockError {
  const isForbidden = engineStatus(error) === 403 || engineStatus(error) === 400;
  return error instanceof QclockError && isForbidden && /overlap/i.test(error.message);
}

function overlapping(network: string, subnet: string, cause: QclockError): QclockError {
  return new QclockError(
    "engine-failed",
    `The subnet ${subnet} of network ${network} overlaps with one that is in use.`,
    {
      cause,
      hint: "Choose another subnet for it in the manifest; `docker network ls` lists the networks.",
    },
  );
}

export async function removeNetwork(
  { id }: OperationOf<"remove-network">,
  context: TakingContext,
): Promise<undefined> {
  await ignoreAbsent(context.engine.removeNetwork(id, context.signal));
}

export async function createVolume(
  { volume: name }: OperationOf<"create-volume">,
  context: MakingContext,
): Promise<undefined> {
  const volume = context.stack.volumes.get(name);
  if (volume === undefined) throw new Error(`the plan names volume ${name}, which the stack lacks`);
  await context.engine.createVolume(
    volume.engineName,
    new Map([
      ...volume.labels,
      ...labelsFor(context),
      [labels.volume, name],
      [labels.os, context.stack.os],
    ]),
    context.signal,
  );
}

export async function removeVolume(
  { name }: OperationOf<"remove-volume">,
  context: TakingContext,
): Promise<undefined> {
  await ignoreAbsent(context.engine.removeVolume(name, context.signal));
}

export async function writeServiceSecrets(
  { service: name, secrets }: OperationOf<"write-secrets">,
  context: MakingContext,
): Promise<string> {
  const { engine, signal, stackName } = context;
  const { stack, run, prepared } = context;
  const service = serviceOf(stack, name);
  const written = await writeSecrets({
    engine,
    stackName,
    stack,
    service,
    owner: await userOf(stack, service, engine, signal),
    labels: labelsFor(context),
    secretVariable: run.secretVariable,
    runId: run.runId,
    version: run.version,
    signal,
  });
  const image = prepared.desired.get(service.image)?.fingerprint;
  if (image !== undefined) {
    const place = { engineId: (await engine.info(signal)).id, stack, service };
    await rememberWritten(run.store, place, { ...written, image });
  }
  return countOf(secrets.length, "file");
}

/** What somebody else removed meanwhile is gone, which is what was wanted. */
async function ignoreAbsent(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (engineStatus(error) !== 404) throw error;
  }
}
