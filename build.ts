import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

/**
 * Bundle src/ into dist/: one entry for the command line and one for each worker thread. Code that only
 * some commands need (dockerode, listr2, openpgp) is split off, so that starting up does not read it.
 */
const root = import.meta.dirname;
const sources = await readdir(path.join(root, "src"), { recursive: true });
const workers = sources.filter((file) => file.endsWith(".worker.ts"));
const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));

await rm(path.join(root, "dist"), { recursive: true, force: true });
await build({
  absWorkingDir: root,
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
