import path from "node:path";
import {
  build,
  type BuildOptions,
  type BuildResult,
  type Metafile,
  type PluginBuild,
} from "esbuild";

/** What `build` is given: results are read, not written. */
export type FileOptions = BuildOptions & { readonly write: false; readonly metafile: true };
type FileResult = BuildResult<FileOptions>;

interface ProgramParts {
  /** Absolute folder of the project. */
  readonly root: string;
  /** Relative to it, as all files here. */
  readonly entry: string;
  /** What the entry offers to whoever loads the program. */
  readonly offers: readonly string[];
  /** Files that are asked for with `import()` and belong into the first file all the same. */
  readonly first: readonly string[];
  /** Files that are asked for with `import()` where there is something to do. */
  readonly second: readonly string[];
  /** Libraries beside the program that the first file must not load by itself. */
  readonly late: readonly string[];
  /** Names the sources: a program that still runs when it is bundled anew asks for its own rest. */
  readonly digest: string;
  readonly options: FileOptions;
}

/** The three files, in the order in which they are loaded. */
type Part = "program" | "work" | "rest";

/**
 * Namespaces of modules that stand for what is in another file, each named by what it stands for.
 */
const elsewhere = { program: "in-program", work: "in-work", rest: "in-rest" } as const;
const entrySpace = "entry";

/**
 * Bundle a program as three files: `program.cjs` with all that is needed when there is nothing to
 * do, `work-DIGEST.cjs` with what the frequent commands need where there is, and `rest-DIGEST.cjs`
 * with what is asked for with `import()` otherwise. The time to start grows with the bytes of the
 * first, and that until something is done with those of the second.
 *
 * No module is in two of them, since then its classes and its state would be there twice: each file
 * asks the others for what they have.
 */
export async function bundleProgram(parts: ProgramParts): Promise<readonly FileResult[]> {
  const { first, second } = parts;
  const sketch = await bundlePart(parts, "program", [], (file, kind) =>
    isLate(kind, file, first) ? "rest" : undefined,
  );
  checkFirst(parts, sketch.result.metafile.inputs);
  const inProgram = sourcesOf(sketch);
  const ownerForWork = (file: string, kind: string): Part | undefined =>
    inProgram.has(file) ? "program" : isLate(kind, file, second) ? "rest" : undefined;
  const workSketch = await bundlePart(parts, "work", second, ownerForWork);
  const inWork = sourcesOf(workSketch);
  const late = sketch.asked.rest;
  const rest = await bundlePart(
    parts,
    "rest",
    sorted([...late.difference(inWork), ...workSketch.asked.rest]),
    (file) => (inProgram.has(file) ? "program" : inWork.has(file) ? "work" : undefined),
  );
  const askedOfWork = [...late.intersection(inWork), ...rest.asked.work];
  const work = await bundlePart(parts, "work", sorted(askedOfWork), ownerForWork);
  const askedOfProgram = [...work.asked.program, ...rest.asked.program];
  const program = await bundlePart(parts, "program", sorted(askedOfProgram), (file, kind) =>
    isLate(kind, file, first) ? (inWork.has(file) ? "work" : "rest") : undefined,
  );
  return [program.result, work.result, rest.result];
}

/** Whether a file is asked for with `import()` and not listed as part of who asks. */
function isLate(kind: string, file: string, own: readonly string[]): boolean {
  return kind === "dynamic-import" && !own.includes(file);
}

interface Bundled {
  readonly result: FileResult;
  /** What is asked of each file. */
  readonly asked: Readonly<Record<Part, ReadonlySet<string>>>;
}

/**
 * One of the files, which offers some of its modules to the others. `ownerOf` tells for a source
 * that is imported, and how, which other file has it; undefined for this one.
 */
async function bundlePart(
  parts: ProgramParts,
  part: Part,
  offered: readonly string[],
  ownerOf: (file: string, kind: string) => Part | undefined,
): Promise<Bundled> {
  const { root, entry, offers } = parts;
  const asked = { program: new Set<string>(), work: new Set<string>(), rest: new Set<string>() };
  const resolving = {};
  const own =
    part === "program" ? `export { ${offers.join(", ")} } from "${entrySpace}:${entry}";\n` : "";
  const result = await bundle(parts, fileName(parts, part), {
    entry: `${own}export const modules = ${requiring(offered)};`,
    setup(bundler) {
      bundler.onResolve({ filter: /.*/ }, async (request) => {
        const { path: name, kind, importer, namespace, resolveDir, pluginData } = request;
        // What the entry itself asks for is this file's.
        if (kind === "entry-point" || namespace === entrySpace || pluginData === resolving)
          return undefined;
        const options = { kind, importer, resolveDir, pluginData: resolving };
        const found = await bundler.resolve(name, options);
        const file = path.relative(root, found.path);
        const owner = found.external || !file.startsWith("src/") ? undefined : ownerOf(file, kind);
        if (owner === undefined) return undefined;
        asked[owner].add(file);
        return { path: file, namespace: elsewhere[owner] };
      });
      for (const owner of ["program", "work", "rest"] as const) {
        const other = `./${fileName(parts, owner)}.cjs`;
        bundler.onLoad({ filter: /.*/, namespace: elsewhere[owner] }, ({ path: file }) => ({
          contents: `module.exports = require("${other}").modules[${JSON.stringify(file)}]();`,
        }));
      }
    },
  });
  return { result, asked };
}

/** The project's own sources in a file. */
function sourcesOf({ result }: Bundled): ReadonlySet<string> {
  return new Set(Object.keys(result.metafile.inputs).filter((file) => file.startsWith("src/")));
}

function sorted(files: readonly string[]): readonly string[] {
  return [...new Set(files)].toSorted();
}

async function bundle(
  { root, options }: ProgramParts,
  name: string,
  { entry, setup }: { readonly entry: string; readonly setup: (bundler: PluginBuild) => void },
): Promise<FileResult> {
  return await build({
    ...options,
    entryPoints: [{ in: name, out: name }],
    plugins: [
      {
        name: `${name}-entry`,
        setup(bundler) {
          bundler.onResolve({ filter: /.*/ }, ({ kind, path: wanted }) => {
            if (kind === "entry-point") return { path: wanted, namespace: entrySpace };
            // By another name than the one under which others ask for the whole file.
            if (wanted.startsWith(`${entrySpace}:`))
              return { path: path.join(root, wanted.slice(entrySpace.length + 1)) };
            // Beside each other in the bundle.
            return /^\.\/(?:program|work-\w+|rest-\w+)\.cjs$/.test(wanted)
              ? { path: wanted, external: true }
              : undefined;
          });
          bundler.onLoad({ filter: /.*/, namespace: entrySpace }, () => ({
            contents: entry,
            resolveDir: root,
          }));
        },
      },
      ...(options.plugins ?? []),
      { name: `${name}-parts`, setup },
    ],
  });
}

function fileName({ digest }: ProgramParts, part: Part): string {
  return part === "program" ? part : `${part}-${digest}`;
}

/** An object of functions that load files, by their names. */
function requiring(files: readonly string[]): string {
  const entries = files.map((file) => `${JSON.stringify(file)}: () => require("./${file}"),`);
  return `{\n${entries.join("\n")}\n}`;
}

/**
 * Throws for a file that was renamed, which would go to the rest unnoticed, and for a library that
 * would be loaded with nothing to do.
 */
function checkFirst({ first, late }: ProgramParts, inputs: Metafile["inputs"]): void {
  const lost = first.filter((file) => inputs[file] === undefined);
  if (lost.length > 0) throw new Error(`The program never asks for ${lost.join(", ")}.`);
  for (const [file, { imports }] of Object.entries(inputs)) {
    const early = imports.find(
      ({ kind, path: name }) =>
        kind === "import-statement" && late.some((library) => name === `./${library}.cjs`),
    );
    if (early === undefined) continue;
    throw new Error(`${file} loads ${early.path} also when there is nothing to do: use import().`);
  }
}
