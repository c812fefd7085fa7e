import { open, stat } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import { type ArchiveLimits, limitsFor } from "../../archive/limits.ts";
import type { ArchiveArtifact, Artifact } from "../../stack/stack.ts";
import { toStoreError } from "../../store/store-error.ts";
import { ArchiveContent, type ArchiveEntry } from "../../archive/content.ts";
import { Spool } from "../../archive/spool.ts";

export interface UnpackArtifactRequest {
  readonly artifact: Artifact & ArchiveArtifact;
  /** The archive, whose digest has been proved. */
  readonly file: string;
  /** Where the contents of its files are written, one after another. */
  readonly spool: string;
  /** Absent: by the size of the archive. */
  readonly limits?: ArchiveLimits;
  readonly storeDirectory: string;
  readonly signal: AbortSignal;
}

/** Take an archive apart. Throws `artifact-corrupt` with its URL and what is wrong, `disk-full`. */
export async function unpackArtifact(
  request: UnpackArtifactRequest,
): Promise<readonly ArchiveEntry[]> {
  const { artifact, file, signal } = request;
  try {
    const limits = request.limits ?? limitsFor((await stat(file)).size);
    await using handle = await open(request.spool, "w");
    const spool = new Spool(handle);
    const content = new ArchiveContent({ spool, strip: artifact.stripComponents, limits });
    if (artifact.unpack === "zip") {
      // Loaded here, as tar's reader: most stacks have neither.
      const { readZipArchive } = await import("../../archive/read-zip.ts");
      await readZipArchive({ file, content, limits, signal });
    } else {
      const { readTarArchive } = await import("../../archive/read-tar.ts");
      await readTarArchive({ file, content, limits, signal });
    }
    await spool.flush();
    return content.finish();
  } catch (error) {
    signal.throwIfAborted();
    throw toFailure(artifact, error, request.storeDirectory);
  }
}

/** A decompressor's errors have codes as well; only a failed system call is the disk's fault. */
function toFailure(artifact: Artifact, error: unknown, directory: string): unknown {
  if (error instanceof QclockError || !(error instanceof Error)) return error;
  if ("syscall" in error) return toStoreError(error, directory);
  return corruptArtifact(artifact, error.message, error);
}

/** What is wrong with an artifact's archive, as a clause. */
export function corruptArtifact(artifact: Artifact, reason: string, cause?: unknown): QclockError {
  return new QclockError(
    "artifact-corrupt",
    `Artifact ${artifact.url} cannot be unpacked to ${artifact.path}: ${reason}.`,
    {
      cause,
      hint: "Its digest is as the manifest says. Take another release of it, or `unpack: none` to keep the archive as a file.",
    },
  );
}
