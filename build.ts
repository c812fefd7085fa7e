import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build, type OutputFile } from "esbuild";

/**
 * Bundle src/ into dist/: one entry for the command line and one for each worker thread. Code that only
 * some commands need (dockerode, listr2, openpgp) is split off, so that starting up does not read it.
 */
const root = import.meta.dirname;
const sources = await readdir(path.join(root, "src"), { recursive: true });
const workers = sources.filter((file) => file.endsWith(".worker.ts"));
const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));

const { outputFiles } = await build({
  absWorkingDir: root,
  write: false,
  entryPoints: [
    { in: "src/cli/main.ts", out: "qclock" },
    ...workers.map((file) => ({
      in: path.join("src", file),
      out: path.basename(file, ".ts"),
    })),
  ],
  outdir: "dist",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node22",
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "none",
  external: ["*.node"],
  define: { "globalThis.QCLOCK_VERSION": JSON.stringify(version) },
  // dockerode and its like are CommonJS: they call `require` at run time and ask for their own folder.
  banner: {
    js: [
      'import { createRequire as qclockCreateRequire } from "node:module";',
      "const require = qclockCreateRequire(import.meta.url);",
      "const __filename = import.meta.filename, __dirname = import.meta.dirname;",
    ].join(" "),
  },
  logLevel: "warning",
});
await replaceBundle(outputFiles);

/**
 * Put the files in the place of those of the last build, one by one and each whole, entries last. The folder is not emptied
 * first: a qclock that runs, such as that of another test run, still loads parts of it, and from the same sources come the
 * same names.
 */
async function replaceBundle(files: readonly OutputFile[]): Promise<void> {
  for (const { path: file, contents } of files.toSorted(
    (one, other) => Number(isChunk(other)) - Number(isChunk(one)),
  )) {
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
    if (entry.isFile() && !made.has(file) && !file.endsWith(".tmp"))
      await rm(file, { force: true });
  }
}

function isChunk({ path: file }: OutputFile): boolean {
  return file.includes("/chunks/");
}
