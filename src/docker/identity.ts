import * as z from "zod/mini";

/**
 * The keys of an image's list entry or inspection that tell which image it is. `Manifests` comes
 * from the containerd store alone, when asked for.
 */
export const identitySchema = z.object({
  Id: z.string(),
  Manifests: z.nullish(
    z.array(
      z.object({
        ID: z.string(),
        Kind: z.optional(z.string()),
        Available: z.optional(z.boolean()),
      }),
    ),
  ),
});

/**
 * Which image this is, comparable within one Engine, from a list entry and an inspection alike.
 * Everything that compares images uses this one value; comparing a config digest with a manifest
 * digest makes `up` recreate forever.
 *
 * Where the Engine keeps config digests (graphdrivers), the identity is the ID. The containerd
 * store keeps manifests, and for an index, as builders write it, the ID is the index's digest,
 * which changes with each attestation beside an unchanged image: so there it is the digest of the
 * one platform image that the Engine really holds.
 */
export function imageIdentity({ Id, Manifests }: z.infer<typeof identitySchema>): string {
  const held = (Manifests ?? []).filter(
    ({ Kind, Available }) => Kind === "image" && Available === true,
  );
  return held.length === 1 && held[0] !== undefined ? held[0].ID : Id;
}

/**
 * The query that makes the Engine tell its manifests: known since API 1.47 for lists, 1.48 for
 * inspections, and refused by none.
 */
export const manifestsQuery = { manifests: "1" } as const;
