import { createHash } from "node:crypto";
import type { Digest } from "../../digest.ts";
import type { ImagePython } from "../../packages/image-python.ts";
import type { LockedWheel } from "../../packages/package.ts";
import { corruptWheel } from "../../packages/wheels/corrupt-wheel.ts";
import { shown } from "../../archive/name.ts";
import { entryPointScript, parseEntryPoints } from "./entry-points.ts";
import { formatRecord, recordHashOf, type RecordRow } from "./record.ts";
import type { UnpackedWheel, WheelFile } from "./unpack-wheel.ts";

/** A file that a wheel becomes in an image. */
export interface InstalledFile {
  /** In the image, without a leading slash. */
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  readonly digest: Digest;
  /** Its bytes, or where they are in the spool. */
  readonly content: Uint8Array | { readonly offset: number };
}

/** How a script begins that any Python may start. */
const OPEN_INTERPRETER = "#!python";

/** Who installed it, as `pip show --verbose` tells. */
const INSTALLER = "qclock\n";

/**
 * The files that a wheel becomes for a Python: what pip would write, but for byte code. Throws
 * `wheel-corrupt`.
 *
 * Source: the packaging specifications, "Binary distribution format" (what installing does) and
 * "Recording installed projects".
 */
export async function installWheel(
  unpacked: UnpackedWheel,
  wheel: Pick<LockedWheel, "name" | "file">,
  python: ImagePython,
): Promise<readonly InstalledFile[]> {
  try {
    const installing = new Installing(unpacked, python, wheel.name);
    return await installing.finish();
  } catch (error) {
    if (!(error instanceof Error) || "syscall" in error || "code" in error) throw error;
    throw corruptWheel(wheel.file, error.message, error);
  }
}

class Installing {
  readonly #unpacked: UnpackedWheel;
  readonly #python: ImagePython;
  readonly #name: string;
  readonly #files = new Map<string, InstalledFile>();

  constructor(unpacked: UnpackedWheel, python: ImagePython, name: string) {
    this.#unpacked = unpacked;
    this.#python = python;
    this.#name = name;
  }

  async finish(): Promise<readonly InstalledFile[]> {
    const { files, distInfo, read } = this.#unpacked;
    for (const file of files) {
      // It is written anew, with what is added.
      if (file.path !== `${distInfo}/RECORD`) await this.#addFile(file);
    }
    const text = (await read(`${distInfo}/entry_points.txt`))?.toString("utf8") ?? "";
    const { prefix, interpreter, sitePackages } = this.#python;
    for (const point of parseEntryPoints(text)) {
      const script = entryPointScript(point, `/${interpreter}`);
      // As with pip, it takes the place of a script of the same name.
      this.#files.delete(`${prefix}/bin/${point.name}`);
      this.#addBytes(`${prefix}/bin/${point.name}`, Buffer.from(script), 0o755);
    }
    const own = `${sitePackages}/${distInfo}`;
    for (const name of ["INSTALLER", "REQUESTED"]) this.#files.delete(`${own}/${name}`);
    this.#addBytes(`${own}/INSTALLER`, Buffer.from(INSTALLER), 0o644);
    // Each line of a requirements file was asked for.
    this.#addBytes(`${own}/REQUESTED`, Buffer.alloc(0), 0o644);
    this.#addBytes(`${own}/RECORD`, Buffer.from(this.#record(own)), 0o644);
    return [...this.#files.values()];
  }

  #record(own: string): string {
    const { sitePackages } = this.#python;
    const rows: RecordRow[] = [...this.#files.values()].map(({ path, digest, size }) => ({
      path: relativePath(sitePackages, path),
      hash: recordHashOf(digest.slice("sha256:".length)),
      size: String(size),
    }));
    return formatRecord([
      ...rows,
      { path: relativePath(sitePackages, `${own}/RECORD`), hash: "", size: "" },
    ]);
  }

  async #addFile(file: WheelFile): Promise<void> {
    const { path, isScript } = this.#placeOf(file.path);
    const { offset, size, digest } = file.content;
    const mode = isScript || file.isExecutable ? 0o755 : 0o644;
    if (isScript && (await this.#leavesInterpreterOpen(file))) {
      const bytes = (await this.#unpacked.read(file.path)) ?? Buffer.alloc(0);
      this.#addBytes(path, withInterpreter(bytes, this.#python), mode);
    } else this.#add({ path, mode, size, digest, content: { offset } });
  }

  /** Programs may be very large: the beginning says whether the rest is looked at. */
  async #leavesInterpreterOpen({ path }: WheelFile): Promise<boolean> {
    const start = await this.#unpacked.read(path, OPEN_INTERPRETER.length);
    return start?.toString("latin1") === OPEN_INTERPRETER;
  }

  /** Where a file of the wheel goes. */
  #placeOf(path: string): { readonly path: string; readonly isScript: boolean } {
    const { data } = this.#unpacked;
    const { sitePackages, prefix, headers } = this.#python;
    if (!path.startsWith(`${data}/`)) return { path: `${sitePackages}/${path}`, isScript: false };
    const [, scheme = "", ...rest] = path.split("/");
    const homes: Readonly<Record<string, string>> = {
      purelib: sitePackages,
      platlib: sitePackages,
      scripts: `${prefix}/bin`,
      headers: `${headers}/${this.#name}`,
      data: prefix,
    };
    const home = Object.hasOwn(homes, scheme) ? homes[scheme] : undefined;
    if (home === undefined || rest.length === 0) {
      throw new Error(`"${shown(path)}" is for a place that wheels do not have`);
    }
    return { path: [home, ...rest].join("/"), isScript: scheme === "scripts" };
  }

  #addBytes(path: string, bytes: Uint8Array, mode: number): void {
    const digest: Digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    this.#add({ path, mode, size: bytes.length, digest, content: bytes });
  }

  #add(file: InstalledFile): void {
    if (this.#files.has(file.path)) throw new Error(`it brings "${shown(file.path)}" twice`);
    this.#files.set(file.path, file);
  }
}

/** A script with the image's interpreter in the place of its first line. */
function withInterpreter(bytes: Buffer, { interpreter }: ImagePython): Uint8Array {
  const end = bytes.indexOf("\n");
  const rest = end === -1 ? Buffer.alloc(0) : bytes.subarray(end + 1);
  return Buffer.concat([Buffer.from(`#!/${interpreter}\n`), rest]);
}

/** Neither has a leading slash. */
function relativePath(from: string, to: string): string {
  const [a, b] = [from.split("/"), to.split("/")];
  let common = 0;
  while (common < a.length && a[common] === b[common]) common++;
  return [...a.slice(common).map(() => ".."), ...b.slice(common)].join("/");
}
