import { byName } from "../../order.ts";
import * as z from "zod/mini";
import type { ObservedContainer, OtherContainer } from "../../plan/observed.ts";
import type { EngineClient } from "../connection/client.ts";
import { labels } from "../../stack/labels.ts";
import { isOurs } from "../../stack/ownership.ts";
import { containerSchema, containerStatusSchema } from "../calls/container-state.ts";
import { findInspection } from "../calls/inspection.ts";
import { parseForeign } from "../foreign.ts";
import { readLiveSettings } from "./live-settings.ts";
import { type Filters, labelsSchema, type Look, ofStack } from "./look.ts";
import { shortId } from "../short-id.ts";

const containersSchema = z.array(
  z.object({
    Id: z.string(),
    Names: z.nullish(z.array(z.string())),
    ImageID: z._default(z.string(), ""),
    /** Seconds since 1970. */
    Created: z.optional(z.number()),
    Labels: labelsSchema,
    // oxlint-disable-next-line promise/valid-params -- of a schema, not of a promise
    State: z.catch(containerStatusSchema, "created"),
    Mounts: z.nullish(z.array(z.object({ Name: z.optional(z.string()) }))),
    NetworkSettings: z.nullish(
      z.object({
        Networks: z.nullish(
          z.record(z.string(), z.nullish(z.object({ NetworkID: z.nullish(z.string()) }))),
        ),
      }),
    ),
  }),
);

/** A container as a list of the Engine has it. */
export type ListedContainer = z.infer<typeof containersSchema>[number];

/** How many containers are inspected at a time. */
const inspections = 16;

/**
 * The stack's containers, foreign ones that bear its names or its label, and what all foreign ones
 * use. One list of everything costs as much as the two filtered ones that would be needed
 * otherwise.
 */
export async function observeContainers(look: Look): Promise<{
  readonly containers: readonly ObservedContainer[];
  readonly others: readonly OtherContainer[];
}> {
  const { stack, containerNames } = look.request;
  const names = new Set(containerNames);
  const listed = await list(look);
  const [own, foreign]: [ListedContainer[], ListedContainer[]] = [[], []];
  for (const container of listed) (isOwn(container, stack) ? own : foreign).push(container);
  const inspected: ObservedContainer[] = [];
  for (let start = 0; start < own.length; start += inspections) {
    const some = own.slice(start, start + inspections);
    inspected.push(...(await Promise.all(some.map((container) => complete(look, container)))));
  }
  const lookalikes = foreign.filter(
    (container) => names.has(nameOf(container)) || claims(container, stack),
  );
  return {
    containers: [
      ...inspected,
      ...lookalikes.map((container) => observedContainer(container, { ours: false })),
    ].toSorted(byName),
    others: foreign.map(otherContainer).toSorted(byName),
  };
}

/**
 * A container that somebody ran by hand from one of our images has the image's labels, but none of
 * these.
 */
function claims({ Labels }: ListedContainer, stack: string): boolean {
  return (
    Labels.get(labels.stack) === stack && (Labels.has(labels.role) || Labels.has(labels.service))
  );
}

/** Whether qclock made a listed container for a stack. */
export function isOwn(container: ListedContainer, stack: string): boolean {
  const { Created, Labels } = container;
  return isOurs({
    kind: "container",
    stack,
    name: nameOf(container),
    labels: Labels,
    createdAtMs: Created === undefined ? undefined : Created * 1000,
  });
}

async function list({ client, request, signal }: Look): Promise<readonly ListedContainer[]> {
  return await listContainers(client, request.purpose === "build" ? ofStack(request) : {}, signal);
}

/** Containers that fit the filters, whether they run or not. */
export async function listContainers(
  client: EngineClient,
  filters: Filters,
  signal?: AbortSignal,
): Promise<readonly ListedContainer[]> {
  const operation = "list the containers";
  const isFiltered = Object.keys(filters).length > 0;
  const query = { all: "1", ...(isFiltered ? { filters: JSON.stringify(filters) } : {}) };
  return parseForeign(
    containersSchema,
    await client.http.get({ path: "/containers/json", query, operation, signal }),
    operation,
  );
}

/** Add what a list does not say, where it is wanted. */
async function complete(
  { client, request, signal }: Look,
  listed: ListedContainer,
): Promise<ObservedContainer> {
  const known = observedContainer(listed, { ours: true });
  if (request.purpose !== undefined) return known;
  const operation = `inspect container ${shortId(listed.Id)}`;
  const { isPodman } = await client.info(signal);
  const answer = await findInspection(client, listed.Id, { operation, signal });
  // Removed since it was listed: the next look will not see it.
  if (answer === undefined) return { ...known, status: "removing" };
  const { State, RestartCount } = parseForeign(containerSchema, answer, operation);
  const live = readLiveSettings(answer);
  return {
    ...known,
    status: State.Status,
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    restartCount: RestartCount,
    // podman does not tell with which options a log is kept.
    ...(live === undefined ? {} : { live: isPodman ? { ...live, logOptions: undefined } : live }),
  };
}

function observedContainer(
  listed: ListedContainer,
  { ours }: { readonly ours: boolean },
): ObservedContainer {
  const { Id, Labels, State, NetworkSettings, ImageID } = listed;
  const service = Labels.get(labels.service);
  const role = Labels.get(labels.role);
  const configHash = Labels.get(labels.configHash);
  const imageIdentity = Labels.get(labels.imageIdentity);
  return {
    id: Id,
    name: nameOf(listed),
    ours,
    ...(service === undefined ? {} : { service }),
    ...(role === undefined ? {} : { role }),
    ...(configHash === undefined ? {} : { configHash }),
    ...(imageIdentity === undefined ? {} : { imageIdentity }),
    imageId: ImageID,
    status: State,
    networks: Object.keys(NetworkSettings?.Networks ?? {}).toSorted(),
  };
}

function otherContainer(listed: ListedContainer): OtherContainer {
  const networks = Object.entries(listed.NetworkSettings?.Networks ?? {});
  return {
    name: nameOf(listed),
    networks: networks.flatMap(([name, endpoint]) => [name, endpoint?.NetworkID ?? ""]),
    volumes: (listed.Mounts ?? []).flatMap(({ Name }) => Name ?? []),
    imageId: listed.ImageID,
  };
}

/** The name of a listed container, without the slash that the Engine puts before it. */
export function nameOf({ Names }: ListedContainer): string {
  return (Names?.[0] ?? "").replace(/^\//u, "");
}
