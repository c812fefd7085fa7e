import { readFile } from "node:fs/promises";
import type { RunScripts, ScriptRun } from "../../src/image/layers/run-layer.ts";
import type { RanScript } from "../../src/image/ran-scripts.ts";
import { readItems, type TarItem, tarOf } from "./tar.ts";

/** The files of a container by path, folders with a slash behind. */
export type ContainerRoot = Map<string, TarItem>;

const types: Readonly<Record<string, string>> = {
  "0": "file",
  "1": "hardlink",
  "2": "symlink",
  "5": "directory",
};

/**
 * Stands for an Engine: a container has the files of its layers, then whatever `change` makes of
 * them. `runs` gets each run.
 */
export function scriptsThat(
  change: (root: ContainerRoot) => void,
  runs: ScriptRun[] = [],
): RunScripts {
  return async (run, take) => {
    runs.push(run);
    const root = await rootOf(run);
    change(root);
    const tar = tarOf([...root.values()]);
    const ran: readonly RanScript[] = run.scripts;
    const makerOf = (): string => ran.at(-1)?.package ?? "";
    await take({ root: inPieces(tar), leftOut: ["var/lib/left-out"], ran, makerOf });
  };
}

async function rootOf({ layers }: ScriptRun): Promise<ContainerRoot> {
  const root: ContainerRoot = new Map();
  for (const layer of layers) {
    for (const { flag, ...item } of readItems(await readFile(layer.path)))
      root.set(item.path, { ...item, type: types[flag] ?? flag });
  }
  return root;
}

/** As they come from a socket: cut anywhere. */
async function* inPieces(tar: Buffer): AsyncGenerator<Uint8Array> {
  const size = 1000;
  for (let at = 0; at < tar.length; at += size) yield tar.subarray(at, at + size);
}
