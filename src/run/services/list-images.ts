import type { Engine, ImageDetails } from "../../docker/engine.ts";
import { splitTag } from "../../docker/split-tag.ts";
import type { Service, Stack } from "../../stack/stack.ts";
import { foundContainers, type LookContext } from "./found-containers.ts";

/** A row of `qclock images`. */
export interface ImageRow {
  /** The image in the manifest. */
  readonly image: string;
  /** The container that was made from it; absent: none was. */
  readonly container?: string;
  /** Absent: it has lost its name, to a newer one or because somebody took it away. */
  readonly name?: string;
  readonly tag?: string;
  /** As the Engine gives it. */
  readonly id: string;
  readonly sizeBytes: number;
  /** `linux/amd64`; absent where the image does not say. */
  readonly platform?: string;
}

/**
 * The image that each container of some services, or of all, was made from: that one, and not the
 * one that bears its name today. With `all` also those of the stack that no container was made
 * from.
 */
export async function listImages(
  context: LookContext,
  { services, all }: { readonly services: readonly Service[]; readonly all: boolean },
): Promise<readonly ImageRow[]> {
  const { stack, signal } = context;
  const engine = await context.engine();
  const found = await foundContainers(context, services);
  const used = await Promise.all(
    found.map(async ({ service, state }) => {
      const details = state && (await engine.inspectImage(state.imageId, signal));
      if (details === undefined) return [];
      const row = imageRow(stack, service.image, details);
      return [{ ...row, container: service.containerName }];
    }),
  );
  const rows = used.flat();
  return all ? [...rows, ...(await unusedImages(stack, { engine, rows, signal }))] : rows;
}

/** What the stack's names stand for, without what has a row already. */
async function unusedImages(
  stack: Stack,
  {
    engine,
    rows,
    signal,
  }: {
    readonly engine: Engine;
    readonly rows: readonly ImageRow[];
    readonly signal: AbortSignal;
  },
): Promise<readonly ImageRow[]> {
  const ids = new Set(rows.map(({ id }) => id));
  const found = await Promise.all(
    [...stack.images.values()].map(async ({ name, reference }) => {
      const details = await engine.inspectImage(reference, signal);
      return details === undefined || ids.has(details.id) ? [] : [imageRow(stack, name, details)];
    }),
  );
  return found.flat();
}

function imageRow(stack: Stack, image: string, details: ImageDetails): ImageRow {
  const { id, sizeBytes, references, platform } = details;
  const declared = stack.images.get(image)?.reference ?? image;
  const reference = references.includes(declared) ? declared : references[0];
  const named = reference === undefined ? undefined : splitTag(reference);
  return {
    image,
    ...(named === undefined ? {} : { name: named.repo, tag: named.tag }),
    id,
    sizeBytes,
    ...(platform === undefined ? {} : { platform }),
  };
}
