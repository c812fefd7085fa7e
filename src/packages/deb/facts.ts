import { open } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import type { PackageFacts } from "../package-facts.ts";
import type { ControlFields } from "./control.ts";
import { relationsOf } from "./index-relations.ts";
import { readContents, readControl } from "./look-into.ts";

/**
 * What a deb says of itself; with its paths all of it is read. Throws an `Error` that says what is
 * wrong with the file.
 */
export async function readFacts(file: string, withPaths: boolean): Promise<PackageFacts> {
  if (!withPaths) return factsOf(await readControl(file));
  const { control, entries } = await readContents(file);
  return { ...factsOf(control), paths: entries };
}

function factsOf(control: ControlFields): PackageFacts {
  // A field may go over several lines in a control file, and never does in an index.
  const field = (name: string): string => (control.get(name) ?? "").replace(/\s+/g, " ").trim();
  const kibibytes = Number(control.get("Installed-Size") ?? Number.NaN);
  return {
    relations: relationsOf(field),
    ...(Number.isSafeInteger(kibibytes) ? { installedBytes: kibibytes * 1024 } : {}),
  };
}

/**
 * The timestamp of the first member of a deb, which dpkg-deb writes from SOURCE_DATE_EPOCH. Throws
 * `package-corrupt`.
 */
export async function readBuildTime(path: string): Promise<number> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(60), 0, 60, 8);
  const time = Number(buffer.toString("latin1", 16, 28).trim());
  if (Number.isSafeInteger(time) && time > 0) return time;
  throw new QclockError("package-corrupt", `${path} is not a Debian package.`);
}
