import { currentHost } from "./host.ts";
import { listenForSignals } from "./interruption.ts";
import { version } from "./version.ts";

await main();

/** The composition root: what the process gives goes in, what it ends with comes out. */
async function main(): Promise<void> {
  const [first, ...rest] = process.argv.slice(2);
  if (rest.length === 0 && (first === "--version" || first === "-V")) {
    process.stdout.write(`${version}\n`);
    return;
  }
  ignoreBrokenPipes();
  using interruption = listenForSignals(process);
  // Loaded only now: answering a signal and telling the version need none of it.
  const { runProgram } = await import("./program.ts");
  process.exitCode = await runProgram({ host: currentHost(), interruption });
}

/** A reader that has seen enough (`| head`) is no failure: what it no longer takes is dropped. */
function ignoreBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
