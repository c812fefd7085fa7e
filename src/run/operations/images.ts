import { countOf } from "../../count.ts";
import { engineStatus } from "../../docker/errors.ts";
import { loadBuiltImages } from "../../docker/load.ts";
import type { BuiltImage } from "../../image/built-image.ts";
import { QclockError } from "../../error.ts";
import { readWhole } from "../../project/open.ts";
import { noticesOf } from "../../image/files/files.ts";
import type { PlanNode } from "../../plan/plan.ts";
import type { AssemblyProgress } from "../images/built-images.ts";
import { missingDigest } from "../../stack/images/missing-digest.ts";
import type { Image } from "../../stack/stack.ts";
import { recordImage } from "../images/records.ts";
import { refusePulls } from "../images/offline.ts";
import { rememberInputs } from "../images/prepare-images.ts";
import {
  imageOf,
  outputOf,
  type MakingContext,
  type OperationOf,
  type TakingContext,
} from "./operation-context.ts";

/** Make the image's layers and configuration in the store. */
export async function assembleImage(
  node: PlanNode,
  { image: name }: OperationOf<"assemble-image">,
  context: MakingContext,
): Promise<string> {
  const image = imageOf(context.stack, name);
  const scan = context.prepared.scans.get(name);
  if (image.type === "assembled" && scan !== undefined) {
    for (const message of noticesOf(image, scan))
      context.emit({ type: "notice", level: "warning", message });
  }
  const built = await builtImageOf(node, name, context);
  const bytes = built.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { length } = built.layers;
  return `${countOf(length, "layer")}, ${megabytes(bytes)}`;
}

/** Hand the image to the Engine, without the layers that it has already. */
export async function loadImage(
  node: PlanNode,
  { image: name }: OperationOf<"load-image">,
  context: MakingContext,
): Promise<string> {
  const built = await builtImageOf(node, name, context);
  const { engine, signal } = context;
  const { heldChains } = context.builtImages;
  const onOutput = outputOf(context, node);
  const onProgress = (done: number, total: number): void =>
    context.emit({ type: "node-progress", node, done, total, unit: "bytes" });
  const images = [built];
  await loadBuiltImages({ engine, images, heldChains, onOutput, onProgress, signal });
  rememberWhatWentIn(context, name);
  return built.configDigest.slice(0, 19);
}

async function builtImageOf(
  node: PlanNode,
  name: string,
  context: MakingContext,
): Promise<BuiltImage> {
  const image = imageOf(context.stack, name);
  if (image.type !== "assembled") throw new Error(`image ${name} is not assembled`);
  const { emit } = context;
  const progress: AssemblyProgress = {
    onFetch: (done, total) =>
      emit({ type: "node-progress", node, done, total, unit: "bytes", detail: "fetching" }),
    onUnpack: (done, total) =>
      emit({ type: "node-progress", node, done, total, unit: "bytes", detail: "unpacking" }),
    onNotice: (message, level) => emit({ type: "notice", level, message }),
  };
  return context.builtImages.get(image, progress);
}

/** Build an image from its Dockerfile by the Engine's builder. */
export async function buildImage(
  node: PlanNode,
  { image: name }: OperationOf<"build-image">,
  context: MakingContext,
): Promise<string> {
  const image = imageOf(context.stack, name);
  if (image.type !== "dockerfile") throw new Error(`image ${name} has no Dockerfile`);
  // Loaded here: packing a build context takes a library that assembled images do not need.
  const [{ parseFroms }, { buildDockerfileImage }] = await Promise.all([
    import("../../build-context/dockerfile.ts"),
    import("../../docker/build.ts"),
  ]);
  const inputs = context.prepared.inputs.get(name);
  const { directory } = context.stack;
  const froms = parseFroms((await readWhole(image.dockerfile)).toString("utf8"), image.buildArgs);
  const foreign = froms.filter((from) => !context.stack.images.has(from.image));
  await refusePulls(
    context.run,
    context.engine,
    foreign.map((from) => from.image),
  );
  const id = await buildDockerfileImage({
    engine: context.engine,
    image,
    stackName: context.stack.name,
    project: directory,
    references: new Map([...context.stack.images.values()].map((one) => [one.name, one.reference])),
    fingerprint: inputs?.fingerprint ?? "sha256:",
    store: context.run.store,
    now: Date.now,
    displayPath: (path) =>
      path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path,
    onOutput: outputOf(context, node),
    onNotice: (message) => context.emit({ type: "notice", level: "warning", message }),
    signal: context.signal,
  });
  await recordHeld(context, image);
  rememberWhatWentIn(context, name);
  return id.slice(0, 19);
}

/** Pull an image by digest, and give it the stack's name for it. */
export async function pullImage(
  node: PlanNode,
  { image: name }: OperationOf<"pull-image">,
  context: MakingContext,
): Promise<undefined> {
  const { engine, signal } = context;
  const { stack, run } = context;
  const image = imageOf(stack, name);
  if (image.type !== "pulled") throw new Error(`image ${name} is not from a registry`);
  if (image.source.endsWith(`@${missingDigest}`)) {
    const [reference = ""] = image.source.split("@");
    throw new QclockError("pull-failed", `Nobody has looked up the digest of ${reference} yet.`, {
      hint: `\`qclock lock\` looks it up and writes it into the manifest, in the place of the zeros in image "${name}".`,
    });
  }
  await refusePulls(run, engine, [image.source]);
  if (!run.downloader.offline)
    await engine.pullImage(image.source, outputOf(context, node), signal);
  await engine.tagImage(image.source, image.reference, signal);
  await recordHeld(context, image);
  rememberWhatWentIn(context, name);
}

/** Of an image that the Engine has under its name now. */
function rememberWhatWentIn(context: MakingContext, name: string): void {
  const { stack, run, prepared, afterwards } = context;
  const inputs = prepared.inputs.get(name);
  if (inputs === undefined) return;
  afterwards(async () => rememberInputs({ stack, store: run.store }, name, inputs));
}

/** Record the image that the Engine has under our name now, just after it was built or pulled. */
async function recordHeld(context: MakingContext, { name, reference }: Image): Promise<void> {
  const { engine, signal, run } = context;
  const held = await engine.inspectImage(reference, signal);
  if (held === undefined) return;
  await recordImage(run.store, fingerprintOf(context, name), [held.identity, held.id]);
}

function fingerprintOf({ prepared }: MakingContext, image: string): string {
  return prepared.desired.get(image)?.fingerprint ?? "";
}

/** Remove an image that is not needed; one that a container still uses stays until that is gone. */
export async function removeImage(
  { reference }: OperationOf<"remove-image">,
  context: TakingContext,
): Promise<string | undefined> {
  const { engine, signal } = context;
  try {
    // By its id the Engine would take an image's only name away, and somebody may have given it
    // one.
    const names = reference.startsWith("sha256:")
      ? (await engine.inspectImage(reference, signal))?.references
      : undefined;
    if (names !== undefined && names.length > 0)
      return `kept: it is also named ${names.join(", ")}`;
    await engine.removeImage(reference, signal);
    return undefined;
  } catch (error) {
    if (engineStatus(error) === 404) return undefined;
    if (engineStatus(error) === 409) return "kept: still in use";
    throw error;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
