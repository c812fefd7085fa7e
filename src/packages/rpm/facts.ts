import { QclockError } from "../../error.ts";
import type { PackagedPath, PackageFacts } from "../package-facts.ts";
import { filePathsOf, refuseOtherCount } from "./header/file-paths.ts";
import { dependenciesOf } from "./header/header-dependencies.ts";
import type { RpmHeader } from "./header/header.ts";
import { baseGroup, basePasswd } from "./install/base-accounts.ts";
import { readPackageFile } from "./file/package-file.ts";
import { relationsOf } from "./relations/relation.ts";
import { tags } from "./header/tags.ts";

/**
 * What an RPM package says of itself; all of it stands in its header. Throws an `Error` that says
 * what is wrong with the file.
 */
export async function readFacts(file: string, withPaths: boolean): Promise<PackageFacts> {
  const { header } = await readPackageFile(file);
  const [bytes] = [...header.bigints(tags.longSize), ...header.bigints(tags.size)];
  return {
    relations: relationsOf(dependenciesOf(header)),
    ...(bytes === undefined ? {} : { installedBytes: Number(bytes) }),
    ...(withPaths ? { paths: pathsOf(header) } : {}),
  };
}

/** When a package was built, by its header. Throws `package-corrupt`. */
export async function readBuildTime(path: string): Promise<number> {
  try {
    const { header } = await readPackageFile(path);
    const [time = 0] = header.numbers(tags.buildTime);
    if (time > 0) return time;
  } catch (error) {
    if (!(error instanceof Error) || "code" in error) throw error;
    throw new QclockError("package-corrupt", `${path} is not an RPM package: ${error.message}.`);
  }
  throw new QclockError("package-corrupt", `${path} does not say when it was built.`);
}

/** Source: rpm's `rpmfiles.h`, RPMFILE_GHOST: it is the package's, which does not bring it. */
const GHOST = 1 << 6;
/** Source: inode(7). */
const [TYPE_BITS, DIRECTORY, SYMLINK] = [0o170000, 0o040000, 0o120000];
/**
 * A package names owners; which number an account has is decided where it is installed, unless it
 * is one that every system has.
 */
const UNKNOWN_ID = -1;

function pathsOf(header: RpmHeader): readonly PackagedPath[] {
  const paths = filePathsOf(header);
  const modes = header.numbers(tags.fileModes);
  const flags = header.numbers(tags.fileFlags);
  const users = header.texts(tags.fileUserNames);
  const groups = header.texts(tags.fileGroupNames);
  for (const [what, values] of Object.entries({ modes, flags, users, groups })) {
    refuseOtherCount(what, values, paths);
  }
  const [uids, gids] = [idsIn(basePasswd), idsIn(baseGroup)];
  return paths.flatMap((path, at) => {
    const mode = modes[at] ?? 0;
    if (((flags[at] ?? 0) & GHOST) !== 0) return [];
    return {
      path: path.slice(1),
      type: typeOf(mode),
      mode: mode & 0o7777,
      uid: uids.get(users[at] ?? "") ?? UNKNOWN_ID,
      gid: gids.get(groups[at] ?? "") ?? UNKNOWN_ID,
    };
  });
}

/** The numbers of the accounts in a text such as `/etc/passwd`. */
function idsIn(text: string): ReadonlyMap<string, number> {
  const lines = text.trimEnd().split("\n");
  return new Map(
    lines.map((line) => {
      const [name = "", , id] = line.split(":");
      return [name, Number(id)];
    }),
  );
}

function typeOf(mode: number): PackagedPath["type"] {
  switch (mode & TYPE_BITS) {
    case DIRECTORY:
      return "directory";
    case SYMLINK:
      return "symlink";
    default:
      return "file";
  }
}
