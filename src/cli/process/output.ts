import { exitCodes } from "./exit-code.ts";

/**
 * Answer a standard stream that takes no more. A reader that has seen enough (`| head`) is no
 * failure: what it no longer takes is dropped, and the run goes on to its end. Everything else (a
 * full disk behind `> file`) is a failure of the world: it is said once on the other stream, and
 * the process ends with 1 where it would have ended with 0.
 */
export function watchOutput(process: NodeJS.Process): void {
  const streams = [
    ["Standard output", process.stdout, process.stderr],
    ["Standard error", process.stderr, undefined],
  ] as const;
  for (const [name, stream, other] of streams) {
    let isBroken = false;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // Each further piece fails as well, and says no more.
      if (isBroken) return;
      isBroken = true;
      if (error.code === "EPIPE") return;
      if (process.exitCode === undefined || process.exitCode === exitCodes.done)
        process.exitCode = exitCodes.unwritable;
      other?.write(
        `error: ${name} cannot be written. [output-unwritable]\n` +
          `    caused by: ${error.message}\n` +
          "    hint: Free some space where it leads, or send it elsewhere.\n",
      );
    });
  }
}
