import { createHash } from "node:crypto";
import { lstat, readlink } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../../error.ts";
import { LOCK_NAME, projectPath } from "../../image/bundle/document.ts";
import { type BundleMember, readPieces } from "../../image/bundle/write.ts";
import { readFolder, readReal } from "../../project/open.ts";
import type { Image, Stack } from "../../stack/stack.ts";
import { forbiddenBecause } from "./forbidden-names.ts";

/** The files of a project that go into a bundle, and what of it stays behind. */
export interface ProjectFiles {
  /** Sorted by path. */
  readonly members: readonly BundleMember[];
  readonly leftOut: readonly string[];
}

/**
 * The manifest and what it points at: the files of images, build contexts as `.dockerignore` leaves
 * them, and mounts that are only read. Secrets and files of variables stay behind, and so do
 * folders that services write to, and what other programs would obey on the machine that takes it.
 * The lock comes by another way.
 *
 * Throws `build-failed` for what is no file, folder or link.
 */
export async function collectProject(stack: Stack): Promise<ProjectFiles> {
  const members = new Map<string, BundleMember>();
  const add = async (file: string): Promise<void> => {
    const name = relativeTo(stack.directory, file);
    if (name !== "") members.set(name, await toMember(file, name));
  };
  await add(stack.manifestPath);
  for (const file of stack.overridePaths ?? [])
    if (isInside(stack.directory, file)) await add(file);
  for (const link of stack.links ?? []) await add(link);
  for (const file of stack.keyFiles ?? []) await add(file);
  for (const image of stack.images.values())
    await addImage(image, { add, project: stack.directory });
  const leftOut = new Set<string>();
  for (const mount of [...stack.services.values()].flatMap(({ mounts }) => mounts)) {
    if (mount.type !== "bind") continue;
    if (mount.readOnly && isInside(stack.directory, mount.source)) await addTree(mount.source, add);
    else leftOut.add(mount.source);
  }
  // What a service is told in a file may be a secret as well.
  for (const { envFiles = [] } of stack.services.values())
    for (const { path: file } of envFiles) leftOut.add(file);
  for (const { source } of stack.secrets.values())
    if (source.type === "file") leftOut.add(source.path);
  members.delete(LOCK_NAME);
  for (const name of members.keys()) {
    const forbidden = forbiddenPart(name);
    if (forbidden !== undefined) leftOut.add(path.join(stack.directory, forbidden));
  }
  // A secret may lie in a folder that was taken along for another reason.
  for (const file of leftOut) {
    const name = relativeTo(stack.directory, file);
    for (const key of members.keys())
      if (key === name || key.startsWith(`${name}/`)) members.delete(key);
  }
  dropFilled(members);
  return {
    members: [...members.values()].toSorted((a, b) =>
      Buffer.compare(Buffer.from(a.entry.path), Buffer.from(b.entry.path)),
    ),
    leftOut: [...leftOut].map((file) => relativeTo(stack.directory, file)).toSorted(),
  };
}

/**
 * The file, or the uppermost folder that it is in, that must not be written on the machine that
 * takes the bundle.
 */
function forbiddenPart(name: string): string | undefined {
  const parts = name.split("/");
  return parts
    .map((_, index) => parts.slice(0, index + 1).join("/"))
    .find((part) => forbiddenBecause(part) !== undefined);
}

type Add = (file: string) => Promise<void>;

async function addImage(
  image: Image,
  { add, project }: { readonly add: Add; readonly project: string },
): Promise<void> {
  if (image.type === "assembled") {
    for (const { source } of image.files) await addTree(source, add);
    if (image.wheels !== undefined) await add(image.wheels.file);
  }
  if (image.type !== "dockerfile") return;
  // Loaded here: most stacks have no Dockerfile.
  const { scanContext } = await import("../../build-context/scan.ts");
  const { entries, directory } = await scanContext(image, project);
  for (const entry of entries) await add(path.join(directory, entry.path));
  const ignoreFiles = [`${image.dockerfile}.dockerignore`, path.join(directory, ".dockerignore")];
  for (const file of [image.dockerfile, ...ignoreFiles])
    if (await lstat(file).catch(() => undefined)) await add(file);
}

async function addTree(file: string, add: Add): Promise<void> {
  await add(file);
  if (!(await lstat(file)).isDirectory()) return;
  for (const { name } of await readFolder(file))
    await addTree(path.join(file, name.toString("utf8")), add);
}

/** Of the folders only the empty ones are told: the others are there by what they hold. */
function dropFilled(members: Map<string, BundleMember>): void {
  const filled = new Set<string>();
  for (const name of members.keys())
    for (let above = path.dirname(name); above !== "."; above = path.dirname(above))
      filled.add(above);
  for (const name of filled) members.delete(name);
}

async function toMember(file: string, name: string): Promise<BundleMember> {
  if (/\p{Cc}|\\|\uFFFD/u.test(name)) {
    throw new QclockError("build-failed", `The name ${JSON.stringify(name)} cannot be carried.`, {
      hint: "Rename the file: no backslash, no control character, and UTF-8.",
    });
  }
  const stats = await lstat(file);
  const at = { path: projectPath(name) };
  if (stats.isSymbolicLink())
    return { entry: { ...at, link: await readlink(file) }, source: file, read: () => [] };
  if (stats.isDirectory()) return { entry: { ...at, folder: true }, source: file, read: () => [] };
  if (!stats.isFile()) {
    throw new QclockError("build-failed", `${file} is neither a file, a folder nor a link.`, {
      hint: "Remove it from the folder that the manifest names.",
    });
  }
  const hash = createHash("sha256");
  const read = (): AsyncIterable<Uint8Array> => readPieces(file, readReal(file));
  for await (const piece of read()) hash.update(piece);
  const executable = (stats.mode & 0o100) === 0 ? {} : { executable: true as const };
  return {
    entry: { ...at, size: stats.size, sha256: hash.digest("hex"), ...executable },
    source: file,
    read,
  };
}

function isInside(directory: string, file: string): boolean {
  const [first] = path.relative(directory, file).split(path.sep);
  return first !== ".." && !path.isAbsolute(path.relative(directory, file));
}

function relativeTo(directory: string, file: string): string {
  if (isInside(directory, file)) return path.relative(directory, file).split(path.sep).join("/");
  return file;
}
