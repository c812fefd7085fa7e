import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { addAbortSignal, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { QclockError } from "../../error.ts";
import { refuseOccupied, writeWholeFile } from "../../store/whole-file.ts";
import type { Session } from "./session.ts";

/** The word that means standard input or output. */
const PIPE = "-";
const PIECE_BYTES = 1024 * 1024;

/**
 * The bytes of a bundle, from a file or from standard input. Throws `usage` for a file that is not
 * there.
 */
export async function readBundleFrom(
  session: Session,
  file: string,
): Promise<AsyncIterable<Uint8Array>> {
  const { stdin } = session.host;
  if (file === PIPE) {
    if (stdin.isTTY) {
      throw new QclockError(
        "usage",
        "A bundle is awaited on standard input, which is a terminal.",
        {
          hint: "Send the bundle through a pipe, or name a file.",
        },
      );
    }
    // A pipe through which nothing comes would otherwise be waited for in spite of Ctrl-C.
    return addAbortSignal(session.signal, stdin);
  }
  const target = path.resolve(session.host.workingDirectory, file);
  try {
    const handle = await open(target);
    if ((await handle.stat()).isDirectory()) {
      await handle.close();
      throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    }
    return readAll(createReadStream("", { fd: handle, highWaterMark: PIECE_BYTES }), file);
  } catch (error) {
    throw unreadable("usage", file, error);
  }
}

/** A disk that fails half-way is no fault of qclock's. */
async function* readAll(
  stream: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw unreadable("bundle-invalid", file, error);
  }
}

function unreadable(code: "usage" | "bundle-invalid", file: string, cause: unknown): QclockError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new QclockError(code, `${file} cannot be read: ${reason}.`, {
    cause,
    hint: "Name a bundle that `qclock bundle save` wrote, or - for standard input.",
  });
}

/** A bundle's name in messages. */
export function bundleName(file: string): string {
  return file === PIPE ? "The bundle on standard input" : file;
}

/** Throws when a bundle cannot go there: before the work rather than after it. */
export async function refuseBundlePlace(
  session: Session,
  file: string,
  force: boolean,
): Promise<void> {
  const { host, settings } = session;
  if (file !== PIPE) {
    await refuseOccupied(path.resolve(host.workingDirectory, file), force);
    return;
  }
  if (settings.json || host.stdout.isTTY) {
    const other = settings.json ? "--json writes there" : "it is a terminal";
    throw new QclockError("usage", `The bundle cannot go to standard output: ${other}.`, {
      hint: "Name a file, or send standard output into a pipe.",
    });
  }
}

/** Write a bundle whole or not at all, or to standard output. Resolves with its digest and size. */
export async function writeBundleTo(
  session: Session,
  file: string,
  bundle: { readonly content: AsyncIterable<Uint8Array>; readonly force: boolean },
): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of bundle.content) {
      hash.update(piece);
      sizeBytes += piece.length;
      yield piece;
    }
  };
  if (file === PIPE) await writeToPipe(session, hashed());
  else {
    await writeWholeFile({
      file: path.resolve(session.host.workingDirectory, file),
      content: hashed(),
      replace: bundle.force,
    });
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

async function writeToPipe(session: Session, content: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await pipeline(Readable.from(content, { objectMode: false }), session.host.stdout, {
      end: false,
      signal: session.signal,
    });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "EPIPE" && code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
    throw new QclockError("bundle-invalid", "The bundle was not taken in whole by its reader.", {
      cause: error,
      hint: "What reads standard output ended early: nothing that it wrote is a bundle.",
    });
  }
}
