import { exitCodes } from "./exit-code.ts";
import { currentHost } from "./host.ts";
import { type Interruption, listenForSignals } from "./interruption.ts";
import { watchOutput } from "./output.ts";
import { version } from "./version.ts";

void main();

/** The composition root: what the process gives goes in, what it ends with comes out. */
async function main(): Promise<void> {
  watchOutput(process);
  const [first, ...rest] = process.argv.slice(2);
  if (rest.length === 0 && (first === "--version" || first === "-V")) {
    process.stdout.write(`${version}\n`);
    return;
  }
  // What a library does with an old API of Node concerns its authors, not the user's terminal.
  process.noDeprecation = true;
  using interruption = listenForSignals(process);
  reportBugs(interruption);
  // Loaded only now: answering a signal and telling the version need none of it.
  const { runProgram } = await import("../program.ts");
  const exitCode = await runProgram({ host: currentHost(), interruption });
  process.exitCode ??= exitCode;
}

/**
 * An exception that nobody awaited is a bug like any other. It is shown, and the run is stopped in good
 * order, since what it holds in the Engine (the stack's lock) should still be given back.
 */
function reportBugs(interruption: Interruption): void {
  const report = async (error: unknown): Promise<void> => {
    process.exitCode = exitCodes.bug;
    const { describeBug } = await import("../program.ts");
    process.stderr.write(describeBug(error, currentHost()));
    interruption.stop("A bug ended the run.");
  };
  process.on("uncaughtException", (error) => void report(error));
  process.on("unhandledRejection", (error) => void report(error));
}
