#!/usr/bin/env node
// Plain JavaScript that an old Node can parse: it may be started by one, and then starts itself again
// with the Node that the project brings.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";

const MINIMUM = [22, 22];

const [major, minor] = process.versions.node.split(".").map(Number);
if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) {
  await run();
} else {
  runWithOwnNode();
}

async function run() {
  const { enableCompileCache } = await import("node:module");
  enableCompileCache();
  const bundle = new URL("../dist/qclock.js", import.meta.url);
  // A checkout installed with --ignore-scripts has no bundle; Node runs the sources as they are.
  const main = existsSync(fileURLToPath(bundle))
    ? bundle
    : new URL("../src/cli/main.ts", import.meta.url);
  await import(pathToFileURL(fileURLToPath(main)).href);
}

function runWithOwnNode() {
  const node = ownNode();
  if (node === undefined) {
    process.stderr.write(
      `qclock needs Node ${MINIMUM.join(".")} or later; this is ${process.versions.node}.\n` +
        "  hint: Install Node 24, or run `npm ci` in qclock's folder, which brings it.\n",
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  // A signal of the terminal reaches both processes; one sent to this process alone is passed on. Either
  // way this one stays until the other has cleaned up.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write(`qclock could not start ${node}: ${error.message}\n`);
    process.exitCode = 70;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code === null ? 128 + constants.signals[signal] : code;
  });
}

function ownNode() {
  const require = createRequire(import.meta.url);
  try {
    const { platform, arch } = process;
    return require.resolve(`node-${platform}-${arch}/bin/node`);
  } catch {
    return undefined;
  }
}
