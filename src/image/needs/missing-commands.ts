import { usedCommands } from "../../packages/scripts/used-commands.ts";
import type { Layer } from "../layers/layer.ts";
import type { LayerEntry } from "../layers/layer-entry.ts";
import { MergedLayers } from "../layers/merged-layers.ts";
import { readEntry } from "../layers/read-entry.ts";
import { isMounted, type StartedProgram } from "../started-programs.ts";
import type { UnmetNeed } from "./unmet-need.ts";

/** Scripts that are looked through for one image, and the length of one. */
const MOST_SCRIPTS = 50;
const MOST_BYTES = 1024 * 1024;

/**
 * Commands of shell scripts that an image starts, and of the shell scripts that these name, which
 * no layer has and a package would bring that others count on without saying so. `packageOf` says
 * which one. Other commands may well be missing: scripts ask for much that they can do without.
 */
export async function findMissingCommands({
  programs,
  layers,
  packageOf,
}: {
  readonly programs: readonly StartedProgram[];
  readonly layers: readonly Layer[];
  readonly packageOf: (program: string) => Promise<string | undefined>;
}): Promise<readonly UnmetNeed[]> {
  const view = new MergedLayers(layers);
  const found: UnmetNeed[] = [];
  for (const program of programs) {
    const seen = new Set<string>();
    const queue = [program.candidates];
    for (const candidates of queue) {
      const script = firstFile(candidates, view);
      if (script === undefined || seen.has(script.path) || seen.size >= MOST_SCRIPTS) continue;
      if (isMounted(program, script.path)) continue;
      seen.add(script.path);
      for (const command of await commandsOf(script, layers)) {
        const places = placesOf(command, program.folders);
        if (firstFile(places, view) !== undefined) queue.push(places);
        else if (!command.includes("/")) {
          const bringing = await packageOf(command);
          if (bringing !== undefined && !isMounted({ ...program, program: command }, command))
            found.push({ path: script.path, kind: "command", needs: command, package: bringing });
        }
      }
    }
  }
  return [...new Map(found.map((need) => [`${need.path}\0${need.needs}`, need])).values()];
}

function placesOf(command: string, folders: readonly string[]): readonly string[] {
  if (command.startsWith("/")) return [command.slice(1)];
  return command.includes("/") ? [] : folders.map((folder) => `${folder}/${command}`);
}

/** Those of a shell script; none of any other file. */
async function commandsOf(
  entry: LayerEntry,
  layers: readonly Layer[],
): Promise<ReadonlySet<string>> {
  if (entry.type !== "file" || entry.size > MOST_BYTES) return new Set();
  const text = (await readEntry(layers, entry)).toString("latin1");
  const [, shell] = /^#! *\/(?:usr\/)?bin\/(?:env +)?(sh|dash|bash)\b/.exec(text) ?? [];
  if (shell === undefined) return new Set();
  return usedCommands(text, shell === "bash" ? "bash" : "dash");
}

function firstFile(candidates: readonly string[], view: MergedLayers): LayerEntry | undefined {
  for (const candidate of candidates) {
    const entry = view.follow(candidate);
    if (entry !== undefined) return entry;
  }
  return undefined;
}
