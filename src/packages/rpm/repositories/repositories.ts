import { QclockError } from "../../../error.ts";
import { limit } from "../../../limit.ts";
import { together } from "../../../together.ts";
import type { LoadedRepositories, LoadRepositoriesRequest } from "../../repositories.ts";
import { advisoriesOf } from "./advisories.ts";
import { foreignArchitectures } from "./foreign-architectures.ts";
import { withFurtherPaths } from "./further-paths.ts";
import { loadRepository, type LoadedRepository } from "./load-repository.ts";
import { mergeIndexes, type RepositoryIndex } from "./merged-index.ts";
import { enabledStreams } from "../metadata/enabled-streams.ts";
import { MemoryTally } from "../metadata/memory-tally.ts";
import { ModuleFilter } from "../metadata/module-filter.ts";
import type { ModuleStream } from "../metadata/module-stream.ts";
import type { StoredFile } from "./metadata-file.ts";
import { readModules } from "./read-modules.ts";
import { readPrimary } from "./read-primary.ts";
import { releaseOf, rpmArchitectures, type RpmRepository } from "./repository-table.ts";

/** Reading one takes the memory of a whole list. */
const READ_AT_A_TIME = 2;

/**
 * Fetch the metadata of an OS's repositories and read it. `repomd.xml` names the digest of each
 * file, and the list of packages names that of each package; what proves a package is its own
 * signature, since most repositories of this family sign no metadata.
 *
 * Throws `mirror-unreachable`, `digest-mismatch`, `package-corrupt`, `offline`; `signature-invalid`
 * for metadata whose signature is false; `unknown-package` for a stream of a module, or a
 * repository, that does not exist, `unresolvable-packages` for one whose needs cannot be met.
 */
export async function loadRepositories(
  request: LoadRepositoriesRequest,
): Promise<LoadedRepositories> {
  const { downloader, signal } = request;
  const { store } = downloader;
  const architecture = rpmArchitectures[request.architecture];
  const loaded = await together(request.signal, (either) =>
    chosenRepositories(request).map((each) => loadRepository({ ...request, signal: either }, each)),
  );
  const memory = new MemoryTally();
  // Before the lists of packages: the text of modules is read as a whole.
  const filter = await filterOf(request, loaded, memory);
  const files = await together(request.signal, (either) => {
    const read = limit(READ_AT_A_TIME, (primary: StoredFile) =>
      readPrimary(primary, { architecture, store, memory, signal: either }),
    );
    return loaded.map(async ({ id, folder, primary }): Promise<RepositoryIndex> => ({
      repository: id,
      folder,
      index: await read(primary),
      file: primary,
    }));
  });
  const index = await withFurtherPaths(
    { repositories: loaded, store, memory, signal },
    {
      files,
      wanted: request.wanted,
      merge: (paths) => mergeIndexes(files, { filter, paths, memory }),
    },
  );
  const names = request.wanted ?? [];
  const foreign = await foreignArchitectures(loaded, { index, names }, { architecture, signal });
  return {
    index: Object.assign(index, {
      foreignArchitectures: (name: string): readonly string[] => foreign.get(name) ?? [],
    }),
    repositories: loaded.map(({ locked }) => locked),
    // A package is signed itself, and its file has to be read for that.
    proofOf: () => undefined,
    advisoriesOf: (moves) => advisoriesOf(loaded, moves, { memory, signal }),
  };
}

/** Those that every system has, and those that are asked for. */
function chosenRepositories(request: LoadRepositoriesRequest): readonly RpmRepository[] {
  const { repositories } = releaseOf(request.os);
  const asked = new Set(request.furtherRepositories);
  const unknown = [...asked].filter((id) => !repositories.some((each) => each.id === id));
  if (unknown.length > 0) {
    throw new QclockError(
      "unknown-package",
      `${request.os} has no repository ${unknown.map((id) => `"${id}"`).join(", ")}.`,
      { hint: `Those that qclock knows: ${repositories.map(({ id }) => id).join(", ")}.` },
    );
  }
  return repositories.filter(({ id, isUsual }) => isUsual || asked.has(id));
}

/** What modules hide. */
async function filterOf(
  request: LoadRepositoriesRequest,
  loaded: readonly LoadedRepository[],
  memory: MemoryTally,
): Promise<ModuleFilter> {
  const { downloader, signal, modules = [], onNotice } = request;
  const architecture = rpmArchitectures[request.architecture];
  const streams: ModuleStream[] = [];
  const defaults = new Map<string, string>();
  for (const { id, modules: file } of loaded) {
    if (file === undefined) continue;
    const read = await readModules(file, { store: downloader.store, memory, signal });
    streams.push(...read.streams.filter((each) => isFor(each, architecture)));
    for (const [module, stream] of read.defaults) defaults.set(module, stream);
    for (const note of read.notes) onNotice?.(`${id}: ${note}.`);
  }
  const { platform } = releaseOf(request.os);
  return new ModuleFilter(streams, enabledStreams({ modules, streams, defaults, platform }));
}

function isFor(stream: ModuleStream, architecture: string): boolean {
  return ["", "noarch", architecture].includes(stream.architecture);
}
