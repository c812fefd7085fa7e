import { posix } from "node:path";
import { readElf } from "../elf.ts";
import { DEFAULT_PATH } from "../config.ts";
import type { Layer } from "../layers/layer.ts";
import type { LayerEntry } from "../layers/layer-entry.ts";
import { MergedLayers } from "../layers/merged-layers.ts";
import { OpenLayer } from "../layers/read-entry.ts";
import { Turns } from "../../turns.ts";
import type { Store } from "../../store/store.ts";
import { byPath } from "../../order.ts";
import { recallUnmetNeeds, rememberUnmetNeeds, type UnmetNeed } from "./unmet-need.ts";

/** Of a script's first line; the kernel reads as much. */
export const LINE_BYTES = 256;

/** An image that is looked through, and which of its layers are its own. */
export interface UnmetNeedsRequest {
  readonly layers: readonly Layer[];
  /** How many of the layers are its parent's, which are not looked through. */
  readonly inherited: number;
  /** The folder of the packages' own database, which nothing in an image runs anything of. */
  readonly databaseFolder: string;
  /** The package that brings a program, where that is known. */
  readonly packageOf: (program: string) => Promise<string | undefined>;
  readonly store: Store;
}

/**
 * What the files of an image's own layers need and no layer has: libraries of programs and
 * libraries, and interpreters of scripts that may be run. A library counts as there when a file of
 * its name is anywhere in the image: programs look in places of their own. Sorted by path. What a
 * layer needs of those below it is kept in the store, so that a layer is looked through once.
 */
export async function findUnmetNeeds(request: UnmetNeedsRequest): Promise<readonly UnmetNeed[]> {
  const { layers, inherited, databaseFolder, packageOf, store } = request;
  const found: UnmetNeed[] = [];
  for (let count = inherited + 1; count <= layers.length; count++) {
    const until = layers.slice(0, count);
    const known = await recallUnmetNeeds("layer", until, store);
    const needs = known ?? (await needsOfLayer(until));
    if (known === undefined) await rememberUnmetNeeds("layer", until, { needs, store });
    found.push(...needs);
  }
  if (found.length === 0) return [];
  // A layer above may have what one below lacks, or something else at its path.
  const there = new WhatIsThere(layers);
  const unmet = found.filter(
    (need) =>
      there.isFile(need.path) && !need.path.startsWith(`${databaseFolder}/`) && !there.has(need),
  );
  return Promise.all(unmet.toSorted(byPath).map((need) => withPackage(need, packageOf)));
}

/** What the top one of some layers needs and none of them has. */
async function needsOfLayer(layers: readonly Layer[]): Promise<readonly UnmetNeed[]> {
  const there = new WhatIsThere(layers);
  const found: UnmetNeed[] = [];
  const turns = new Turns();
  const [layer] = layers.slice(-1);
  if (layer === undefined) return found;
  using file = new OpenLayer(layer);
  for (const entry of layer.entries) {
    if (turns.isOver()) await turns.next();
    if (!mayNeed(entry)) continue;
    const needs = needsOf(entry, file).filter((need) => !there.has(need));
    found.push(...new Map(needs.map((need) => [need.needs, need])).values());
  }
  return found;
}

async function withPackage(
  need: UnmetNeed,
  packageOf: (program: string) => Promise<string | undefined>,
): Promise<UnmetNeed> {
  if (need.kind !== "interpreter") return need;
  const bringing = await packageOf(posix.basename(need.needs));
  return bringing === undefined ? need : { ...need, package: bringing };
}

function mayNeed({ path, type, mode, offset }: LayerEntry): boolean {
  if (type !== "file" || offset === undefined) return false;
  return (mode & 0o111) !== 0 || /\.so(?:\.|$)/.test(path);
}

/** All that a file needs, met or not. */
function needsOf(entry: LayerEntry, file: OpenLayer): readonly UnmetNeed[] {
  const { path, size } = entry;
  const head = file.read(entry, 0, Math.min(size, LINE_BYTES)).toString("latin1");
  if (head.startsWith("#!")) {
    const interpreters = interpretersOf(head.slice(2).split("\n", 1)[0] ?? "");
    return interpreters.map((needs) => ({ path, kind: "interpreter", needs }));
  }
  if (!head.startsWith("\x7fELF")) return [];
  const elf = readElf({ read: (at, length) => file.read(entry, at, length) });
  const { libraries = [], interpreter } = elf ?? {};
  return [...libraries, ...(interpreter === undefined ? [] : [interpreter])].map((needs) => ({
    path,
    kind: "library",
    needs,
  }));
}

/** What the first line of a script names: a path, and the name that `env` looks for. */
function interpretersOf(line: string): readonly string[] {
  const [interpreter = "", argument = ""] = line.trim().split(/[ \t]+/, 2);
  if (!interpreter.startsWith("/")) return [];
  const isNamed = interpreter.endsWith("/env") && /^\w[\w.+-]*$/.test(argument);
  return isNamed ? [interpreter, argument] : [interpreter];
}

/** What some layers have of what files may need. */
class WhatIsThere {
  readonly #layers: readonly Layer[];
  readonly #view: MergedLayers;
  /** Names that something could be loaded by. Gathered when the first library is looked for. */
  #libraries: ReadonlySet<string> | undefined;

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
    this.#view = new MergedLayers(layers);
  }

  isFile(path: string): boolean {
    return this.#view.get(path)?.type === "file";
  }

  has({ kind, needs }: UnmetNeed): boolean {
    if (needs.startsWith("/")) return this.#leadsSomewhere(needs);
    if (kind === "library") {
      this.#libraries ??= libraryNames(this.#layers);
      return this.#libraries.has(posix.basename(needs));
    }
    return DEFAULT_PATH.split(":").some((folder) => this.#leadsSomewhere(`${folder}/${needs}`));
  }

  #leadsSomewhere(path: string): boolean {
    return this.#view.follow(path.replace(/^\/+/, "")) !== undefined;
  }
}

function libraryNames(layers: readonly Layer[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { entries } of layers)
    for (const path of entries.pathsFrom("")) {
      // The paths alone first: there are very many, and few of them are libraries'.
      if (!/\.so\b/.test(path)) continue;
      const { type } = entries.find(path) ?? {};
      if (type !== "directory" && type !== "whiteout") names.add(posix.basename(path));
    }
  return names;
}
