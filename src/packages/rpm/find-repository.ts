import type { RepositoriesRequest } from "../repositories.ts";
import { REPOMD_LIMIT_BYTES } from "./metadata/repomd.ts";
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
 * Find a repository at the mirror; undefined when no place has it. Throws what fetching throws.
 */
export async function findRepository(
  request: Pick<RepositoriesRequest, "mirrors" | "downloader" | "signal">,
  repository: RpmRepository,
  architecture: string,
): Promise<FoundRepository | undefined> {
  const { downloader, signal } = request;
  const options = { signal, maximumBytes: REPOMD_LIMIT_BYTES };
  for (const url of repositoryUrls(request, repository, architecture)) {
    const repomd = await downloader.bytes(repomdUrl(url), options);
    if (repomd !== undefined) return { url, repomd };
  }
  return undefined;
}
