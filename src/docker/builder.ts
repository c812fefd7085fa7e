import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import { packContext } from "../build-context/pack.ts";
import { parseIgnore } from "../build-context/ignore.ts";
import { QclockError } from "../error.ts";
import { labels } from "../stack/labels.ts";
import type { Store } from "../store/store.ts";
import type { BuildRequest, Engine } from "./engine.ts";

export type Builder = BuildRequest["builder"];

export interface BuilderOptions {
  readonly engine: Engine;
  readonly store: Store;
  readonly onNotice: (message: string) => void;
  readonly signal?: AbortSignal;
}

const noteSchema = z.object({ builder: z.enum(["classic", "buildkit"]) });

/**
 * Which of the Engine's builders to use: BuildKit where it does what is needed of it, else the
 * classic one. What an Engine says of itself does not tell: 20.10 answers a ping without a word of
 * BuildKit and has it, podman takes the same request and builds by other means. So two images of a
 * few bytes are built once for each Engine and version, and the verdict kept.
 */
export async function chooseBuilder({
  engine,
  store,
  onNotice,
  signal,
}: BuilderOptions): Promise<Builder> {
  const { id, version, isPodman } = await engine.info(signal);
  if (isPodman) return "classic";
  const key = `${id}-${version}`;
  const known = noteSchema.safeParse(await store.readNote("builder", key));
  if (known.success) return known.data.builder;
  const builder = await tryBuilder({ engine, store, builder: "buildkit", signal });
  if (builder !== undefined)
    onNotice(`The Engine's BuildKit is not used, since a trial build failed: ${builder.message}`);
  const verdict: Builder = builder === undefined ? "buildkit" : "classic";
  await store.writeNote("builder", key, { builder: verdict });
  return verdict;
}

/** For the images of a trial; they are a few bytes, and what is left bears a label. */
const REMOVAL_MS = 10_000;

export interface Trial {
  readonly engine: Engine;
  readonly store: Store;
  readonly builder: Builder;
  readonly signal: AbortSignal | undefined;
}

/**
 * Build two images of a few bytes, the second on the first by a name that only this Engine knows.
 * Gives the failure, or undefined when both were built.
 */
export async function tryBuilder({
  engine,
  store,
  builder,
  signal,
}: Trial): Promise<QclockError | undefined> {
  const reference = `qclock.invalid/trial/${randomBytes(6).toString("hex")}:latest`;
  const made: string[] = [];
  try {
    const build = async (dockerfileText: string, name?: string): Promise<void> => {
      await using context = await packContext({
        scan: emptyScan,
        dockerfileText,
        files: new Map(),
        store,
      });
      const id = await engine.buildImage(
        {
          context: context.content,
          contextSizeBytes: context.sizeBytes,
          dockerfile: emptyScan.dockerfile.path,
          buildArgs: new Map(),
          // The reference makes the image this trial's own: of two at once with equal content
          // neither could remove it.
          labels: new Map([
            [labels.role, "helper"],
            [labels.run, reference],
          ]),
          builder,
          ...(name === undefined ? {} : { reference: name }),
        },
        () => undefined,
        signal,
      );
      made.unshift(id);
    };
    // Its own name makes the image one of a kind: two trials at once would share it, and neither
    // could remove it.
    await build(`FROM scratch\n# ${reference}\nCOPY Dockerfile /first\n`, reference);
    await build(`FROM ${reference}\nCOPY Dockerfile /second\n`);
    return undefined;
  } catch (error) {
    if (error instanceof QclockError && error.code === "build-failed") return error;
    throw error;
  } finally {
    // A failure here must not stand in place of the trial's own, nor take its time again where the
    // Engine hangs.
    const limited = AbortSignal.timeout(REMOVAL_MS);
    for (const id of [...made, reference]) {
      await engine.removeImage(id, limited).catch(() => undefined);
    }
  }
}

const emptyScan = {
  image: "trial",
  directory: "/",
  entries: [],
  dockerfile: { path: "Dockerfile", absolutePath: "/Dockerfile", text: "", isHidden: false },
  sizeBytes: 0,
  rules: parseIgnore(""),
  notices: [],
};
