import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Diagnostic } from "../../diagnostic.ts";
import type { QclockError } from "../../error.ts";
import { asciiStream, isAsciiLocale, toAscii } from "../../reporters/format/ascii.ts";
import { formatError } from "../../reporters/format/error.ts";
import { createStyle, type Style } from "../../reporters/format/style.ts";
import { errorDocument, reportDocument } from "../../reporters/json.ts";
import { redactError, redactEvent, type Redactor } from "../../reporters/redact.ts";
import { combineReporters } from "../../reporters/reporter.ts";
import { createReporter, type ProgressMode, selectMode } from "../../reporters/select.ts";
import type { Clock } from "../../run/context.ts";
import type { Emit, RunReport } from "../../run/execution/event.ts";
import type { Host } from "../process/host.ts";
import { createHostRedactor } from "../process/host-redactor.ts";
import type { Interruption } from "../process/interruption.ts";
import { createRunLog, openDebugLog, type DebugLog } from "../logs.ts";
import type { ResolvedSettings, Settings } from "../settings/settings.ts";

/** One command being carried out: what it was told, where it writes, how it is stopped. */
export interface Session extends AsyncDisposable {
  readonly host: Host;
  readonly settings: Settings;
  readonly origins: ResolvedSettings["origins"];
  readonly runId: string;
  /** The command's name, such as `up`. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly interruption: Interruption;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly redactor: Redactor;
  readonly debug: DebugLog | undefined;
  /** Colours for standard output. */
  readonly style: Style;
  /** Columns of standard output where it is a terminal. */
  readonly columns: number | undefined;
  /** Data, to standard output, a line end added. */
  print(text: string): void;
  /** The one document of `--json`. */
  printDocument(kind: string, document: object): void;
  /** The document of a command that ran a plan. */
  printReport(command: string, report: RunReport, facts: object): void;
  /** Something said to a person, to standard error. Not shown with `--quiet`. */
  say(text: string): void;
  /** A failure as the user sees it, and as `--json` has it. */
  reportError(error: QclockError): Promise<void>;
  /** Problems in what the user wrote: all of them, each with its place. */
  reportDiagnostics(diagnostics: readonly Diagnostic[]): Promise<void>;
  /** Wait until everything that was reported is on the screen. */
  settle(): Promise<void>;
}

/** Make the session of one command. */
export function createSession(options: {
  readonly host: Host;
  readonly settings: ResolvedSettings;
  readonly interruption: Interruption;
  readonly command: string;
}): Session {
  const { host, interruption } = options;
  const settings = options.settings.values;
  const runId = randomBytes(4).toString("hex");
  const redactor = createHostRedactor(host);
  const isAscii = isAsciiLocale(host.environment);
  const stderr = isAscii ? asciiStream(host.stderr) : host.stderr;
  const errorStyle = createStyle({ color: useColor(host, settings, host.stderr) });
  const debug =
    settings.debug === undefined
      ? undefined
      : openDebugLog(settings.debug, redactor, {
          now,
          onBroken: (message) => emit({ type: "notice", level: "warning", message }),
        });
  const runLog = createRunLog({
    directory: logDirectory(host),
    name: logName(options.command, runId),
  });
  const mode = progressMode(host, settings);
  const screen = createReporter({
    mode,
    stderr: mode === "json" ? host.stderr : stderr,
    command: options.command,
    color: errorStyle.color,
    verbose: settings.verbose,
    now,
    logFile: runLog.file,
  });
  const reporter = combineReporters([
    runLog.reporter,
    ...(debug === undefined ? [] : [debug.reporter]),
    screen,
  ]);
  let documents = 0;
  let settled = false;
  const emit: Emit = (body) => reporter.handle(redactEvent({ ...body, atMs: now() }, redactor));
  const print = (text: string): void => {
    const shown = redactor.redact(text);
    // Documents for programs are UTF-8 whatever the locale.
    host.stdout.write(`${isAscii && !settings.json ? toAscii(shown) : shown}\n`);
  };
  const settle = async (): Promise<void> => {
    if (settled) return;
    settled = true;
    await reporter[Symbol.asyncDispose]();
  };
  interruption.onStop = (message) => emit({ type: "notice", level: "warning", message });
  const printDocument = (kind: string, document: object): void => {
    documents += 1;
    print(JSON.stringify({ schema: `qclock/${kind}/v1`, ...document }));
  };

  return {
    host,
    settings,
    origins: options.settings.origins,
    runId,
    command: options.command,
    signal: interruption.signal,
    interruption,
    clock: { now, sleep },
    emit,
    redactor,
    debug,
    style: createStyle({ color: useColor(host, settings, host.stdout) }),
    columns: host.stdout.isTTY ? host.stdout.columns : undefined,
    print,
    printDocument,
    printReport(command, report, facts) {
      printDocument("report", { command, ...reportDocument(report), ...facts });
    },
    say(text) {
      if (!settings.quiet) stderr.write(`${redactor.redact(text)}\n`);
    },
    async reportError(error) {
      await settle();
      const shown = redactError(error, redactor.redact);
      stderr.write(formatError(shown, errorStyle));
      if (settings.json && documents === 0) printDocument("error", { error: errorDocument(shown) });
    },
    async reportDiagnostics(diagnostics) {
      await settle();
      const { formatDiagnostics } = await import("../../reporters/format/diagnostic.ts");
      const text = formatDiagnostics(diagnostics, { color: errorStyle.color });
      stderr.write(redactor.redact(text));
      if (settings.json) {
        const { shortenWords } = await import("../../reporters/format/shorten.ts");
        const shown = diagnostics.map((each) => ({ ...each, message: shortenWords(each.message) }));
        printDocument("validate", { valid: false, diagnostics: shown });
      }
    },
    settle,
    async [Symbol.asyncDispose]() {
      await settle();
      debug?.[Symbol.dispose]();
    },
  };
}

/**
 * Whether to colour a stream: the flag, then the conventions NO_COLOR and FORCE_COLOR, then whether
 * it is a terminal that can.
 */
export function useColor(
  host: Pick<Host, "environment">,
  settings: Pick<Settings, "color">,
  stream: { readonly isTTY?: boolean },
): boolean {
  if (settings.color !== "auto") return settings.color === "always";
  const noColor = host.environment.get("NO_COLOR");
  if (noColor !== undefined && noColor !== "") return false;
  const force = host.environment.get("FORCE_COLOR");
  if (force !== undefined && force !== "" && force !== "0") return true;
  return stream.isTTY === true && host.environment.get("TERM") !== "dumb";
}

/** The folder for what a user's program keeps but could lose, by the XDG convention. */
function logDirectory(host: Host): string {
  const state = host.environment.get("XDG_STATE_HOME");
  const base =
    state !== undefined && path.isAbsolute(state)
      ? state
      : path.join(host.homeDirectory, ".local", "state");
  return path.join(base, "qclock", "logs");
}

/** Sortable by time, and safe as a file name. */
function logName(command: string, runId: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]/g, "").slice(0, 15);
  return `${time}-${command.replaceAll(/[^a-z]+/g, "-")}-${runId}`;
}

function progressMode(host: Host, settings: Settings): ProgressMode {
  if (settings.quiet) return "quiet";
  if (settings.progress !== "auto") return settings.progress;
  const ci = host.environment.get("CI");
  return selectMode({
    isTerminal: host.stderr.isTTY,
    term: host.environment.get("TERM"),
    isCi: ci !== undefined && ci !== "" && ci !== "false",
  });
}

/** Milliseconds since the process began. `performance` is a module that takes 4 ms to load. */
function now(): number {
  return process.uptime() * 1000;
}

async function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) throw signal.reason;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, durationMs);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
