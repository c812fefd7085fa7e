import { createHash } from "node:crypto";
import type { PackageIndex } from "../../package-index.ts";
import type { Store } from "../../../store/store.ts";
import { recallTables, writeTables } from "../../kept-tables.ts";
import { type TextTable, TextTableBuilder } from "../../text-table.ts";
import type { LoadedRepository } from "./load-repository.ts";
import { FilelistsHandler, FOUND_BYTES } from "../metadata/filelists.ts";
import type { MemoryTally } from "../metadata/memory-tally.ts";
import { fromBytes, toBytes } from "../metadata/safe-text.ts";
import { asCorrupt, readXmlFile, type StoredFile } from "./metadata-file.ts";
import { type FurtherPaths, NO_PATHS, type RepositoryIndex } from "./merged-index.ts";

/** Each time the lists of all paths are read, and what was found may ask for more in turn. */
const MOST_TIMES = 8;

/** Where paths are looked for. */
export interface PathsRequest {
  readonly repositories: readonly LoadedRepository[];
  readonly store: Store;
  readonly memory: MemoryTally;
  readonly signal: AbortSignal;
}

/**
 * An index that knows the paths that packages ask for and that no list of packages has, where some
 * package brings them; `merge` makes it of the paths that were found. Throws as `findPaths` does.
 */
export async function withFurtherPaths(
  request: PathsRequest,
  {
    files,
    wanted,
    merge,
  }: {
    readonly files: readonly RepositoryIndex[];
    readonly wanted: readonly string[] | undefined;
    readonly merge: (paths: FurtherPaths) => PackageIndex;
  },
): Promise<PackageIndex> {
  const { memory } = request;
  const before = memory.bytes;
  let index = merge(NO_PATHS);
  const asked = new Set<string>();
  for (let times = 0; times < MOST_TIMES; times++) {
    const missing = [...missingPaths(index, files, wanted)].filter((path) => !asked.has(path));
    if (missing.length === 0) break;
    for (const path of missing) asked.add(path);
    // What was read of packages is read anew, with these paths.
    memory.letGo(memory.bytes - before);
    index = merge(await findPaths(request, asked));
  }
  return index;
}

/**
 * Paths that packages ask for and that no list of packages has: createrepo lists programs and
 * settings alone. With `wanted`, those that these packages may need, or what they need, and so on.
 */
function missingPaths(
  index: PackageIndex,
  files: readonly RepositoryIndex[],
  wanted: readonly string[] | undefined,
): ReadonlySet<string> {
  const asked =
    wanted === undefined
      ? files.flatMap((file) => [...file.index.askedPaths.keys()]).map(fromBytes)
      : pathsOfClosure(index, wanted);
  return new Set([...asked].filter((path) => index.providers(path).length === 0));
}

/**
 * The paths that packages of these names may ask for, whatever is chosen for their needs: each
 * version of each package that provides what is needed.
 */
function pathsOfClosure(index: PackageIndex, wanted: readonly string[]): ReadonlySet<string> {
  const paths = new Set<string>();
  // What obsoletes a package that is asked for may be chosen in its place.
  const needed = new Set(wanted.flatMap((name) => [name, ...index.obsoleters(name)]));
  // What is added to a set while it is gone through comes up as well.
  for (const name of needed) {
    if (name.startsWith("/")) paths.add(name);
    for (const provider of index.providers(name)) needed.add(provider);
    for (const { requires } of index.versions(name)) {
      for (const { alternatives } of requires)
        for (const each of alternatives) needed.add(each.name);
    }
  }
  return paths;
}

/**
 * Which packages bring some paths, by the lists of all paths of the repositories that have one.
 * What was found is kept in the store: the lists are the largest part of the metadata. Throws
 * `package-corrupt`, and what fetching throws.
 */
async function findPaths(request: PathsRequest, paths: ReadonlySet<string>): Promise<FurtherPaths> {
  const ofPackage = new Map<string, string[]>();
  const providers = new Map<string, string[]>();
  const wanted = new Set([...paths].map(toBytes));
  for (const repository of request.repositories) {
    const file = await repository.fetch("filelists");
    if (file === undefined) continue;
    const table = await readPaths(file, wanted, request);
    await asCorrupt(file, request.signal, () => {
      for (const path of table.keys()) {
        for (const text of table.texts(path)) {
          request.memory.keep(path.length + text.length + FOUND_BYTES);
          const [name = "", sha256 = ""] = text.split("\t");
          addTo(ofPackage, sha256, fromBytes(path));
          addTo(providers, fromBytes(path), fromBytes(name));
        }
      }
    });
  }
  return { ofPackage, providers };
}

function addTo(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

async function readPaths(
  file: StoredFile,
  wanted: ReadonlySet<string>,
  { store, memory, signal }: PathsRequest,
): Promise<TextTable> {
  const hash = createHash("sha256").update(file.digest);
  for (const path of [...wanted].toSorted()) hash.update(`\n${path}`);
  const place = { store, key: hash.digest("hex"), form: "rpm paths 1" };
  const [table] = await recallTables(place, async (target) => {
    const before = memory.bytes;
    const handler = new FilelistsHandler(wanted, memory);
    await readXmlFile(file, handler, signal);
    memory.letGo(memory.bytes - before);
    const builder = new TextTableBuilder();
    for (const { path, name, sha256 } of handler.found) builder.add(path, `${name}\t${sha256}`);
    await writeTables(target, place.form, [builder.finish()]);
  });
  if (table === undefined) throw new Error("found paths have one table");
  return table;
}
