import { RefusedError } from "../../../store/downloader.ts";
import type { RepositoriesRequest } from "../../repositories.ts";
import { REPOMD_LIMIT_BYTES } from "../metadata/repomd.ts";
import { foldersOf, type RpmRepository } from "./repository-table.ts";

/** A repository at a mirror: its folder's URL, and the bytes of its `repomd.xml`. */
export interface FoundRepository {
  readonly url: string;
  readonly repomd: Uint8Array;
}

/** The URL of the file that a repository's metadata begins with. */
export function repomdUrl(folderUrl: string): string {
  return `${folderUrl}/repodata/repomd.xml`;
}

/** Where a mirror may have a repository, the likeliest place first. */
export function repositoryUrls(
  { mirrors }: Pick<RepositoriesRequest, "mirrors">,
  repository: RpmRepository,
  architecture: string,
): readonly string[] {
  return foldersOf(repository, architecture).map((folder) => `${mirrors.main}/${folder}`);
}

/**
 * Find a repository at the mirror; undefined when no place has it. Servers that list no folders
 * answer 403 for one that they lack, so that it is looked for in the next place then.
 *
 * Throws what fetching throws; the 403 where no place has it.
 */
export async function findRepository(
  request: Pick<RepositoriesRequest, "mirrors" | "downloader" | "signal">,
  repository: RpmRepository,
  architecture: string,
): Promise<FoundRepository | undefined> {
  const { downloader, signal } = request;
  const options = { signal, maximumBytes: REPOMD_LIMIT_BYTES };
  let refusal: RefusedError | undefined;
  for (const url of repositoryUrls(request, repository, architecture)) {
    const repomd = await downloader.bytes(repomdUrl(url), options).catch((error: unknown) => {
      if (!(error instanceof RefusedError) || error.status !== 403) throw error;
      refusal ??= error;
      return undefined;
    });
    if (repomd !== undefined) return { url, repomd };
  }
  if (refusal !== undefined) throw refusal;
  return undefined;
}
