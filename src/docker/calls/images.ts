import * as z from "zod/mini";
import type { Digest } from "../../digest.ts";
import type { EngineClient } from "../connection/client.ts";
import { QclockError } from "../../error.ts";
import type { Engine, ImageDetails } from "../engine.ts";
import { engineStatus } from "../errors.ts";
import { parseForeign } from "../foreign.ts";
import { identitySchema, imageIdentity, manifestsQuery } from "../identity.ts";
import { readProgress } from "../progress/progress.ts";
import { splitTag } from "../split-tag.ts";
import { exportImage } from "./export-image.ts";

type ImageCalls = Pick<
  Engine,
  | "listImageReferences"
  | "inspectImage"
  | "imageHistory"
  | "loadImages"
  | "tagImage"
  | "removeImage"
  | "pullImage"
  | "registryDigest"
  | "exportImage"
>;

const strings = z.pipe(
  z.nullish(z.array(z.string())),
  z.transform((value) => value ?? []),
);
const stringMap = z.pipe(
  z.nullish(z.record(z.string(), z.string())),
  z.transform((value) => new Map(Object.entries(value ?? {}))),
);

const inspectSchema = z.extend(identitySchema, {
  RepoTags: strings,
  Architecture: z._default(z.string(), ""),
  Os: z.nullish(z.string()),
  Variant: z.nullish(z.string()),
  Size: z._default(z.number(), 0),
  RootFS: z.nullish(
    z.object({ Layers: z.nullish(z.array(z.templateLiteral(["sha256:", z.string()]))) }),
  ),
  Config: z.nullish(
    z.object({
      Labels: stringMap,
      Env: strings,
      User: z.nullish(z.string()),
      ExposedPorts: z.nullish(z.record(z.string(), z.unknown())),
      Entrypoint: strings,
      Cmd: strings,
    }),
  ),
});

const historySchema = z.array(
  z.object({ CreatedBy: z._default(z.string(), ""), Size: z._default(z.number(), 0) }),
);

/** Of a registry's answer as the Engine passes it on. */
const distributionSchema = z.object({
  Descriptor: z.object({
    digest: z.templateLiteral(["sha256:", z.string().check(z.regex(/^[0-9a-f]{64}$/))]),
  }),
});

const tagsSchema = z.array(z.object({ RepoTags: strings }));

/** The calls about images. */
export function imageCalls(client: EngineClient): ImageCalls {
  const { http } = client;
  return {
    async listImageReferences(pattern, signal) {
      const operation = "list the images";
      const query = { filters: JSON.stringify({ reference: [pattern] }) };
      const listed = parseForeign(
        tagsSchema,
        await http.get({ path: "/images/json", query, operation, signal }),
        operation,
      );
      return listed.flatMap(({ RepoTags }) => RepoTags).toSorted();
    },
    inspectImage: (reference, signal) => inspectImage(client, reference, signal),
    async imageHistory(reference, signal) {
      const operation = `read the history of image ${reference}`;
      const answer = await http.get({
        path: `/images/${imagePath(reference)}/history`,
        operation,
        signal,
      });
      return parseForeign(historySchema, answer, operation).map(({ CreatedBy, Size }) => ({
        createdBy: CreatedBy,
        sizeBytes: Size,
      }));
    },
    async loadImages(archive, onOutput, signal) {
      await readProgress(http, {
        call: {
          method: "POST",
          path: "/images/load",
          query: { quiet: "0" },
          body: archive,
          headers: { "Content-Type": "application/x-tar" },
          operation: "load images into the Engine",
          code: "load-failed",
          signal,
        },
        onOutput,
      });
    },
    async tagImage(id, reference, signal) {
      const { repo, tag } = splitTag(reference);
      const operation = `tag image ${reference}`;
      // A name may have slashes, which the Engine takes as they are.
      const path = `/images/${id}/tag`;
      await client.send({ method: "POST", path, query: { repo, tag }, operation, signal });
    },
    async removeImage(reference, signal) {
      try {
        // An image in use by a container keeps its layers and loses its name only with `force`,
        // which is not given.
        await client.send({
          method: "DELETE",
          path: `/images/${imagePath(reference)}`,
          operation: `remove image ${reference}`,
          signal,
        });
      } catch (error) {
        if (engineStatus(error) !== 404) throw error;
      }
    },
    async pullImage(reference, onOutput, signal) {
      await readProgress(http, {
        call: {
          method: "POST",
          path: "/images/create",
          query: { fromImage: reference },
          operation: `pull ${reference}`,
          code: "pull-failed",
          signal,
        },
        onOutput,
      });
    },
    registryDigest: (reference, signal) => registryDigest(client, reference, signal),
    exportImage: (reference, signal) => exportImage(client, reference, signal),
  };
}

async function registryDigest(
  { http }: EngineClient,
  reference: string,
  signal?: AbortSignal,
): Promise<Digest> {
  const operation = `ask for the digest of ${reference}`;
  const path = `/distribution/${imagePath(reference)}/json`;
  let answer: unknown;
  try {
    // A registry is far away.
    const expectedMs = 10_000;
    answer = await http.get({ path, operation, code: "pull-failed", expectedMs, signal });
  } catch (error) {
    // The registry's refusal, which the Engine passes on as if it were its own.
    if (![401, 403].includes(engineStatus(error) ?? 0)) throw error;
    throw new QclockError(
      "pull-failed",
      `The registry has no ${reference}, or shows it to nobody without a login.`,
      {
        hint: `\`docker buildx imagetools inspect ${reference}\` uses your login: write the digest that it prints in the place of the zeros.`,
        cause: error,
      },
    );
  }
  return parseForeign(distributionSchema, answer, operation).Descriptor.digest;
}

/** Look at one image by id or reference; undefined: there is none. */
export async function inspectImage(
  client: EngineClient,
  reference: string,
  signal?: AbortSignal,
): Promise<ImageDetails | undefined> {
  const operation = `inspect image ${reference}`;
  const query = client.hasApi("1.48") ? manifestsQuery : {};
  const raw = await client.http.find({
    path: `/images/${imagePath(reference)}/json`,
    query,
    operation,
    signal,
  });
  if (raw === undefined) return undefined;
  const image = parseForeign(inspectSchema, raw, operation);
  const config = image.Config;
  const diffIds: readonly Digest[] = image.RootFS?.Layers ?? [];
  return {
    id: image.Id,
    identity: imageIdentity(image),
    references: image.RepoTags,
    labels: config?.Labels ?? new Map(),
    diffIds,
    environment: config?.Env ?? [],
    user: config?.User ?? "",
    exposedPorts: Object.keys(config?.ExposedPorts ?? {}).toSorted(),
    entrypoint: config?.Entrypoint ?? [],
    command: config?.Cmd ?? [],
    sizeBytes: image.Size,
    architecture: image.Architecture,
    ...platformOf(image),
    raw,
  };
}

function platformOf({
  Os,
  Architecture,
  Variant,
}: z.infer<typeof inspectSchema>): Pick<ImageDetails, "platform"> {
  const parts = [Os ?? "", Architecture, Variant ?? ""].filter((part) => part !== "");
  return parts.length < 2 ? {} : { platform: parts.join("/") };
}

/** A reference as part of a path: its slashes are the path's own, all else is escaped. */
function imagePath(reference: string): string {
  return reference.split("/").map(encodeURIComponent).join("/");
}
