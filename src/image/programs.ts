import { posix } from "node:path";
import { QclockError } from "../error.ts";
import type { Architecture } from "../os.ts";
import { findFile, OpenLayer, readEntry } from "./layers/read-entry.ts";
import { MergedLayers } from "./layers/merged-layers.ts";
import { type ElfNeeds, readElf } from "./elf.ts";
import { machineOf, runsOn } from "./machine.ts";
import type { Layer } from "./layers/layer.ts";
import type { LayerEntry } from "./layers/layer-entry.ts";
import { isMounted, type StartedProgram } from "./started-programs.ts";

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
/** Of a file: more than a script's first line and an ELF file's header. */
const HEAD_BYTES = 4096;

/**
 * Check that what is started in containers of an image can start: each program exists and is
 * executable, the interpreter of a script is there and its first line ends as it should, and each
 * ELF file is for the image's machine and finds its loader and libraries, those of its libraries
 * included. Debian's packages rarely name the essential ones they use. What a mount lies over is
 * passed over.
 *
 * Throws `missing-interpreter`, `missing-library`, `wrong-architecture`.
 */
export async function checkPrograms(request: {
  readonly image: string;
  /** What the image is for. */
  readonly architecture: Architecture;
  readonly programs: readonly StartedProgram[];
  readonly layers: readonly Layer[];
  /** The package that brings a program, where that is known. */
  readonly packageOf: (program: string) => Promise<string | undefined>;
}): Promise<void> {
  const { programs, layers } = request;
  if (programs.length === 0) return;
  const checker = new ProgramChecker(request, new MergedLayers(layers));
  for (const program of programs) {
    const path = checker.locate(program.candidates);
    await checker.check(path, { program, user: `which ${program.owner} starts`, isStarted: true });
  }
}

/** For what a file is looked at. */
interface Use {
  readonly program: StartedProgram;
  /** Continues the file's path in a message: `which service "web" starts`. */
  readonly user: string;
  /** Whether it is started, and not only read. */
  readonly isStarted: boolean;
}

/** What was seen of a file. */
interface Looked {
  readonly head: Buffer;
  /** Absent: it is no ELF file. */
  readonly elf?: ElfNeeds;
}

/** An ELF file that the loader has read. */
interface Loaded {
  readonly elf: ElfNeeds;
  /** Where it was found. */
  readonly path: string;
  /** Where the links lead. */
  readonly realPath: string;
}

class ProgramChecker {
  readonly #image: string;
  readonly #architecture: Architecture;
  readonly #layers: readonly Layer[];
  readonly #packageOf: Parameters<typeof checkPrograms>[0]["packageOf"];
  readonly #view: MergedLayers;
  readonly #checked = new Set<string>();
  #cache: Promise<string> | undefined;
  readonly #libraries = new Map<string, Looked>();

  constructor(
    {
      image,
      architecture,
      layers,
      packageOf,
    }: Omit<Parameters<typeof checkPrograms>[0], "programs">,
    view: MergedLayers,
  ) {
    this.#image = image;
    this.#architecture = architecture;
    this.#layers = layers;
    this.#packageOf = packageOf;
    this.#view = view;
  }

  /** The first of some paths that is there; the first of all where none is. */
  locate(candidates: readonly string[]): string {
    return candidates.find((path) => this.#view.follow(path) !== undefined) ?? candidates[0] ?? "";
  }

  async check(path: string, use: Use): Promise<void> {
    const { program, user, isStarted } = use;
    const entry = this.#view.follow(path);
    if (isMounted(program, path) || isMounted(program, entry?.path ?? path)) return;
    if (entry === undefined) throw await this.#missing(path, user);
    if (isStarted && (entry.mode & 0o111) === 0 && entry.type === "file") {
      throw new QclockError("missing-interpreter", `/${path}, ${user}, is not executable.`, {
        hint: 'Set its executable bit (chmod +x), or give `mode: "0755"` under `files` or `artifacts`.',
      });
    }
    if (this.#checked.has(entry.path)) return;
    this.#checked.add(entry.path);
    const { head, elf } = this.#look(entry);
    if (head.subarray(0, 2).toString("latin1") === "#!")
      return this.#checkScript(path, head, program);
    this.#refuseForeign(path, head, user);
    if (elf === undefined) return;
    if (elf.interpreter !== undefined) {
      const loader = elf.interpreter.replace(/^\/+/, "");
      const isThere = this.#view.follow(loader) !== undefined || isMounted(program, loader);
      if (!isThere) throw await this.#missing(loader, `the loader of /${path}`);
    }
    await this.#checkLibraries({ elf, path, realPath: entry.path }, program);
  }

  /**
   * The libraries of a program and theirs, in the loader's order: breadth first. What one has
   * brought is there for all that come after it, whatever folders they name themselves (ld.so(8)).
   */
  async #checkLibraries(start: Loaded, program: StartedProgram): Promise<void> {
    const names = new Set<string>();
    const queue = [start];
    for (const user of queue) {
      for (const name of user.elf.libraries) {
        if (names.has(name)) continue;
        names.add(name);
        const library = await this.#load(name, user, program);
        if (library !== undefined) queue.push(library);
      }
    }
  }

  async #checkScript(path: string, content: Buffer, program: StartedProgram): Promise<void> {
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
    const use = { program, user: `the interpreter of /${path}`, isStarted: false };
    await this.check(interpreter.replace(/^\/+/, ""), use);
    if (interpreter.endsWith("/env") && argument !== undefined && !argument.startsWith("-")) {
      const candidates = ["usr/local/bin", "usr/bin", "bin"].map((each) => `${each}/${argument}`);
      await this.check(this.locate(candidates), use);
    }
  }

  /** Undefined for a library of which nothing more can be said: a mount may lie over it. */
  async #load(
    name: string,
    { elf, path, realPath }: Loaded,
    program: StartedProgram,
  ): Promise<Loaded | undefined> {
    // Of a program it is where the links lead, of a library where it was found (ld.so(8)).
    const origins = [...new Set([realPath, path])].map((each) => posix.dirname(`/${each}`));
    const folders = [
      ...elf.searchPaths.flatMap((folder) =>
        origins.map((origin) =>
          folder.replaceAll(/\$ORIGIN|\$\{ORIGIN\}/g, origin).replace(/^\/+/, ""),
        ),
      ),
      ...LIBRARY_FOLDERS,
    ];
    const candidates = folders.map((folder) => `${folder}/${name}`);
    let found = candidates.find((each) => this.#view.follow(each) !== undefined);
    // Read for what is nowhere else: few libraries are in folders of ld.so.conf.
    if (found === undefined) {
      candidates.push(...(await this.#cachedPaths(name)));
      found = candidates.find((each) => this.#view.follow(each) !== undefined);
    }
    const entry = found === undefined ? undefined : this.#view.follow(found);
    if (found === undefined || entry === undefined) {
      if (candidates.some((each) => isMounted(program, each))) return undefined;
      throw new QclockError(
        "missing-library",
        `Image "${this.#image}" lacks ${name}, which /${path} needs.`,
        {
          hint: `Add the package that brings ${name} to the image's packages.`,
        },
      );
    }
    if (isMounted(program, found) || isMounted(program, entry.path)) return undefined;
    const known = this.#libraries.get(entry.path) ?? this.#look(entry);
    this.#libraries.set(entry.path, known);
    this.#refuseForeign(found, known.head, `a library of /${path}`);
    return known.elf === undefined
      ? undefined
      : { elf: known.elf, path: found, realPath: entry.path };
  }

  /**
   * Where `/etc/ld.so.cache` says that a library is, which knows the folders of ld.so.conf. Its
   * paths are texts with a zero byte behind each (ld.so(8), glibc's dl-cache.h).
   */
  async #cachedPaths(name: string): Promise<readonly string[]> {
    this.#cache ??= this.#readCache();
    const cache = await this.#cache;
    const paths: string[] = [];
    const end = `/${name}\0`;
    for (let at = cache.indexOf(end); at !== -1; at = cache.indexOf(end, at + 1)) {
      const start = cache.lastIndexOf("\0", at) + 1;
      paths.push(cache.slice(start, at + end.length - 1).replace(/^\/+/, ""));
    }
    return paths;
  }

  async #readCache(): Promise<string> {
    const entry = this.#view.follow("etc/ld.so.cache");
    if (entry === undefined || findFile(this.#layers, entry.path) === undefined) return "";
    return (await readEntry(this.#layers, entry)).toString("latin1");
  }

  #refuseForeign(path: string, content: Buffer, user: string): void {
    const machine = machineOf(content);
    if (machine === undefined || runsOn(machine, this.#architecture)) return;
    throw new QclockError(
      "wrong-architecture",
      `/${path}, ${user}, is for ${machine}, and image "${this.#image}" for ${this.#architecture}.`,
      {
        hint: "Take the file that was made for this platform: an override file (-f) can name another artifact for each.",
      },
    );
  }

  /** Of a file that is started or loaded as much as the kernel and the loader look at. */
  #look({ path }: LayerEntry): Looked {
    const { layer, file } = findFile(this.#layers, path) ?? {};
    if (layer === undefined || file === undefined) return { head: Buffer.alloc(0) };
    using opened = new OpenLayer(layer);
    const head = Buffer.from(opened.read(file, 0, Math.min(file.size, HEAD_BYTES)));
    const elf = readElf({ read: (at, length) => opened.read(file, at, length) });
    return { head, ...(elf === undefined ? {} : { elf }) };
  }

  async #missing(path: string, user: string): Promise<QclockError> {
    const bringing = await this.#packageOf(posix.basename(path));
    return new QclockError(
      "missing-interpreter",
      `Image "${this.#image}" lacks /${path}, ${user}.`,
      {
        hint:
          bringing === undefined
            ? "Add the package that brings it (packages rarely name the essential ones they use), or the file."
            : `Add the package ${bringing}, which brings it; \`essential: true\` brings all that packages use without saying so.`,
      },
    );
  }
}
