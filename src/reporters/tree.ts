import { formatFailures } from "./format/failure.ts";
import { sanitizeLine } from "./format/sanitize.ts";
import type { Style } from "./format/style.ts";
import { formatSummary } from "./format/summary.ts";
import { formatHead, formatTree } from "./format/tree.ts";
import type { Live } from "./live.ts";
import type { Reporter } from "./reporter.ts";
import { advance, beginView, type View } from "./view.ts";

export interface TreeReporterOptions {
  /** A terminal. */
  readonly stderr: NodeJS.WriteStream;
  readonly style: Style;
  /** Name of the command, for the time before there is a plan. */
  readonly command: string;
  /** Also notices that are no warnings, on the live display. */
  readonly verbose: boolean;
  readonly logFile: () => string | undefined;
  /** The clock of the events' `atMs`. */
  readonly now: () => number;
}

/**
 * What is over sooner than this is shown in one piece when it ends: a command with nothing to do
 * neither loads the live display nor makes the screen jump.
 */
const quickMs = 500;
/** To the beginning of the line, and nothing left on it. */
const eraseLine = "\r\u001B[2K";
const shownNotices = 3;

/**
 * A live tree of images and services on a terminal; see format/tree.ts for what it shows and
 * live.ts for how it is drawn.
 */
export function createTreeReporter(options: TreeReporterOptions): Reporter {
  const { stderr, style } = options;
  const begun = beginView(options.command);
  let view: View = begun;
  let live: Promise<Live> | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Everything that was asked to be written after a live display, in order. */
  let settled: Promise<void> = Promise.resolve();

  const frame = (of: View): string => formatFrame(of, options);
  const begin = (): void => {
    clearTimeout(timer);
    const before = settled;
    const start = async (): Promise<Live> => {
      const { startLive } = await import("./live.ts");
      await before;
      stderr.write(eraseLine);
      return startLive({ stderr, style, draw: () => frame(view) });
    };
    live = start();
  };
  /** Until it is known whether there is anything to watch, one line says that work has begun. */
  const wait = (): void => {
    stderr.write(`${style.accent("●")} ${formatHead(view, treeOptions(view, options))}`);
    timer = setTimeout(begin, quickMs);
  };
  /** End the display, leave its last frame on the screen, and write what belongs below it. */
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const [display, last] = [live, view];
    [live, view] = [undefined, begun];
    const before = settled;
    if (display === undefined) stderr.write(eraseLine);
    const write = async (): Promise<void> => {
      await before;
      if (display !== undefined)
        await (await display).stop({ frame: frame(last), succeeded: hasSucceeded(last) });
      else if (last.report !== undefined)
        stderr.write(lines(formatTree(last, treeOptions(last, options))));
      stderr.write(noticesOf(last, options));
      stderr.write(formatFailures(last, { style, logFile: options.logFile() }));
      const summary = formatSummary(last, style);
      if (summary !== undefined) stderr.write(`${summary}\n`);
    };
    settled = write();
  };

  return {
    handle(event) {
      const idle = timer === undefined && live === undefined;
      if (idle && event.type === "notice") {
        // Nothing is drawn, so nothing can be overwritten: say it at once.
        stderr.write(noticesOf({ ...begun, notices: [event] }, options));
        return;
      }
      view = advance(view, event);
      if (event.type === "run-finished") return end();
      if (idle) wait();
      const isWork = event.type === "run-started" && event.plan.nodes.length > 0;
      if (isWork && live === undefined) begin();
    },
    async [Symbol.asyncDispose]() {
      if (view !== begun) end();
      await settled;
    },
  };
}

/** A preparation that was broken off leaves a phase unfinished. */
function hasSucceeded({ report, phases }: View): boolean {
  if (report !== undefined) return report.status === "succeeded";
  return [...phases.values()].every(({ finishedAtMs }) => finishedAtMs !== undefined);
}

function formatFrame(view: View, options: TreeReporterOptions): string {
  const tree = treeOptions(view, options);
  const recent = view.notices
    .filter((notice) => notice.level === "warning" || options.verbose)
    .slice(-shownNotices)
    .map((notice) => `${options.style.warning("!")} ${sanitizeLine(notice.message)}`);
  return [formatHead(view, tree), ...formatTree(view, tree), ...recent].join("\n");
}

function treeOptions(view: View, options: TreeReporterOptions): Parameters<typeof formatTree>[1] {
  // Two columns of the live display's own indentation, and one that many terminals wrap at.
  const columns = Math.max(20, (options.stderr.columns || 80) - 3);
  const finishedAtMs =
    view.report === undefined ? undefined : (view.startedAtMs ?? 0) + view.report.durationMs;
  return { nowMs: finishedAtMs ?? options.now(), columns, style: options.style };
}

/** The whole text of each notice: on the frame it may have been cut. */
function noticesOf(view: View, options: TreeReporterOptions): string {
  const { style } = options;
  return lines(
    view.notices.map(({ level, message, hint }) => {
      const head = level === "warning" ? style.warning("warning:") : style.accent("note:");
      return `${head} ${sanitizeLine(message)}${hint === undefined ? "" : ` ${sanitizeLine(hint)}`}`;
    }),
  );
}

function lines(text: readonly string[]): string {
  return text.map((line) => `${line}\n`).join("");
}
