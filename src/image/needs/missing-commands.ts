import { usedCommands } from "../../packages/scripts/used-commands.ts";
import type { Layer } from "../layers/layer.ts";
import type { LayerEntry } from "../layers/layer-entry.ts";
import { MergedLayers } from "../layers/merged-layers.ts";
import { findFile, OpenLayer } from "../layers/read-entry.ts";
import { LINE_BYTES } from "./find-unmet-needs.ts";
import { isMounted, type StartedProgram } from "../started-programs.ts";
import type { UnmetNeed } from "./unmet-need.ts";

/** Scripts that are looked through for one started program, and the length of one. */
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
    let scripts = 0;
    const queue = [program.candidates];
    for (const candidates of queue) {
      const script = firstFile(candidates, view);
      if (script === undefined || seen.has(script.path)) continue;
      if (isMounted(program, script.path)) continue;
      seen.add(script.path);
      const commands = commandsOf(script, layers);
      if (commands === undefined) continue;
      if (++scripts > MOST_SCRIPTS) break;
      for (const command of commands) {
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

/** Those of a shell script; undefined for any other file, of which the first line alone is read. */
function commandsOf(
  { path }: LayerEntry,
  layers: readonly Layer[],
): ReadonlySet<string> | undefined {
  const { layer, file } = findFile(layers, path) ?? {};
  if (layer === undefined || file === undefined || file.size > MOST_BYTES) return undefined;
  using opened = new OpenLayer(layer);
  const head = opened.read(file, 0, Math.min(file.size, LINE_BYTES)).toString("latin1");
  const [, shell] = /^#! *\/(?:usr\/)?bin\/(?:env +)?(sh|dash|bash)\b/.exec(head) ?? [];
  if (shell === undefined) return undefined;
  const text = opened.read(file, 0, file.size).toString("latin1");
  return usedCommands(text, shell === "bash" ? "bash" : "dash");
}

function firstFile(candidates: readonly string[], view: MergedLayers): LayerEntry | undefined {
  for (const candidate of candidates) {
    const entry = view.follow(candidate);
    if (entry !== undefined) return entry;
  }
  return undefined;
}
