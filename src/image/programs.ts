import { QclockError } from "../error.ts";
import { readEntry } from "./layers/read-entry.ts";
import { mergeLayers } from "./layers/draft.ts";
import { readElf } from "./elf.ts";
import type { Layer, LayerEntry } from "./layers/layer.ts";
import { followPath } from "./layers/tree.ts";

const LIBRARY_FOLDERS = [
  "usr/local/lib",
  "lib/x86_64-linux-gnu",
  "usr/lib/x86_64-linux-gnu",
  "lib/aarch64-linux-gnu",
  "usr/lib/aarch64-linux-gnu",
  "lib",
  "usr/lib",
  "lib64",
];
const SCRIPT_LIMIT = 4 * 1024 * 1024;

/**
 * Check that what an image starts can start: the entrypoint exists and is executable, the interpreter of a
 * script is there and its first line ends as it should, and each ELF file finds its loader and libraries,
 * those of its libraries included. Debian's packages rarely name the essential ones they use.
 *
 * Throws `missing-interpreter`, `missing-library`.
 */
export async function checkPrograms(request: {
  readonly image: string;
  readonly entrypoint: readonly string[];
  /** Starts where there is no entrypoint. */
  readonly command?: readonly string[];
  readonly path: string;
  readonly layers: readonly Layer[];
}): Promise<void> {
  const key = request.entrypoint.length > 0 ? "entrypoint" : "command";
  const [program] = request[key] ?? [];
  if (program === undefined) return;
  const view = mergeLayers(request.layers);
  const checker = new ProgramChecker(request.image, request.layers, view);
  await checker.check(
    checker.locate(program, request.path),
    `the ${key} of image "${request.image}"`,
  );
}

class ProgramChecker {
  readonly #image: string;
  readonly #layers: readonly Layer[];
  readonly #view: ReadonlyMap<string, LayerEntry>;
  readonly #checked = new Set<string>();

  constructor(image: string, layers: readonly Layer[], view: ReadonlyMap<string, LayerEntry>) {
    this.#image = image;
    this.#layers = layers;
    this.#view = view;
  }

  /** The path of a program as the kernel or a shell finds it. */
  locate(program: string, searchPath: string): string {
    if (program.includes("/")) return program.replace(/^\/+/, "");
    const folders = searchPath.split(":").map((folder) => folder.replace(/^\//, ""));
    return (
      folders
        .map((folder) => `${folder}/${program}`)
        .find((path) => this.#find(path) !== undefined) ?? program
    );
  }

  async check(path: string, user: string): Promise<void> {
    const entry = this.#find(path);
    if (entry === undefined) throw this.#missing(path, user);
    if (this.#checked.has(entry.path)) return;
    this.#checked.add(entry.path);
    const isStarted = /^the (?:entrypoint|command) of/.test(user);
    if ((entry.mode & 0o111) === 0 && entry.type === "file" && isStarted) {
      throw new QclockError("missing-interpreter", `/${path}, ${user}, is not executable.`, {
        hint: 'Set its executable bit (chmod +x), or give `mode: "0755"` under `files` or `artifacts`.',
      });
    }
    const content = await this.#read(entry);
    if (content.subarray(0, 2).toString("latin1") === "#!") return this.#checkScript(path, content);
    const elf = readElf(content);
    if (elf === undefined) return;
    if (elf.interpreter !== undefined) await this.#checkFile(elf.interpreter, `/${path}`);
    for (const library of elf.libraries) await this.#checkLibrary(library, elf.searchPaths, path);
  }

  async #checkScript(path: string, content: Buffer): Promise<void> {
    const [line = ""] = content.toString("latin1").split("\n", 1);
    if (line.endsWith("\r")) {
      throw new QclockError(
        "missing-interpreter",
        `/${path} has Windows line ends, so the kernel finds no interpreter.`,
        {
          hint: "Convert it: sed -i 's/\\r$//' FILE, and keep it so with .gitattributes.",
        },
      );
    }
    const [interpreter = "", argument] = line.slice(2).trim().split(/\s+/);
    await this.check(interpreter.replace(/^\/+/, ""), `the interpreter of /${path}`);
    if (interpreter.endsWith("/env") && argument !== undefined && !argument.startsWith("-")) {
      await this.check(
        this.locate(argument, "/usr/local/bin:/usr/bin:/bin"),
        `the interpreter of /${path}`,
      );
    }
  }

  async #checkFile(path: string, user: string): Promise<void> {
    if (this.#find(path.replace(/^\/+/, "")) === undefined)
      throw this.#missing(path.replace(/^\/+/, ""), `the loader of ${user}`);
  }

  async #checkLibrary(name: string, searchPaths: readonly string[], user: string): Promise<void> {
    const origin = user.slice(0, Math.max(0, user.lastIndexOf("/")));
    const folders = [
      ...searchPaths.map((folder) =>
        folder.replaceAll(/\$ORIGIN|\$\{ORIGIN\}/g, `/${origin}`).replace(/^\/+/, ""),
      ),
      ...LIBRARY_FOLDERS,
    ];
    const found = folders
      .map((folder) => `${folder}/${name}`)
      .find((path) => this.#find(path) !== undefined);
    if (found !== undefined) return this.check(found, `a library of /${user}`);
    throw new QclockError(
      "missing-library",
      `Image "${this.#image}" lacks ${name}, which /${user} needs.`,
      {
        hint: `Add the package that brings ${name} to the image's packages.`,
      },
    );
  }

  #find(path: string): LayerEntry | undefined {
    try {
      return this.#view.get(followPath(path, (at) => this.#view.get(at)));
    } catch {
      return undefined;
    }
  }

  async #read(entry: LayerEntry): Promise<Buffer> {
    const file =
      entry.type === "hardlink" && entry.linkTarget !== undefined
        ? this.#find(entry.linkTarget)
        : entry;
    if (file?.type !== "file") return Buffer.alloc(0);
    return readEntry(this.#layers, { path: file.path, size: Math.min(file.size, SCRIPT_LIMIT) });
  }

  #missing(path: string, user: string): QclockError {
    return new QclockError(
      "missing-interpreter",
      `Image "${this.#image}" lacks /${path}, ${user}.`,
      {
        hint: "Add the package that brings it (packages rarely name the essential ones they use), or the file.",
      },
    );
  }
}
