import { QclockError } from "../../error.ts";
import { missingDigest } from "../../stack/images/missing-digest.ts";
import type { RunContext } from "../context.ts";

/**
 * Look up the digests that nobody has looked up yet: by what stands in the manifest for an image of
 * a registry, what has to stand there. Empty where all are known, and then nobody is asked.
 *
 * Throws `offline`, `lock-outdated` where nothing may change, `pull-failed`.
 */
export async function lookUpDigests({
  stack,
  engine: connect,
  downloader,
  lockMode,
  signal,
}: Pick<RunContext, "stack" | "engine" | "downloader" | "lockMode" | "signal">): Promise<
  ReadonlyMap<string, string>
> {
  const sources = [...stack.images.values()].flatMap((image) =>
    image.type === "pulled" && image.source.endsWith(`@${missingDigest}`) ? [image.source] : [],
  );
  const wanted = [...new Set(sources)].toSorted();
  const [first] = wanted.map(tagged);
  if (first === undefined) return new Map();
  if (lockMode === "locked") {
    throw new QclockError("lock-outdated", `Nobody has looked up the digest of ${first} yet.`, {
      hint: "qclock lock looks it up and writes it into the manifest.",
    });
  }
  if (downloader.offline) {
    throw new QclockError(
      "offline",
      `The digest of ${first} has to be looked up, and --offline allows no request to a registry.`,
    );
  }
  const engine = await connect();
  const found = wanted.map(async (source) => {
    const reference = tagged(source);
    return [source, `${reference}@${await engine.registryDigest(reference, signal)}`] as const;
  });
  return new Map(await Promise.all(found));
}

/** A reference without its digest. */
function tagged(source: string): string {
  return source.slice(0, -`@${missingDigest}`.length);
}
