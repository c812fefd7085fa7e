import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { build, type BuildOptions, type OutputFile, type Plugin } from "esbuild";
import { bundleProgram } from "./scripts/program-files.ts";
import { formatThirdParty, packageFolders, readLibrary } from "./scripts/third-party.ts";

/**
 * Bundle src/ into dist/: one file for the command line, three for the program behind it
 * (scripts/program-files.ts), one for each worker thread, one for each library that only some
 * commands need. CommonJS, because there a file that is one of many is evaluated, and a library
 * read, when it is first asked for, without being a file of its own: as some fifty ES modules the
 * same code took 30 ms longer to start.
 */
const root = import.meta.dirname;
const sources = (await readdir(path.join(root, "src"), { recursive: true }))
  .filter((file) => file.endsWith(".ts"))
  .toSorted();
const workers = sources.filter((file) => file.endsWith(".worker.ts"));
const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));

/**
 * Loaded where they are used, and large: `--version` and a build with nothing to do read none of
 * them.
 */
const libraries = [
  "dockerode",
  "execa",
  "listr2",
  "openpgp",
  "tar-fs",
  "xz-decompress",
  "yaml",
  "yauzl",
] as const;

/**
 * Files of our own that are not part of the file that asks for them: the program, which the version
 * and a signal need not wait for, and the errors, since a class that is there twice is two classes.
 */
const ownFilesBeside: ReadonlyMap<string, string> = new Map([
  ["src/cli/program.ts", "program"],
  ["src/error.ts", "error"],
]);

/** How long the rest of an earlier bundle stays. */
const recentMs = 60 * 60 * 1000;

/** What `build`, `up`, `ps` and `plan` ask for with `import()` when there is nothing to do. */
const neededWithNothingToDo = [
  "src/cli/commands/build.ts",
  "src/cli/commands/plan.ts",
  "src/cli/commands/ps.ts",
  "src/cli/commands/up.ts",
  "src/docker/connect.ts",
  "src/packages/deb/family.ts",
  "src/packages/deb/keys/of.ts",
  "src/run/build.ts",
  "src/run/up.ts",
  "src/store/disk-store.ts",
  "src/store/downloader.ts",
] as const;

/**
 * What `build`, `up` and `down` ask for with `import()` when there is something to do, and what `ps`
 * and `plan` show.
 */
const neededToWork = [
  "src/cli/commands/down.ts",
  "src/image/assemble/assemble.ts",
  "src/image/needs/find-unmet-needs.ts",
  "src/image/needs/missing-commands.ts",
  "src/image/needs/unmet-need.ts",
  "src/packages/deb/database.ts",
  "src/packages/deb/essential-programs.ts",
  "src/plan/plan-changes.ts",
  "src/reporters/format/plan.ts",
  "src/reporters/lists/services.ts",
  "src/run/down.ts",
  "src/run/operations.ts",
  "src/run/services/list-services.ts",
] as const;

/** Makes what is a file of its own be asked for when it is needed. */
const filesBeside: Plugin = {
  name: "files-beside",
  setup(bundler) {
    bundler.onResolve(
      { filter: new RegExp(`^(?:${libraries.join("|")})$`) },
      ({ path: name, kind }) =>
        kind === "entry-point" ? undefined : { path: `./${name}.cjs`, external: true },
    );
    bundler.onResolve({ filter: /\/(?:program|error)\.ts$/ }, (request) => {
      if (request.kind === "entry-point") return undefined;
      const file = path.relative(root, path.resolve(request.resolveDir, request.path));
      const beside = ownFilesBeside.get(file);
      return beside === undefined ? undefined : { path: `./${beside}.cjs`, external: true };
    });
  },
};

/**
 * Commander can start programs as its commands, for which it loads what starts programs. Here there
 * are none.
 */
const noProgramsAsCommands: Plugin = {
  name: "no-programs-as-commands",
  setup(bundler) {
    const namespace = "absent";
    bundler.onResolve({ filter: /^node:child_process$/ }, ({ path: name, importer }) =>
      importer.includes("/node_modules/commander/") ? { path: name, namespace } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace }, () => ({ contents: "export default {};" }));
  },
};

type OutFile = Pick<OutputFile, "path" | "contents">;

const common = {
  absWorkingDir: root,
  write: false,
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node22",
  sourcemap: "linked",
  sourcesContent: false,
  // `import()` of a CommonJS file would go through the loader of ES modules, which scans all of it
  // for exports.
  supported: { "dynamic-import": false },
  // Gathered into THIRD-PARTY.txt.
  legalComments: "external",
  metafile: true,
  // Half the bytes to read; the lines are kept short enough to find a place that a stack trace
  // names.
  minifyWhitespace: true,
  lineLimit: 160,
  external: ["*.node"],
  define: { "import.meta.url": "qclockUrl" },
  banner: { js: 'const qclockUrl = require("node:url").pathToFileURL(__filename).href;' },
  logLevel: "warning",
} satisfies BuildOptions;

const digest = await digestOfSources();
const ownOptions = {
  ...common,
  plugins: [filesBeside, noProgramsAsCommands],
  define: {
    ...common.define,
    "globalThis.QCLOCK_VERSION": JSON.stringify(version),
    "globalThis.QCLOCK_BUILD": JSON.stringify(digest),
  },
} satisfies BuildOptions;

const started = new Date();
const [own, program, ...foreign] = await Promise.all([
  build({
    ...ownOptions,
    entryPoints: [
      { in: "src/cli/process/main.ts", out: "qclock" },
      { in: "src/error.ts", out: "error" },
      ...workers.map((file) => ({ in: path.join("src", file), out: path.basename(file, ".ts") })),
    ],
  }),
  bundleProgram({
    root,
    entry: "src/cli/program.ts",
    offers: ["runProgram", "describeBug"],
    first: neededWithNothingToDo,
    second: neededToWork,
    late: libraries,
    digest,
    options: ownOptions,
  }),
  ...libraries.map((name) => build({ ...common, entryPoints: [{ in: name, out: name }] })),
]);
await replaceBundle(await withLicenses([own, ...program, ...foreign]));
// A file that has not changed is not written; its time tells when the bundle was made
// (bin/stale.js).
await utimes(path.join(root, "dist", "qclock.cjs"), started, started);

/**
 * The files of the bundle, and the licences of all that is in them in place of a file of comments
 * for each.
 */
async function withLicenses(
  results: readonly {
    readonly outputFiles: readonly OutputFile[];
    readonly metafile: { readonly inputs: Readonly<Record<string, unknown>> };
  }[],
): Promise<readonly OutFile[]> {
  const files = results.flatMap(({ outputFiles }) => outputFiles);
  const isNotice = ({ path: file }: OutFile): boolean => file.endsWith(".LEGAL.txt");
  const folders = packageFolders(results.flatMap(({ metafile }) => Object.keys(metafile.inputs)));
  const text = formatThirdParty({
    libraries: await Promise.all(folders.map((folder) => readLibrary(root, folder))),
    notices: new Map(
      files
        .filter(isNotice)
        .map(({ path: file, contents }) => [
          path.relative(root, file).replace(/\.LEGAL\.txt$/, ""),
          new TextDecoder().decode(contents),
        ]),
    ),
    remarks: new Map([
      [
        "openpgp",
        "All of it is in dist/openpgp.cjs and nothing else is: that file may be replaced by one made from another version\n" +
          "of the library. The GNU General Public License, which its licence refers to, follows it.",
      ],
    ]),
    texts: new Map([["openpgp", await readFile(path.join(root, "licenses/GPL-3.0.txt"), "utf8")]]),
  });
  const thirdParty = path.join(root, "dist", "THIRD-PARTY.txt");
  return [
    { path: thirdParty, contents: new TextEncoder().encode(text) },
    ...files.filter((file) => !isNotice(file)),
  ];
}

/**
 * Names the code and the libraries that go into the bundle: what one build remembers, another must
 * not believe.
 */
async function digestOfSources(): Promise<string> {
  const hash = createHash("sha256");
  const ways = ["build.ts", "scripts/program-files.ts", "package-lock.json"];
  for (const file of [...sources.map((each) => path.join("src", each)), ...ways]) {
    hash.update(`${file}\0`).update(await readFile(path.join(root, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

/**
 * Put the files in the place of those of the last build, one by one and each whole, the entry last.
 * The folder is not emptied first: a qclock that runs, such as that of another test run, still
 * loads parts of it.
 */
async function replaceBundle(files: readonly OutFile[]): Promise<void> {
  for (const { path: file, contents } of files.toReversed()) {
    const present = await readFile(file).catch(() => undefined);
    if (present !== undefined && Buffer.compare(present, contents) === 0) continue;
    await mkdir(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, contents);
    await rename(temporary, file);
  }
  const made = new Set(files.map(({ path: file }) => file));
  const dist = path.join(root, "dist");
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || made.has(file) || file.endsWith(".tmp")) continue;
    // What a program that has been running since asks for late.
    const isRecent = Date.now() - (await stat(file)).mtimeMs < recentMs;
    if (/^(?:rest|work)-/.test(entry.name) && isRecent) continue;
    await rm(file, { force: true });
  }
}
