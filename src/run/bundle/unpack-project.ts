import { countOf, firstOf } from "../../count.ts";
import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { chmod, copyFile, lstat, mkdir, readlink, symlink } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../../error.ts";
import {
  type BundleEntry,
  isFileEntry,
  LOCK_NAME,
  pathInProject,
} from "../../image/bundle/document.ts";
import { readPieces } from "../../image/bundle/write.ts";
import type { Digest } from "../../digest.ts";
import { putInPlace } from "../../store/put-in-place.ts";
import type { Store } from "../../store/store.ts";
import { visible } from "../../visible.ts";
import { bareRepositories, forbiddenBecause } from "./forbidden-names.ts";

/** What became of the files of a project. */
export interface UnpackedProject {
  readonly written: number;
  readonly unchanged: number;
}

interface Place {
  readonly entry: BundleEntry;
  /** Relative to the folder. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
}

/**
 * Write a project's files, which lie in the store, below a folder. All places are looked at before
 * the first one is written; nothing is ever written through a link.
 *
 * Throws `would-lose-data` when other files are in the way, unless they may be replaced.
 */
export async function unpackProject(request: {
  readonly entries: readonly BundleEntry[];
  /** Absolute. */
  readonly directory: string;
  readonly replace: boolean;
  readonly store: Store;
}): Promise<UnpackedProject> {
  const { directory, replace, store } = request;
  const places = request.entries.flatMap((entry): Place[] => {
    const name = pathInProject(entry);
    // The lock comes by another way, on which it is compared with the one that is here.
    return name === undefined || name === LOCK_NAME
      ? []
      : [{ entry, name, file: path.join(directory, name) }];
  });
  refuseForbidden(places.map(({ name }) => name));
  const changed: Place[] = [];
  const inTheWay: string[] = [];
  for (const place of places) {
    const state = await compare(place, directory);
    if (state === "same") continue;
    changed.push(place);
    if (state === "blocked") throw blocked(place.name);
    if (state === "other") inTheWay.push(place.name);
  }
  if (inTheWay.length > 0 && !replace) {
    throw new QclockError(
      "would-lose-data",
      `${inTheWay.length === 1 ? "1 file of the bundle's project is" : `${inTheWay.length} files of the bundle's project are`} here with another content.`,
      {
        details: inTheWay.slice(0, SHOWN).map(visible),
        hint: "Load it in an empty folder, or replace them with --force.",
      },
    );
  }
  for (const place of changed) await write(place, store);
  return { written: changed.length, unchanged: places.length - changed.length };
}

/**
 * Throws `bundle-invalid` when a file would be obeyed by other programs: before the first one is
 * written.
 */
function refuseForbidden(names: readonly string[]): void {
  const repositories = bareRepositories(names);
  const found = names.flatMap((name) => {
    const reason = forbiddenBecause(name);
    return reason === undefined ? [] : [`${visible(name)}: ${reason}`];
  });
  const all = [
    ...found,
    ...[...repositories].map((name) => `${visible(name) || "."}: git takes it for a repository`),
  ];
  if (all.length === 0) return;
  throw new QclockError(
    "bundle-invalid",
    `The bundle's project has ${countOf(all.length, "file")} that qclock does not write, since other programs would obey ${all.length === 1 ? "it" : "them"}.`,
    {
      details: firstOf(all, SHOWN),
      hint: "Look at them in the bundle, which is a plain tar, or load it without --manifest.",
    },
  );
}

const SHOWN = 10;

/** `blocked`: something there is not even a file that could be replaced. */
async function compare(
  { entry, name, file }: Place,
  directory: string,
): Promise<"same" | "absent" | "other" | "blocked"> {
  for (let above = path.dirname(name); above !== "."; above = path.dirname(above)) {
    const stats = await look(path.join(directory, above));
    if (stats !== undefined && !stats.isDirectory()) return "blocked";
  }
  const stats = await look(file);
  if (stats === undefined) return "absent";
  if ("folder" in entry) return stats.isDirectory() ? "same" : "blocked";
  if (stats.isDirectory()) return "blocked";
  if (!isFileEntry(entry))
    return stats.isSymbolicLink() && (await readlink(file)) === entry.link ? "same" : "other";
  const isExecutable = (stats.mode & 0o100) !== 0;
  if (!stats.isFile() || stats.size !== entry.size) return "other";
  if (isExecutable !== (entry.executable === true)) return "other";
  return (await hashOf(file)) === entry.sha256 ? "same" : "other";
}

async function write({ entry, file }: Place, store: Store): Promise<void> {
  try {
    if ("folder" in entry) {
      await mkdir(file, { recursive: true });
      return;
    }
    await mkdir(path.dirname(file), { recursive: true });
    await putInPlace(file, async (temporary) => {
      if (!isFileEntry(entry)) {
        await symlink(entry.link, temporary);
        return;
      }
      const digest: Digest = `sha256:${entry.sha256}`;
      const stored = await store.find(digest);
      if (stored === undefined)
        throw new QclockError("store-unusable", `${digest} has left the store.`);
      await copyFile(stored, temporary);
      await chmod(temporary, entry.executable === true ? 0o755 : 0o644);
    });
  } catch (error) {
    throw toWriteError(error, file);
  }
}

/** The failure of a write in words; anything that is no failure of the system is passed on. */
export function toWriteError(error: unknown, file: string): unknown {
  if (error instanceof QclockError || !(error instanceof Error) || !("code" in error)) return error;
  const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
  return new QclockError(isFull ? "disk-full" : "usage", `${file} cannot be written.`, {
    cause: error,
    hint: "The packages are in the store; load the bundle again when that is mended.",
  });
}

function blocked(name: string): QclockError {
  return new QclockError(
    "would-lose-data",
    `The bundle's ${visible(name)} cannot be written: a link, or something that is no file, is in its way.`,
    { hint: "Load it in an empty folder." },
  );
}

async function look(file: string): Promise<Stats | undefined> {
  return lstat(file).catch(() => undefined);
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of readPieces(file)) hash.update(piece);
  return hash.digest("hex");
}
