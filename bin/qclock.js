#!/usr/bin/env node
// Plain JavaScript that an old Node can parse: it may be started by one, and then starts itself
// again with the Node that the project brings.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const minimum = { major: 22, minor: 22 };

if (process.env["QCLOCK_LAUNCHED"] !== undefined) {
  const { dieWithLauncher } = await import("./child.js");
  await dieWithLauncher();
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > minimum.major || (major === minimum.major && minor >= minimum.minor)) {
  await run();
} else {
  await runWithOwnNode();
}

async function run() {
  // Warnings about the age of libraries' code say nothing to who runs a command.
  process.noDeprecation = true;
  await keepCompiledCode();
  const bundle = fileURLToPath(new URL("../dist/qclock.cjs", import.meta.url));
  // A checkout installed with --ignore-scripts has no bundle; Node runs the sources as they are.
  if (existsSync(bundle)) {
    // Some 10 ms: for people who sit at a terminal, not for programs that call this one often.
    if (process.stderr.isTTY) await warnOfStaleBundle(bundle);
    createRequire(import.meta.url)(bundle);
  } else await import(new URL("../src/cli/process/main.ts", import.meta.url).href);
}

/** @param {string} bundle */
async function warnOfStaleBundle(bundle) {
  const sources = fileURLToPath(new URL("../src", import.meta.url));
  if (!existsSync(sources)) return;
  const { newerThanBundle } = await import("./stale.js");
  const newer = newerThanBundle(sources, bundle);
  if (newer === undefined) return;
  process.stderr.write(
    `warning: dist/ is older than src/${newer}, and dist/ is what runs.\n  hint: npm run build\n`,
  );
}

/**
 * Under the user's own cache: Node's default is a well-known name in a folder that everybody may
 * write to.
 */
async function keepCompiledCode() {
  const { enableCompileCache } = await import("node:module");
  try {
    const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
    enableCompileCache(join(cache, "qclock", "node"));
  } catch {
    // An account without a home compiles anew each time.
  }
}

async function runWithOwnNode() {
  const node = ownNode();
  if (node === undefined) {
    process.stderr.write(
      `qclock needs Node ${minimum.major}.${minimum.minor} or later; this is ${process.versions.node}.\n` +
        "  hint: Install Node 24, or install qclock without --omit=optional: it brings one.\n",
    );
    process.exitCode = 2;
    return;
  }
  const { runChild } = await import("./child.js");
  process.exitCode = await runChild(node, [...process.execArgv, ...process.argv.slice(1)]);
}

/** The Node among qclock's optional dependencies, wherever npm has put it. */
function ownNode() {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform}-${process.arch}`;
  for (const name of [`node-${platform}`, `node-bin-${platform}`]) {
    try {
      return require.resolve(`${name}/bin/node`);
    } catch {
      // Not installed: not for this platform, or --omit=optional.
    }
  }
  return undefined;
}
