import { QclockError } from "../../error.ts";
import type { RunContext } from "../context.ts";
import type { Engine } from "../../docker/engine.ts";

/**
 * Offline the Engine must not ask a registry either. Throws `offline` with the images that it would
 * have to pull.
 */
export async function refusePulls(
  { downloader, signal }: Pick<RunContext, "downloader" | "signal">,
  engine: Engine,
  references: readonly string[],
): Promise<void> {
  if (!downloader.offline) return;
  const found = await Promise.all(references.map((name) => engine.inspectImage(name, signal)));
  const missing = references.filter((_, index) => found[index] === undefined);
  if (missing.length === 0) return;
  throw new QclockError(
    "offline",
    `The Engine lacks ${missing.join(", ")}, and --offline allows no request to a registry.`,
    {
      hint: "Carry it over with `docker save` and `docker load`; bundles hold assembled images only.",
    },
  );
}
