import { by } from "../../order.ts";
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Engine, ImageDetails } from "../../docker/engine.ts";
import type { BuiltImage } from "../../image/built-image.ts";
import {
  byPath,
  type ComparableFile,
  type ComparableFiles,
  compareFiles,
} from "../../image/compare-files.ts";
import { recallEntries } from "../../image/layers/layer-cache.ts";
import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import { isEnginePath } from "./read-image-files.ts";
import { readTar } from "../../archive/read-members.ts";

/**
 * In what the layer of a kind, of an image that was built again, differs from the one that the lock
 * expects; empty when in nothing.
 */
export async function compareWithLock(
  { layers }: BuiltImage,
  [kind, locked]: readonly [kind: "packages" | "run", locked: Digest | undefined],
  store: Store,
): Promise<readonly string[]> {
  const layer = layers.findLast((each) => each.kind === kind);
  if (locked === undefined || layer === undefined || layer.diffId === locked) return [];
  // What the locked layer held is known where it was built.
  const before = await recallEntries(locked, store);
  const differences =
    before === undefined
      ? []
      : compareFiles(byPath(before), byPath(layer.entries), ["in the lock's layer", "rebuilt"]);
  return [`${kind} layer: ${locked} in the lock, ${layer.diffId} rebuilt`, ...differences];
}

/**
 * In what an image that was built again differs from the one that the Engine has: layers and paths,
 * else the configuration's fields.
 */
export async function compareWithEngine(
  rebuilt: BuiltImage,
  details: ImageDetails,
  context: { readonly engine: Engine; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const { imageStore } = await context.engine.info(context.signal);
  const id = imageStore === "containerd" ? rebuilt.manifestDigest : rebuilt.configDigest;
  if (details.id === id) return [];
  const own = rebuilt.layers.map(({ diffId }) => diffId);
  const isSame =
    own.length === details.diffIds.length && own.every((one, at) => one === details.diffIds[at]);
  if (isSame) return compareConfig(rebuilt, details);
  const names = ["in the Engine", "rebuilt"] as const;
  const count = Math.max(own.length, details.diffIds.length);
  const layers = Array.from({ length: count }, (_, index) => {
    const [there, here] = [details.diffIds[index], own[index]];
    if (there === here) return [];
    return [`layer ${index + 1}: ${there ?? "none"} ${names[0]}, ${here ?? "none"} ${names[1]}`];
  });
  const files = await filesInEngine(details, context);
  const rebuiltFiles = byPath(
    rebuilt.layers.flatMap(({ entries }) => [...entries]).filter(({ path }) => !isEnginePath(path)),
  );
  return [...layers.flat(), ...compareFiles(files, rebuiltFiles, names)];
}

/** Every file of an image as the Engine exports it, with the digest of its content. */
async function filesInEngine(
  { references }: ImageDetails,
  { engine, signal }: { readonly engine: Engine; readonly signal: AbortSignal },
): Promise<ComparableFiles> {
  const files = new Map<string, ComparableFile>();
  const archive = await engine.exportImage(references[0] ?? "", signal);
  for await (const { content, ...member } of readTar(archive, () => Infinity)) {
    if (member.path === "" || isEnginePath(member.path)) continue;
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    files.set(member.path, { ...member, ...(member.type === "file" ? { digest } : {}) });
  }
  return files;
}

const configSchema = z.looseObject({ config: z.record(z.string(), z.unknown()) });
const rawSchema = z.looseObject({ Config: z.record(z.string(), z.unknown()).nullish() });

/** The same layers, and another image: its configuration differs. */
function compareConfig(rebuilt: BuiltImage, { raw }: ImageDetails): readonly string[] {
  const own = configSchema.parse(JSON.parse(Buffer.from(rebuilt.config).toString("utf8"))).config;
  const there = rawSchema.parse(raw).Config ?? {};
  const differences = Object.entries(own).flatMap(([key, value]) =>
    canonical(value) === canonical(there[key])
      ? []
      : [`config ${key}: ${canonical(there[key])} in the Engine, ${canonical(value)} rebuilt`],
  );
  return differences.length > 0 ? differences : ["its configuration has another digest"];
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "none";
  if (Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.fromEntries(Object.entries(value).toSorted(by(([key]) => key))));
}
