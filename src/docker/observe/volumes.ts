import { byName } from "../../order.ts";
import * as z from "zod/mini";
import type { ObservedVolume } from "../../plan/observed.ts";
import { labels } from "../../stack/labels.ts";
import { isOurs } from "../../stack/ownership.ts";
import { parseForeign } from "../foreign.ts";
import { type Filters, labelsSchema, type Look, ofStack } from "./look.ts";

const volumesSchema = z.object({
  Volumes: z.nullish(
    z.array(
      z.object({ Name: z.string(), CreatedAt: z.optional(z.string()), Labels: labelsSchema }),
    ),
  ),
});

type ListedVolume = NonNullable<z.infer<typeof volumesSchema>["Volumes"]>[number];

/** The stack's volumes, and foreign ones that bear its names. */
export async function observeVolumes(look: Look): Promise<readonly ObservedVolume[]> {
  const wanted = new Set(look.request.volumeNames);
  const [labelled, named] = await Promise.all([
    list(look, ofStack(look.request)),
    wanted.size === 0 ? [] : list(look, { name: [...wanted] }),
  ]);
  // A filter by name also finds names that contain it.
  const found = [...named.filter(({ Name }) => wanted.has(Name)), ...labelled];
  const volumes = new Map(found.map((volume) => [volume.Name, volume]));
  return [...volumes.values()]
    .map((volume) => observedVolume(volume, look.request.stack))
    .toSorted(byName);
}

async function list({ client, signal }: Look, filters: Filters): Promise<readonly ListedVolume[]> {
  const operation = "list the volumes";
  const query = { filters: JSON.stringify(filters) };
  return (
    parseForeign(
      volumesSchema,
      await client.http.get({ path: "/volumes", query, operation, signal }),
      operation,
    ).Volumes ?? []
  );
}

function observedVolume({ Name, CreatedAt, Labels }: ListedVolume, stack: string): ObservedVolume {
  const key = Labels.get(labels.volume);
  const configHash = Labels.get(labels.configHash);
  const secrets = Labels.get(labels.secrets);
  return {
    name: Name,
    // Its time of creation is that of its folder, which a write or a restored disk changes: it is
    // not compared.
    ours: isOurs({ kind: "volume", stack, name: Name, labels: Labels }),
    ...(key === undefined ? {} : { key }),
    ...(configHash === undefined ? {} : { configHash }),
    labels: Labels,
    ...(secrets === undefined ? {} : { secrets: secrets.split(",").filter((name) => name !== "") }),
    ...(CreatedAt === undefined ? {} : { createdAt: CreatedAt }),
  };
}
