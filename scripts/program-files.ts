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
  /** Libraries beside the program that the first file must not load by itself. */
  readonly late: readonly string[];
  /** Names the sources: a program that still runs when it is bundled anew asks for its own rest. */
  readonly digest: string;
  readonly options: FileOptions;
}

/** Modules that stand for what is in the other file, each named by what it stands for. */
const restSpace = "in-rest";
const programSpace = "in-program";
const entrySpace = "entry";

/**
 * Bundle a program as two files: `program.cjs` with all that is needed when there is nothing to do,
 * and `rest-DIGEST.cjs` with what is asked for with `import()` from there. The time to start grows
 * with the bytes of the first.
 *
 * No module is in both, since then its classes and its state would be there twice: the rest asks
 * the program for what that has.
 */
export async function bundleProgram(parts: ProgramParts): Promise<readonly FileResult[]> {
  const sketch = await bundleFirst(parts, []);
  checkFirst(parts, sketch.result.metafile.inputs);
  const inProgram = new Set(
    Object.keys(sketch.result.metafile.inputs).filter((file) => file.startsWith("src/")),
  );
  const rest = await bundleRest(parts, { asked: sketch.asked, inProgram });
  const program = await bundleFirst(parts, rest.asked);
  return [program.result, rest.result];
}

interface Bundled {
  readonly result: FileResult;
  /** What is asked of the other file. */
  readonly asked: readonly string[];
}

/** The first file, which offers some of its modules to the rest. */
async function bundleFirst(parts: ProgramParts, shared: readonly string[]): Promise<Bundled> {
  const { root, entry, offers, first } = parts;
  const asked = new Set<string>();
  const result = await bundle(parts, "program", {
    entry: `export { ${offers.join(", ")} } from "${entrySpace}:${entry}";\nexport const shared = ${requiring(shared)};`,
    setup(bundler) {
      bundler.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, (request) => {
        if (request.kind !== "dynamic-import") return undefined;
        const file = path.relative(root, path.resolve(request.resolveDir, request.path));
        if (first.includes(file)) return undefined;
        asked.add(file);
        return { path: file, namespace: restSpace };
      });
      bundler.onLoad({ filter: /.*/, namespace: restSpace }, ({ path: file }) => ({
        contents: `module.exports = require("./${restName(parts)}.cjs").asked[${JSON.stringify(file)}]();`,
      }));
    },
  });
  return { result, asked: [...asked].toSorted() };
}

/** The other file: what the first asks for, without what the first has. */
async function bundleRest(
  parts: ProgramParts,
  {
    asked,
    inProgram,
  }: { readonly asked: readonly string[]; readonly inProgram: ReadonlySet<string> },
): Promise<Bundled> {
  const shared = new Set<string>();
  const resolving = {};
  const result = await bundle(parts, restName(parts), {
    entry: `export const asked = ${requiring(asked)};`,
    setup(bundler) {
      bundler.onResolve({ filter: /.*/ }, async (request) => {
        const { path: name, kind, importer, resolveDir, pluginData } = request;
        if (kind === "entry-point" || pluginData === resolving) return undefined;
        const options = { kind, importer, resolveDir, pluginData: resolving };
        const found = await bundler.resolve(name, options);
        const file = path.relative(parts.root, found.path);
        if (found.external || !inProgram.has(file)) return undefined;
        shared.add(file);
        return { path: file, namespace: programSpace };
      });
      bundler.onLoad({ filter: /.*/, namespace: programSpace }, ({ path: file }) => ({
        contents: `module.exports = require("./program.cjs").shared[${JSON.stringify(file)}]();`,
      }));
    },
  });
  return { result, asked: [...shared].toSorted() };
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
            return /^\.\/(?:program|rest-\w+)\.cjs$/.test(wanted)
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

function restName({ digest }: ProgramParts): string {
  return `rest-${digest}`;
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
