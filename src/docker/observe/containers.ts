import * as z from "zod/mini";
import type { ObservedContainer } from "../../plan/observed.ts";
import { labels } from "../../stack/labels.ts";
import { containerSchema, containerStatusSchema } from "../calls/container-state.ts";
import { parseForeign } from "../foreign.ts";
import { readLiveSettings } from "./live-settings.ts";
import { byName, type Filters, labelsSchema, type Look, ofStack } from "./look.ts";
import { shortId } from "../short-id.ts";

const containersSchema = z.array(
  z.object({
    Id: z.string(),
    Names: z.nullish(z.array(z.string())),
    Labels: labelsSchema,
    // oxlint-disable-next-line promise/valid-params -- of a schema, not of a promise
    State: z.catch(containerStatusSchema, "created"),
    NetworkSettings: z.nullish(
      z.object({ Networks: z.nullish(z.record(z.string(), z.unknown())) }),
    ),
  }),
);

type ListedContainer = z.infer<typeof containersSchema>[number];

/**
 * A container inherits its image's labels, the stack's among them: one that somebody ran by hand from one of our images is
 * not ours. These labels are on no image.
 */
const madeHere = [labels.role, labels.service, labels.configHash];

/** How many containers are inspected at a time. */
const inspections = 16;

/** The stack's containers, and foreign ones that bear its names. */
export async function observeContainers(look: Look): Promise<readonly ObservedContainer[]> {
  const names = look.request.containerNames;
  const [labelled, named] = await Promise.all([
    list(look, ofStack(look.request)),
    // The Engine takes names for regular expressions.
    names.length === 0
      ? []
      : list(look, {
          name: names.map((name) => `^/?${name.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&")}$`),
        }),
  ]);
  const own = labelled.filter(({ Labels }) => madeHere.some((label) => Labels.has(label)));
  const ownIds = new Set(own.map(({ Id }) => Id));
  const foreign = named
    .filter(({ Id }) => !ownIds.has(Id))
    .map((listed) => observedContainer(listed, { ours: false }));
  const inspected: ObservedContainer[] = [];
  for (let start = 0; start < own.length; start += inspections) {
    const some = own.slice(start, start + inspections);
    inspected.push(...(await Promise.all(some.map((listed) => complete(look, listed)))));
  }
  return [...inspected, ...foreign].toSorted(byName);
}

async function list(
  { client, signal }: Look,
  filters: Filters,
): Promise<readonly ListedContainer[]> {
  const operation = "list the containers";
  const query = { all: "1", filters: JSON.stringify(filters) };
  return parseForeign(
    containersSchema,
    await client.http.get({ path: "/containers/json", query, operation, signal }),
    operation,
  );
}

/** Add what a list does not say. */
async function complete(
  { client, signal }: Look,
  listed: ListedContainer,
): Promise<ObservedContainer> {
  const operation = `inspect container ${shortId(listed.Id)}`;
  const answer = await client.http.find({
    path: `/containers/${listed.Id}/json`,
    operation,
    signal,
  });
  const known = observedContainer(listed, { ours: true });
  // Removed since it was listed: the next look will not see it.
  if (answer === undefined) return { ...known, status: "removing" };
  const { State, RestartCount } = parseForeign(containerSchema, answer, operation);
  // podman reports capabilities and mounts in words of its own.
  const { isPodman } = await client.info(signal);
  const live = isPodman ? undefined : readLiveSettings(answer);
  return {
    ...known,
    status: State.Status,
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    restartCount: RestartCount,
    ...(live === undefined ? {} : { live }),
  };
}

function observedContainer(
  { Id, Names, Labels, State, NetworkSettings }: ListedContainer,
  { ours }: { readonly ours: boolean },
): ObservedContainer {
  const service = Labels.get(labels.service);
  const role = Labels.get(labels.role);
  const configHash = Labels.get(labels.configHash);
  const imageIdentity = Labels.get(labels.imageIdentity);
  return {
    id: Id,
    name: (Names?.[0] ?? "").replace(/^\//u, ""),
    ours,
    ...(service === undefined ? {} : { service }),
    ...(role === undefined ? {} : { role }),
    ...(configHash === undefined ? {} : { configHash }),
    ...(imageIdentity === undefined ? {} : { imageIdentity }),
    status: State,
    networks: Object.keys(NetworkSettings?.Networks ?? {}).toSorted(),
  };
}
