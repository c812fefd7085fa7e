import { posix } from "node:path";
import { loadFamily } from "../../packages/families.ts";
import type { BuiltImage } from "../built-image.ts";
import { programOfSettings } from "../started-programs.ts";
import type { AssembleRequest } from "./request.ts";
import { packageFinder } from "./check.ts";

/** Look through an image for what its files need and no layer has, keep it, and tell of it. */
export async function reportUnmetNeeds(
  request: AssembleRequest,
  { layers, settings }: BuiltImage,
): Promise<void> {
  const { image, parent, started, store, target, onNotice } = request;
  // Loaded here: an image with nothing to do needs none of it.
  const { findUnmetNeeds } = await import("../needs/find-unmet-needs.ts");
  const { findMissingCommands } = await import("../needs/missing-commands.ts");
  const { describeUnmetNeeds, rememberUnmetNeeds } = await import("../needs/unmet-need.ts");
  const packageOf = packageFinder(target);
  const inherited = parent?.layers.length ?? 0;
  const { path } = await (await loadFamily(target.os)).database();
  const databaseFolder = posix.dirname(path);
  const own = await findUnmetNeeds({ layers, inherited, databaseFolder, packageOf, store });
  const programs = [...programOfSettings(image.name, settings), ...started];
  const commands = await findMissingCommands({ programs, layers, packageOf });
  const needs = [...commands, ...own];
  await rememberUnmetNeeds("image", layers, { needs, store });
  for (const { text, level } of describeUnmetNeeds(needs))
    onNotice(`Image "${image.name}": ${text}`, level);
}
