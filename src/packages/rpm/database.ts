import type { PackageDatabase } from "../package-database.ts";
import { putFile } from "../scripts/root-files.ts";
import type { ScriptRoot } from "../scripts/root.ts";
import { RpmHeader } from "./header/header.ts";
import type { InstalledRpm } from "./installed.ts";
import { installedHeader } from "./rpmdb/installed-header.ts";
import { readRpmdb } from "./rpmdb/read-rpmdb.ts";
import { type DatabasePackage, writeRpmdb } from "./rpmdb/write-rpmdb.ts";
import { tags } from "./header/tags.ts";

const FOLDER = "/var/lib/rpm";
const DATABASE = `${FOLDER}/rpmdb.sqlite`;

/** Where rpm has its database. The file may be of any image: none is read of a damaged one. */
export const rpmDatabase: PackageDatabase = { path: DATABASE.slice(1), read: installedIn };

function installedIn(file: Uint8Array): ReadonlyMap<string, string> {
  const packages = new Map<string, string>();
  for (const header of headersIn(file)) {
    const named = nameOf(header);
    if (named !== undefined) packages.set(named.key, named.version);
  }
  return packages;
}

function headersIn(file: Uint8Array): readonly RpmHeader[] {
  try {
    return readRpmdb(file).map(({ blob }) => RpmHeader.parse(blob));
  } catch {
    return [];
  }
}

/** Undefined for the keys of signers, which rpm keeps as packages that have no architecture. */
function nameOf(header: RpmHeader): { readonly key: string; readonly version: string } | undefined {
  try {
    const [name, version, release, architecture] = [
      tags.name,
      tags.version,
      tags.release,
      tags.architecture,
    ].map((tag) => header.text(tag));
    if (name === undefined || architecture === undefined) return undefined;
    const [epoch = 0] = header.numbers(tags.epoch);
    const prefix = epoch === 0 ? "" : `${epoch}:`;
    return { key: `${name}:${architecture}`, version: `${prefix}${version}-${release}` };
  } catch {
    return undefined;
  }
}

/**
 * The headers of the packages of the layers below, in the order in which they were installed.
 * Throws an `Error` that says why the database below cannot be read.
 */
export function readDatabase(root: ScriptRoot): readonly RpmHeader[] {
  return packagesBelow(root).map(({ blob }) => RpmHeader.parse(blob));
}

/**
 * Write the database of an image: the packages of the layers below, as their database has them, and
 * these, in the order in which they were installed, all at one time, in seconds since 1970.
 *
 * Throws an `Error` that says why the database below cannot be extended.
 */
export function writeDatabase(
  root: ScriptRoot,
  installed: readonly InstalledRpm[],
  now: number,
): void {
  const below = packagesBelow(root);
  const last = below.at(-1)?.number ?? 0;
  const added = installed.map((item, index) => ({
    number: last + index + 1,
    blob: installedHeader(item, now),
  }));
  putFile(root, DATABASE, writeRpmdb([...below, ...added]));
}

function packagesBelow(root: ScriptRoot): readonly DatabasePackage[] {
  if (root.stat(DATABASE)?.kind !== "file") return [];
  // What a program that was run has left in its log is not in the database yet.
  if ((root.stat(`${DATABASE}-wal`)?.size ?? 0) > 0) {
    throw new Error(`${DATABASE} of a layer below has changes beside it, in ${DATABASE}-wal`);
  }
  try {
    return readRpmdb(root.read(DATABASE));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${DATABASE} of a layer below cannot be read: ${reason}`, { cause: error });
  }
}
