import { engineStatus } from "../../docker/errors.ts";
import type { Operation } from "../../plan/plan.ts";
import { networkHash } from "../../plan/plan-networks.ts";
import { labels } from "../../stack/labels.ts";
import { commonLabels } from "../common-labels.ts";
import { writeSecrets } from "../secrets.ts";
import { userOf } from "../user.ts";
import {
  type MakingContext,
  making,
  type OperationContext,
  serviceOf,
} from "./operation-context.ts";

type Of<Type extends Operation["type"]> = Extract<Operation, { type: Type }>;

function labelsFor(context: MakingContext): ReadonlyMap<string, string> {
  return commonLabels({
    stack: context.stack,
    runId: context.run.runId,
    version: context.run.version,
  });
}

export async function createNetwork(
  { network: name, subnet }: Of<"create-network">,
  context: OperationContext,
): Promise<string> {
  const full = making(context);
  const network = full.stack.networks.get(name);
  if (network === undefined)
    throw new Error(`the plan names network ${name}, which the stack lacks`);
  await context.engine.createNetwork(
    {
      name: network.engineName,
      internal: network.internal,
      subnet,
      labels: new Map([
        ...labelsFor(full),
        [labels.network, network.name],
        [labels.configHash, networkHash(network)],
      ]),
    },
    context.signal,
  );
  return subnet;
}

export async function removeNetwork(
  { id }: Of<"remove-network">,
  context: OperationContext,
): Promise<undefined> {
  await ignoreAbsent(context.engine.removeNetwork(id, context.signal));
}

export async function createVolume(
  { volume: name }: Of<"create-volume">,
  context: OperationContext,
): Promise<undefined> {
  const full = making(context);
  const volume = full.stack.volumes.get(name);
  if (volume === undefined) throw new Error(`the plan names volume ${name}, which the stack lacks`);
  await context.engine.createVolume(
    volume.engineName,
    new Map([
      ...volume.labels,
      ...labelsFor(full),
      [labels.volume, name],
      [labels.os, full.stack.os],
    ]),
    context.signal,
  );
}

export async function removeVolume(
  { name }: Of<"remove-volume">,
  context: OperationContext,
): Promise<undefined> {
  await ignoreAbsent(context.engine.removeVolume(name, context.signal));
}

export async function writeServiceSecrets(
  { service: name, secrets }: Of<"write-secrets">,
  context: OperationContext,
): Promise<string> {
  const full = making(context);
  const { engine, signal, secretHashes, stackName } = context;
  const service = serviceOf(full.stack, name);
  await writeSecrets({
    engine,
    stackName,
    stack: full.stack,
    service,
    owner: await userOf(full.stack, service, engine, signal),
    secretHashes,
    labels: labelsFor(full),
    secretVariable: full.run.secretVariable,
    runId: full.run.runId,
    version: full.run.version,
    signal,
  });
  return `${secrets.length} files`;
}

/** What somebody else removed meanwhile is gone, which is what was wanted. */
async function ignoreAbsent(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (engineStatus(error) !== 404) throw error;
  }
}
