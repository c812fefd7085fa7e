import { open } from "node:fs/promises";
import type { Digest } from "../../digest.ts";
import type { ImageView } from "../../packages/installation.ts";
import type { LayerDraft } from "./draft.ts";
import type { Layer } from "./layer.ts";
import { MergedLayers } from "./merged-layers.ts";
import type { Origin } from "./origin.ts";
import { readEntry } from "./read-entry.ts";

/**
 * Views of the draft for a family's steps; what a step adds carries its name. What is read of the
 * layers below is added to `reads`.
 */
export function imageViews(
  draft: LayerDraft,
  parentLayers: readonly Layer[],
  reads: Map<string, Digest>,
): (step: string) => ImageView {
  const below = new MergedLayers(parentLayers);
  const names = (folder: string): readonly string[] => {
    const prefix = `${draft.resolve(`${folder}/.`).replace(/\/\.$/, "")}/`;
    const found = new Set<string>();
    const paths = [...below.pathsFrom(prefix), ...draft.paths()];
    for (const at of paths) {
      if (at.startsWith(prefix)) found.add(at.slice(prefix.length).split("/")[0] ?? "");
    }
    return [...found].toSorted();
  };
  return (step) => {
    const origin: Origin = { type: "step", step };
    return {
      kindOf: (at) => draft.find(draft.resolve(at))?.type,
      readText: async (at) => {
        const entry = draft.follow(at);
        if (entry?.type !== "file") return undefined;
        if (draft.own(entry.path) === undefined && entry.digest !== undefined)
          reads.set(entry.path, entry.digest);
        return (await readContent(entry, parentLayers)).toString("utf8");
      },
      list: names,
      addFile: (at, content, mode = 0o644, owner = { uid: 0, gid: 0 }) =>
        draft.addFile(origin, { path: at, mode, content, ...owner }),
      addLink: (at, target) => draft.addLink(origin, at, target),
      addDirectory: (at, mode, owner = { uid: 0, gid: 0 }) =>
        draft.addDirectory(origin, at, { mode, ...owner }),
    };
  };
}

async function readContent(
  entry: ReturnType<LayerDraft["find"]> & {},
  parentLayers: readonly Layer[],
): Promise<Buffer> {
  if (!("content" in entry) || entry.content === undefined) return readEntry(parentLayers, entry);
  if (entry.content.type === "bytes") return Buffer.from(entry.content.bytes);
  const offset = entry.content.type === "file" ? entry.content.offset : 0;
  await using file = await open(entry.content.file);
  const { buffer } = await file.read(Buffer.alloc(entry.size), 0, entry.size, offset);
  return buffer;
}
