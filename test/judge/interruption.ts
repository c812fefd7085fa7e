/**
 * A signal that tells when the command is asked to stop, so that what it has made can be removed
 * first.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      console.error("Stopping, and removing what was made...");
      process.exitCode = 130;
      controller.abort();
    });
  }
  return controller.signal;
}
