import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { QclockError } from "../error.ts";
import { readReal } from "../project/open.ts";
import type { Digest } from "../digest.ts";
import type { Store } from "../store/store.ts";
import type { ContextEntry, ContextFile, ContextScan } from "./scan.ts";

/** What each file of a context holds, and one digest for all of it. */
export interface ContextDigest {
  /**
   * Of paths, kinds, execute bits, link targets and contents, and of the Dockerfile. Times and
   * owners count for nothing.
   */
  readonly digest: Digest;
  readonly fileCount: number;
  /** By the path in the context. */
  readonly files: ReadonlyMap<string, Digest>;
}

export interface DigestOptions {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const noteSchema = z.record(
  z.string(),
  z.tuple([z.string(), z.templateLiteral(["sha256:", z.string()])]),
);

/**
 * How old a change must be before a file's stamp is trusted: two changes within one tick of a file
 * system's clock look like one.
 */
const settledMs = 2000;

/** How many files are read at a time. */
const parallelReads = 8;

/** Digest a context. A file whose stamp is known from the last time is not read again. */
export async function digestContext(
  scan: ContextScan,
  { store, now }: DigestOptions,
): Promise<ContextDigest> {
  const key = createHash("sha256").update(scan.directory).digest("hex");
  const known = noteSchema.safeParse(await store.readNote("build-context", key)).data ?? {};
  const startedAtMs = now();
  const files = new Map<string, Digest>();
  const note: Record<string, [string, Digest]> = {};
  const contents = scan.entries.filter((entry) => entry.type === "file");
  for (let start = 0; start < contents.length; start += parallelReads) {
    const some = contents.slice(start, start + parallelReads);
    const digests = await Promise.all(
      some.map(
        async (file) => recall(known[file.path], file) ?? (await digestFile(file, scan.image)),
      ),
    );
    for (const [index, file] of some.entries()) {
      const digest = digests[index];
      if (digest === undefined) continue;
      files.set(file.path, digest);
      if (file.changedAtMs < startedAtMs - settledMs) note[file.path] = [file.stamp, digest];
    }
  }
  if (JSON.stringify(note) !== JSON.stringify(known))
    await store.writeNote("build-context", key, note);
  return { digest: combine(scan, files), fileCount: contents.length + 1, files };
}

function recall(
  known: readonly [string, Digest] | undefined,
  file: ContextFile,
): Digest | undefined {
  return known !== undefined && known[0] === file.stamp ? known[1] : undefined;
}

async function digestFile(file: ContextFile, image: string): Promise<Digest> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of readReal(file.absolutePath)) hash.update(chunk);
  } catch (error) {
    if (error instanceof QclockError) throw error;
    throw unreadable(image, file.path, error);
  }
  return `sha256:${hash.digest("hex")}`;
}

function combine({ entries, dockerfile }: ContextScan, files: ReadonlyMap<string, Digest>): Digest {
  const hash = createHash("sha256");
  for (const entry of entries) hash.update(`${JSON.stringify(describe(entry, files))}\n`);
  hash.update(JSON.stringify(["dockerfile", dockerfile.path, dockerfile.text]));
  // Told only where it changes the image, so that others keep the digest that they had.
  if (dockerfile.isHidden) hash.update(JSON.stringify(["hidden"]));
  return `sha256:${hash.digest("hex")}`;
}

function describe(entry: ContextEntry, files: ReadonlyMap<string, Digest>): readonly unknown[] {
  switch (entry.type) {
    case "directory":
      return [entry.type, entry.path];
    case "symlink":
      return [entry.type, entry.path, entry.target];
    case "file":
      return [entry.type, entry.path, entry.executable, files.get(entry.path)];
  }
}

/** A file of a context that could not be read to its end. */
export function unreadable(image: string, path: string, cause: unknown): QclockError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new QclockError("build-failed", `Image ${image}: ${path} cannot be read: ${reason}.`, {
    cause,
    hint: "Give it the right mode, or name it in .dockerignore.",
  });
}
