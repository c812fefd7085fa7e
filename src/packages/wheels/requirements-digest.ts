import type { Digest } from "../../digest.ts";
import type { PinnedRequirement } from "../../python/requirements-file.ts";
import { digestOf } from "../canonical-json.ts";

/**
 * Digest of what a requirements file asks for, whatever its order and its comments: a lock that was
 * made for it fits.
 */
export function requirementsDigest(requirements: readonly PinnedRequirement[]): Digest {
  const lines = requirements.map(({ line: _, ...requirement }) => requirement);
  const texts = lines.map((each) => JSON.stringify(each)).toSorted();
  return digestOf({ requirements: texts });
}
