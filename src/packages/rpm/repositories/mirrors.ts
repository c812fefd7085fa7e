import type { OsName } from "../../../os.ts";
import type { MirrorPlaces, Mirrors } from "../../mirror.ts";
import type { RepositoriesRequest } from "../../repositories.ts";
import { findRepository } from "./find-repository.ts";
import { otherPaths } from "./package-path.ts";
import { releaseOf, rpmArchitectures } from "./repository-table.ts";

/** The first URL is the root of all repositories; the others are asked for packages alone. */
export function mirrorsAt([main = "", ...further]: readonly string[]): MirrorPlaces {
  return {
    main,
    // There is no place for security updates of its own.
    security: main,
    ...(further.length === 0 ? {} : { further }),
    otherPaths,
  };
}

/** The distribution's own public mirror. */
export function usualMirrors(os: OsName): Mirrors {
  return { ...mirrorsAt([releaseOf(os).mirror]), origin: "the distribution's public mirror" };
}

/** Whether the first repository of an OS can be had, for any architecture. */
export async function repositoriesAnswer(request: RepositoriesRequest): Promise<boolean> {
  const [first] = releaseOf(request.os).repositories;
  if (first === undefined) return false;
  for (const architecture of Object.values(rpmArchitectures)) {
    if ((await findRepository(request, first, architecture)) !== undefined) return true;
  }
  return false;
}
