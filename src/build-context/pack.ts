import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar, { type Pack } from "tar-fs";
import { QclockError } from "../error.ts";
import { readReal } from "../project/open.ts";
import type { Digest } from "../digest.ts";
import type { Store } from "../store/store.ts";
import { unreadable } from "./digest.ts";
import type { ContextEntry, ContextFile, ContextScan } from "./scan.ts";

/** A context ready to be sent, whole and of known length. */
export interface PackedContext extends AsyncDisposable {
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

export interface PackRequest {
  readonly scan: ContextScan;
  /** The Dockerfile to send; its stack images have been given their names in the Engine. */
  readonly dockerfileText: string;
  /** What each file must hold, by its path. */
  readonly files: ReadonlyMap<string, Digest>;
  /** Add what has the classic builder take the Dockerfile out of what COPY sees. */
  readonly hideDockerfile?: boolean;
  readonly store: Store;
}

/** 1980-01-02: the same for every file, and late enough for zip in every time zone. */
const modifiedAt = new Date("1980-01-02T00:00:00Z");

/**
 * Write a context as a tar file: sorted, owned by root, modes 0755 and 0644, one time for all, so
 * that equal contexts are equal bytes. Each file is compared with the digest taken before; one that
 * has changed, grown or gone since is named.
 *
 * It goes to a file first and not straight to the Engine: a builder takes a context that ends
 * early, at the right block, for a smaller one and succeeds without the missing files. So the
 * length is known before the first byte is sent, and the Dockerfile comes last: without the end of
 * the context there is no build.
 */
export async function packContext(request: PackRequest): Promise<PackedContext> {
  const temporary = await request.store.createTemporary();
  try {
    await write(request, temporary.path);
    const { size } = await stat(temporary.path);
    return {
      sizeBytes: size,
      content: createReadStream(temporary.path),
      [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
    };
  } catch (error) {
    await temporary[Symbol.asyncDispose]();
    throw error;
  }
}

async function write(
  { scan, dockerfileText, files, hideDockerfile = false }: PackRequest,
  path: string,
): Promise<void> {
  // tar-fs walks nothing here: the scan has, by rules that it does not know. It lends its writer.
  const pack = tar.pack(scan.directory, { entries: [], finalize: false });
  const written = pipeline(pack, createWriteStream(path));
  try {
    for (const entry of scan.entries) await addEntry(pack, entry, { scan, files });
    if (hideDockerfile) await addHidingRules(pack, scan);
    await addBytes(pack, scan.dockerfile.path, Buffer.from(dockerfileText));
    pack.finalize();
  } catch (error) {
    pack.destroy();
    await written.catch(() => undefined);
    throw error;
  }
  await written;
}

/**
 * Have the classic builder take the Dockerfile out of the context once it has read it: it does so
 * when a `.dockerignore` in the context names it, and looks for nothing else there. The docker
 * command adds such lines, too. A `.dockerignore` that COPY would see is sent as it is, when it
 * names the Dockerfile already.
 */
async function addHidingRules(
  pack: Pack,
  { entries, dockerfile, rules, ignoreFile }: ContextScan,
): Promise<void> {
  const isVisible = entries.some((entry) => entry.path === ".dockerignore");
  if (isVisible && ignoreFile === ".dockerignore" && rules.ignores(dockerfile.path)) return;
  const escaped = dockerfile.path.replaceAll(/[\\*?[\]^!#]/g, String.raw`\$&`);
  await addBytes(pack, ".dockerignore", Buffer.from(`.dockerignore\n${escaped}\n`));
}

async function addEntry(
  pack: Pack,
  entry: ContextEntry,
  { scan, files }: Pick<PackRequest, "scan" | "files">,
): Promise<void> {
  switch (entry.type) {
    case "directory":
      return await addHeader(pack, { name: entry.path, type: "directory", mode: 0o755 });
    case "symlink":
      return await addHeader(pack, {
        name: entry.path,
        type: "symlink",
        mode: 0o777,
        linkname: entry.target,
      });
    case "file":
      return await addFile(pack, entry, { image: scan.image, digest: files.get(entry.path) });
  }
}

interface Header {
  readonly name: string;
  readonly type: "directory" | "symlink";
  readonly mode: number;
  readonly linkname?: string;
}

async function addHeader(pack: Pack, header: Header): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    pack.entry({ ...header, ...common }, (error) => (error ? reject(error) : resolve()));
  });
}

const common = { uid: 0, gid: 0, mtime: modifiedAt };

async function addBytes(pack: Pack, name: string, bytes: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    pack.entry({ name, type: "file", mode: 0o644, size: bytes.length, ...common }, bytes, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

async function addFile(
  pack: Pack,
  file: ContextFile,
  { image, digest }: { readonly image: string; readonly digest: Digest | undefined },
): Promise<void> {
  const hash = createHash("sha256");
  const header = {
    name: file.path,
    type: "file",
    mode: file.executable ? 0o755 : 0o644,
    size: file.sizeBytes,
    ...common,
  } as const;
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    const entry = pack.entry(header, (error) =>
      error ? reject(changed(image, file.path)) : resolve(),
    );
    // The header has promised a length; the writer says so when more or fewer bytes come.
    entry.on("error", () => reject(changed(image, file.path)));
    // One byte more than expected is enough to see that the file has grown.
    const source = Readable.from(
      readReal(file.absolutePath, { maximumBytes: file.sizeBytes + 1 }),
      { objectMode: false },
    );
    source.on("data", (chunk: Buffer) => {
      length += chunk.length;
      hash.update(chunk);
    });
    source.on("error", (error) =>
      reject(error instanceof QclockError ? error : unreadable(image, file.path, error)),
    );
    source.pipe(entry);
  });
  if (
    length !== file.sizeBytes ||
    (digest !== undefined && digest !== `sha256:${hash.digest("hex")}`)
  )
    throw changed(image, file.path);
}

function changed(image: string, path: string): QclockError {
  return new QclockError(
    "build-failed",
    `Image ${image}: ${path} changed while it was being packed.`,
    { hint: "Run the command again when nothing writes to the build context." },
  );
}
