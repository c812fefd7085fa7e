import * as z from "zod";
import type { Engine } from "../../docker/engine.ts";
import type { PackageDatabase } from "../../packages/package-database.ts";
import type { Store } from "../../store/store.ts";
import { type ImageFile, type ImageFiles, readHead } from "./image-files.ts";
import { readTar } from "../../archive/read-members.ts";

/** Raise when more is read of an image than before, so that older notes are not used. */
const noteKind = "image-files-v2";
const headBytes = 256;
/** More of a database than this is not read, so that nobody's image fills the memory. */
const largestDatabase = 512 * 1024 ** 2;

/** What the Engine itself puts into every exported container, whatever its image. */
const engineFiles = new Set([
  ".dockerenv",
  "etc/hostname",
  "etc/hosts",
  "etc/resolv.conf",
  "etc/mtab",
]);
const engineFolders = /^(?:dev|proc|sys)(?:\/|$)/;

/** Whether a path of an exported container is the Engine's own. */
export function isEnginePath(path: string): boolean {
  return engineFiles.has(path) || engineFolders.test(path);
}

const noteSchema = z.object({
  entries: z.array(
    z.object({
      path: z.string(),
      type: z.enum(["file", "directory", "symlink", "hardlink", "other"]),
      mode: z.number(),
      uid: z.number(),
      gid: z.number(),
      size: z.number(),
      linkTarget: z.string().optional(),
      head: z
        .union([
          z.object({ type: z.literal("script"), interpreter: z.string() }),
          z.object({ type: z.literal("elf"), architecture: z.string() }),
          z.object({ type: z.literal("private-key") }),
        ])
        .optional(),
    }),
  ),
  texts: z.record(z.string(), z.string()),
  /**
   * Path of the package database that was looked for: the same image may be asked about as if it
   * were of another system, which finds none.
   */
  database: z.string(),
  packages: z.record(z.string(), z.string()).optional(),
});

/**
 * Every file of an image, read back from the Engine: what is checked is what runs, not what qclock
 * meant to build. Kept in the store by the image's identity, which is a digest of its content.
 */
export async function readImageFiles(
  image: { readonly reference: string; readonly identity: string },
  context: {
    readonly engine: Engine;
    readonly store: Store;
    /** Paths of the files of which the text is wanted: the same ones for the same image. */
    readonly texts: readonly string[];
    readonly database: PackageDatabase;
    readonly signal: AbortSignal;
  },
): Promise<ImageFiles> {
  const { engine, store, database, signal } = context;
  const known = noteSchema.safeParse(await store.readNote(noteKind, image.identity));
  if (known.success && known.data.database === database.path) return fromNote(known.data);

  const entries = new Map<string, ImageFile>();
  const texts = new Map<string, string>();
  let packages: ImageFiles["packages"];
  const archive = await engine.exportImage(image.reference, signal);
  const kept = new Set(context.texts);
  const wanted = (path: string): number => {
    if (path === database.path) return largestDatabase;
    return kept.has(path) ? Infinity : headBytes;
  };
  for await (const { content, ...member } of readTar(archive, wanted)) {
    if (member.path === "" || isEnginePath(member.path)) continue;
    const head = readHead(content);
    entries.set(member.path, { ...member, ...(head === undefined ? {} : { head }) });
    if (kept.has(member.path)) texts.set(member.path, Buffer.from(content).toString("utf8"));
    if (member.path === database.path) packages = database.read(content);
  }
  await store.writeNote(noteKind, image.identity, {
    entries: [...entries.values()],
    texts: Object.fromEntries(texts),
    database: database.path,
    ...(packages === undefined ? {} : { packages: Object.fromEntries(packages) }),
  });
  return { entries, texts, packages };
}

function fromNote(note: z.infer<typeof noteSchema>): ImageFiles {
  return {
    entries: new Map(
      note.entries.map(({ linkTarget, head, ...entry }) => [
        entry.path,
        {
          ...entry,
          ...(linkTarget === undefined ? {} : { linkTarget }),
          ...(head === undefined ? {} : { head }),
        },
      ]),
    ),
    texts: new Map(Object.entries(note.texts)),
    packages: note.packages === undefined ? undefined : new Map(Object.entries(note.packages)),
  };
}
