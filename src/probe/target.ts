/** How probes reach one container. Made by run/ over the Engine; a fake in tests. */
export interface ProbeTarget {
  /** Host and port that reach the container's port from here; undefined when no way is known. */
  address(port: number): ProbeAddress | undefined;
  /**
   * Open a connection to the container from within it, for a port that `address` knows no way to;
   * undefined where that cannot be done.
   */
  connectInside?(port: number, signal: AbortSignal): Promise<AttemptResult | undefined>;
  /** Run a command inside; `output` is at most a few kilobytes. */
  exec(
    command: readonly string[],
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<{ readonly exitCode: number; readonly output: string }>;
  /** The container's log since its last start, so far. */
  readLog(signal: AbortSignal): AsyncIterable<string>;
}

export interface ProbeAddress {
  readonly host: string;
  readonly port: number;
  /**
   * Through a forwarder of the Engine's, which accepts connections whether or not the service does.
   */
  readonly isForwarded?: boolean;
  /**
   * A socket on this machine that leads there, for a host that this machine does not reach. It is
   * forwarded, too.
   */
  readonly socketPath?: string;
}

/**
 * How one attempt of a probe ended. `message` is for the reader in both cases: `HTTP 200 in 3 ms`,
 * `connection refused`.
 */
export interface AttemptResult {
  readonly ok: boolean;
  readonly message: string;
}
