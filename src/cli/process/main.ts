import { QclockError } from "../../error.ts";
import { exitCodes } from "./exit-code.ts";
import { currentHost, type Host } from "./host.ts";
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
  const { loadProgram } = await import("./load-program.ts");
  const host = hostOrFailure();
  if (host === undefined) return;
  const { program, keepCode } = await loadProgram(host.argv);
  const exitCode = await program.runProgram({ host, interruption });
  process.exitCode ??= exitCode;
  if (process.exitCode === exitCodes.done) keepCode();
}

/** Without a host there is no session that could report why. */
function hostOrFailure(): Host | undefined {
  try {
    return currentHost();
  } catch (error) {
    if (!(error instanceof QclockError)) throw error;
    process.stderr.write(
      `error: ${error.message} [${error.code}]\n    hint: ${error.hint ?? ""}\n`,
    );
    process.exitCode = exitCodes.invalid;
    return undefined;
  }
}

/** How many exceptions are shown before the run is over. */
const mostReports = 10;

/**
 * An exception that nobody awaited is a bug like any other. It is shown, and the run is stopped in
 * good order, since what it holds in the Engine (the stack's hold) should still be given back.
 */
function reportBugs(interruption: Interruption): void {
  let reports = 0;
  const report = async (error: unknown): Promise<void> => {
    process.exitCode = exitCodes.bug;
    reports += 1;
    // A report that fails is an exception that nobody awaited, and would be reported for ever.
    if (reports > mostReports) return;
    const { loadProgram } = await import("./load-program.ts");
    const host = currentHost();
    const { program } = await loadProgram(host.argv);
    process.stderr.write(program.describeBug(error, host));
    interruption.stop("A bug ended the run.");
  };
  process.on("uncaughtException", (error) => void report(error));
  process.on("unhandledRejection", (error) => void report(error));
}
