import * as z from "zod";
import type { Engine, ImageDetails } from "../../docker/engine.ts";
import { recallLeftScripts } from "../../image/left-scripts.ts";
import { recallUnmetNeeds } from "../../image/needs/unmet-need.ts";
import { packagesOf, type RanScript, recallRanScripts } from "../../image/ran-scripts.ts";
import type { LeftScript } from "../../packages/installation.ts";
import type { LockedPackage, LockTarget } from "../../packages/package.ts";
import type { PackageDatabase } from "../../packages/package-database.ts";
import type { Digest } from "../../digest.ts";
import type { Image, Stack } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import type { Expectation } from "../expectation.ts";
import type { Look, Looker } from "../services/look.ts";
import type { ProcessReader } from "../services/processes.ts";
import { accountFiles } from "./image-files.ts";
import { readImageFiles } from "./read-image-files.ts";
import type { ImageSubject } from "../subject.ts";

/** What every look of a run needs. */
export interface Surroundings {
  readonly stack: Stack;
  readonly engine: Engine;
  readonly store: Store;
  /** That of the stack's images. */
  readonly database: PackageDatabase;
  readonly look: Looker;
  readonly expectation: Look<Expectation>;
  /** By image name. */
  readonly details: ReadonlyMap<string, Look<ImageDetails | undefined>>;
  readonly secretValues: readonly string[];
  readonly processesOf: ProcessReader;
}

/** Reading an image back takes its size's time: a gigabyte, some ten seconds. */
const imageDeadlineMs = 300_000;

/** Parts of an image's configuration that only checks want. */
const imageConfigSchema = z.object({
  Config: z
    .object({
      WorkingDir: z.string().nullish(),
      Volumes: z.record(z.string(), z.unknown()).nullish(),
      Healthcheck: z.object({ Test: z.array(z.string()).nullish() }).nullish(),
    })
    .nullish(),
});

/**
 * One image as the checks see it, with its files. A part that could not be seen fails the checks
 * that ask for it.
 */
export async function gatherImage(
  image: Image,
  details: ImageDetails,
  world: Surroundings,
): Promise<ImageSubject> {
  const { stack, engine, store, look, expectation, secretValues, database } = world;
  const chain = ancestry(stack, image);
  const { reference } = image;
  const [history, scripts, needs, files] = await Promise.all([
    look(`the history of image ${image.name}`, (signal) => engine.imageHistory(reference, signal)),
    look(`the scripts of image ${image.name}`, () => scriptsOf(details, store)),
    look(`the needs of image ${image.name}`, () =>
      recallUnmetNeeds(
        "image",
        details.diffIds.map((diffId) => ({ diffId })),
        store,
      ),
    ),
    look(
      `the files of image ${image.name}`,
      (signal) =>
        readImageFiles(
          { reference, identity: details.identity },
          { engine, store, signal, texts: accountFiles, database },
        ),
      imageDeadlineMs,
    ),
  ]);
  return {
    image,
    details,
    get history() {
      return history.take();
    },
    get config() {
      return configOf(details);
    },
    get parent() {
      return parentOf(image, world);
    },
    get files() {
      return files.take();
    },
    database,
    get locked() {
      return lockedPackages(chain, expectation.take().target);
    },
    get fingerprint() {
      return expectation.take().desired.get(image.name)?.fingerprint;
    },
    get recorded() {
      return expectation.take().recorded.get(image.name) ?? new Set();
    },
    get leftScripts() {
      return scripts.take().left;
    },
    get unmetNeeds() {
      return needs.take();
    },
    get runLayers() {
      const { ran } = scripts.take();
      const { target } = expectation.take();
      const locked = chain.map(({ name }) => target.images.get(name)?.runLayer);
      const layers = details.diffIds.filter((id) => ran.has(id) || locked.includes(id));
      return layers.map((id) => {
        const known = ran.get(id);
        return known === undefined ? undefined : packagesOf(known);
      });
    },
    setuid: chain.flatMap((each) => (each.type === "assembled" ? each.setuid : [])),
    services: [...stack.services.values()].filter((service) => service.image === image.name),
    secretValues,
  };
}

interface KnownScripts {
  /** Undefined where it is known of no layer. */
  readonly left: readonly LeftScript[] | undefined;
  /** By the layer that they made. */
  readonly ran: ReadonlyMap<Digest, readonly RanScript[]>;
}

/** What became of scripts, of all layers of an image of which it is known. */
async function scriptsOf({ diffIds }: ImageDetails, store: Store): Promise<KnownScripts> {
  const ran = new Map<Digest, readonly RanScript[]>();
  for (const diffId of diffIds) {
    const found = await recallRanScripts(diffId, store);
    if (found !== undefined) ran.set(diffId, found);
  }
  const left = await Promise.all(
    diffIds.map(async (diffId, index) => {
      const found = await recallLeftScripts(diffId, store);
      const next = diffIds[index + 1];
      // Those that could be were run for the layer above.
      const wereRun = next !== undefined && ran.has(next);
      return wereRun ? found?.filter(({ call }) => call === undefined) : found;
    }),
  );
  const known = left.filter((each) => each !== undefined);
  return { left: known.length === 0 ? undefined : known.flat(), ran };
}

function configOf({ raw }: ImageDetails): ImageSubject["config"] {
  const { Config } = imageConfigSchema.parse(raw);
  return {
    workingDirectory: Config?.WorkingDir ?? "",
    volumes: Object.keys(Config?.Volumes ?? {}),
    hasHealthcheck: (Config?.Healthcheck?.Test ?? []).some((word) => word !== "NONE"),
  };
}

function parentOf(image: Image, { details }: Surroundings): ImageSubject["parent"] {
  const name =
    image.type === "assembled"
      ? image.parent
      : image.type === "dockerfile"
        ? image.parents.at(-1)
        : undefined;
  if (name === undefined) return undefined;
  return { name, diffIds: details.get(name)?.take()?.diffIds };
}

/** The image and its parents in the stack, the root first. */
function ancestry(stack: Stack, image: Image): readonly Image[] {
  const parent =
    image.type === "assembled" && image.parent !== undefined
      ? stack.images.get(image.parent)
      : undefined;
  return parent === undefined ? [image] : [...ancestry(stack, parent), image];
}

function lockedPackages(
  chain: readonly Image[],
  target: LockTarget,
): readonly LockedPackage[] | undefined {
  if (chain.some(({ type }) => type !== "assembled")) return undefined;
  return chain.flatMap(({ name }) => target.images.get(name)?.packages ?? []);
}
