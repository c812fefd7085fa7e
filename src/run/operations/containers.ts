import type { ContainerRequest, ImageDetails } from "../../docker/engine.ts";
import { engineStatus } from "../../docker/errors.ts";
import { QclockError } from "../../error.ts";
import { locateInProject } from "../../project/locate.ts";
import { leadsOut } from "../../project/open.ts";
import { isRootUser } from "../../root-user.ts";
import { labels } from "../../stack/labels.ts";
import type { Service, Stack } from "../../stack/stack.ts";
import { isInside } from "../../stack/values.ts";
import { commonLabels } from "../services/common-labels.ts";
import { containerRequest } from "../services/container-request.ts";
import { readImageRecords } from "../images/records.ts";
import { userOf } from "../services/user.ts";
import {
  serviceOf,
  type MakingContext,
  type OperationOf,
  type StartingContext,
  type TakingContext,
} from "./operation-context.ts";

export async function createContainer(
  { service: name, configHash }: OperationOf<"create-container">,
  context: MakingContext,
): Promise<string> {
  const { stack, run } = context;
  const { engine, signal } = context;
  const service = serviceOf(stack, name);
  const image = await requireImage(context, service);
  refuseRoot(service, image.user);
  const request = containerRequest({
    stack,
    service,
    configHash,
    imageIdentity: image.identity,
    hasInit: (await engine.info(signal)).hasInit,
    owner: await userOf(stack, service, engine, signal),
    commonLabels: commonLabels({ stack, runId: run.runId, version: run.version }),
  });
  const id = await engine.createContainer(request, signal).catch(async (error: unknown) => {
    if (engineStatus(error) !== 409) throw error;
    return await adopt(request, context, error);
  });
  // Made by name, for a name that people know; it must be the image that was looked at.
  await refuseExchanged(context, id, image);
  return id.slice(0, 12);
}

/** What making a container of a service looks at. */
type ImageContext = Pick<MakingContext, "stack" | "engine" | "signal" | "prepared"> & {
  readonly run: Pick<MakingContext["run"], "store">;
};

/**
 * The image that a service's container is made from, now that nothing else but the container is to
 * be made: it and the folders that are mounted are still what they were.
 */
export async function requireImage(context: ImageContext, service: Service): Promise<ImageDetails> {
  const { stack, engine, signal } = context;
  const reference = stack.images.get(service.image)?.reference ?? "";
  const image = await engine.inspectImage(reference, signal);
  if (image === undefined) {
    throw new QclockError("engine-failed", `Image ${reference} has left the Engine.`, {
      hint: "Run the command again.",
    });
  }
  await refuseUnrecorded(context, service, image);
  await refuseReplacedMounts(stack, service);
  return image;
}

/** Take a container away again that was made from another image than the one looked at. */
export async function refuseExchanged(
  { engine, signal }: Pick<ImageContext, "engine" | "signal">,
  id: string,
  image: ImageDetails,
): Promise<void> {
  const made = await engine.inspectContainer(id, signal);
  if (made === undefined || made.imageId === image.id || made.imageId === image.identity) return;
  await engine.removeContainer(id, signal);
  throw exchanged(image.references[0] ?? image.id);
}

/** The name may have been given to another image since the plan was made. */
async function refuseUnrecorded(
  context: ImageContext,
  { image: name }: Service,
  { id, identity, references }: ImageDetails,
): Promise<void> {
  const { run, prepared } = context;
  const fingerprint = prepared.desired.get(name)?.fingerprint ?? "";
  const recorded = (await readImageRecords(run.store, [fingerprint])).get(fingerprint);
  if (recorded?.has(id) === true || recorded?.has(identity) === true) return;
  throw exchanged(references[0] ?? name);
}

function exchanged(reference: string): QclockError {
  return new QclockError(
    "engine-failed",
    `${reference} is not the image that qclock built: its name was given to another one meanwhile.`,
    { hint: "Find out who did; the next run builds the image again." },
  );
}

/**
 * A mounted folder of the project may have become a link since the manifest was read. The Engine
 * opens it by its path and follows links, so it is looked at again as late as can be; nothing but
 * the Engine could close what is left of the gap.
 */
async function refuseReplacedMounts(
  { directory }: Pick<Stack, "directory">,
  { mounts }: Service,
): Promise<void> {
  for (const mount of mounts) {
    if (mount.type !== "bind" || !isInside(directory, mount.source)) continue;
    const place = await locateInProject(directory, mount.source);
    if (place.type === "outside" || place.type === "loop")
      throw leadsOut(directory, mount.source, place);
    if (place.type !== "missing" && place.path === mount.source) continue;
    throw new QclockError(
      "path-outside-project",
      `${mount.source}, which is to be mounted, is not what it was when the manifest was read.`,
      { hint: "Run the command again when nothing replaces files of the project." },
    );
  }
}

/**
 * A container of that name was not there when the plan was made, and is now. The Engine carries on
 * with what a run has asked for after that run was killed: if it is just what would be made, it is
 * taken.
 */
async function adopt(
  { name, labels: wanted }: ContainerRequest,
  { engine, signal }: MakingContext,
  conflict: unknown,
): Promise<string> {
  const state = await engine.inspectContainer(name, signal);
  const isSame = [labels.stack, labels.service, labels.configHash, labels.imageIdentity].every(
    (key) => state?.labels.get(key) === wanted.get(key),
  );
  if (state?.status !== "created" || !isSame) throw conflict;
  return state.id;
}

/** A Dockerfile's or a registry's image says only now who it runs as. */
export function refuseRoot(service: Service, imageUser: string): void {
  const user = service.user ?? imageUser;
  if (!isRootUser(user) || service.hardening.allowRoot) return;
  throw new QclockError(
    "build-failed",
    `Service "${service.name}" would run as root: image "${service.image}" sets no other user.`,
    {
      hint: 'Give the image a `user`, or say why root is needed: policy: { allow_root: "the reason" }.',
    },
  );
}

export async function connectNetwork(
  { service: name, network: key }: OperationOf<"connect-network">,
  context: MakingContext,
): Promise<undefined> {
  const { stack } = context;
  const service = serviceOf(stack, name);
  const network = stack.networks.get(key)?.engineName ?? key;
  const aliases = service.networks.get(key)?.aliases ?? [];
  const { engine, signal } = context;
  try {
    await engine.connectNetwork(network, service.containerName, aliases, signal);
  } catch (error) {
    // 403 both for what is not allowed and for what is so already, as after a run that was killed.
    const isJoined =
      engineStatus(error) === 403 && /already exists in network/i.test(String(error));
    if (!isJoined) throw error;
  }
}

/**
 * Start, and see that each declared port is really published: an internal network publishes nothing
 * and says nothing.
 */
export async function startContainer(
  { service: name }: OperationOf<"start-container">,
  context: StartingContext,
): Promise<string | undefined> {
  const { engine, signal, started } = context;
  const service = serviceOf(context.stack, name);
  started.add(service.containerName);
  try {
    await engine.startContainer(service.containerName, signal);
  } catch (error) {
    // The Engine leaves it behind, created and never started, with the ports that it could not
    // have.
    if (error instanceof QclockError && error.code === "port-in-use") {
      await engine.removeContainer(service.containerName, signal);
    }
    throw error;
  }
  if (service.ports.length === 0) return undefined;
  const state = await engine.inspectContainer(service.containerName, signal);
  // One that has ended already has no ports; why it ended is the wait's to say.
  if (state?.status !== "running") return undefined;
  for (const { containerPort, protocol } of service.ports) {
    const isPublished = state.publishedPorts.some(
      (port) => port.containerPort === containerPort && port.protocol === protocol,
    );
    if (!isPublished) {
      throw new QclockError(
        "engine-failed",
        `Port ${containerPort}/${protocol} of service "${name}" is declared, but the Engine did not publish it.`,
        {
          hint: "A service on internal networks alone publishes nothing: give it a network with `internal: false`.",
        },
      );
    }
  }
  return state.publishedPorts
    .map(
      ({ hostAddress, hostPort, containerPort }) =>
        `${hostAddress}:${hostPort} -> ${containerPort}`,
    )
    .join(", ");
}

/**
 * Stop, and say so when the service had to be killed: it costs its whole grace period each time.
 */
export async function stopContainer(
  { id, gracePeriodMs, name }: OperationOf<"stop-container">,
  context: TakingContext,
): Promise<string | undefined> {
  const { engine, signal, clock } = context;
  const startedMs = clock.now();
  try {
    await engine.stopContainer(id, gracePeriodMs, signal);
  } catch (error) {
    if (engineStatus(error) === 404) return "already gone";
    throw error;
  }
  const tookMs = clock.now() - startedMs;
  if (tookMs < gracePeriodMs) return undefined;
  const state = await engine.inspectContainer(id, signal);
  if (state?.exitCode !== 137) return undefined;
  context.emit({
    type: "notice",
    level: "warning",
    message: `${name} took its whole ${(tookMs / 1000).toFixed(1)} s to stop and was killed (137): it ignores its stop signal.`,
    hint: "Let the program handle SIGTERM, or set `stop_signal` to the one it handles.",
  });
  return "killed";
}

export async function removeContainer(
  { id }: OperationOf<"remove-container">,
  context: TakingContext,
): Promise<undefined> {
  try {
    await context.engine.removeContainer(id, context.signal);
  } catch (error) {
    if (engineStatus(error) !== 404) throw error;
  }
}
