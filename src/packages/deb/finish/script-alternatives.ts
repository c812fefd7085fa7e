import { type Alternative, alternativesIn } from "../script/alternatives.ts";
import type { ImageView } from "../../installation.ts";
import type { InstalledDeb } from "../installed.ts";

/**
 * Make the links of the alternatives that the packages' own scripts install: by name, the one of
 * the highest priority whose file is there, and of several the first by package. What the image has
 * at a link's place stays, as does an alternative of a layer below.
 */
export function replayAlternatives(installed: readonly InstalledDeb[], target: ImageView): void {
  for (const alternative of bestOf(installed, target)) {
    if (!addAlternative(alternative, target)) continue;
    for (const slave of alternative.slaves) addAlternative(slave, target);
  }
}

function bestOf(installed: readonly InstalledDeb[], target: ImageView): readonly Alternative[] {
  const best = new Map<string, Alternative>();
  for (const { controlFiles } of installed) {
    for (const found of alternativesIn(controlFiles.get("postinst") ?? "")) {
      const present = best.get(found.name);
      if (target.kindOf(found.path.slice(1)) === undefined) continue;
      if (present === undefined || present.priority < found.priority) best.set(found.name, found);
    }
  }
  return [...best.values()];
}

function addAlternative(
  { name, link, path }: Pick<Alternative, "name" | "link" | "path">,
  target: ImageView,
): boolean {
  const managed = `etc/alternatives/${name}`;
  // A manual page that is excluded gets no link to nothing.
  const isThere = [managed, link.slice(1)].some((at) => target.kindOf(at) !== undefined);
  if (isThere || target.kindOf(path.slice(1)) === undefined) return false;
  target.addLink(managed, path);
  target.addLink(link.slice(1), `/${managed}`);
  return true;
}
