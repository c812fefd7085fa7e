import { Listr, type ListrDefaultRendererLogLevels, ListrLogger, ProcessOutput } from "listr2";
import type { Style } from "./format/style.ts";

/** A display that redraws itself in place until it is stopped. */
export interface Live {
  /** Leave this as the last frame and give the terminal back. Resolves when it is written. */
  stop(last: { readonly frame: string; readonly succeeded: boolean }): Promise<void>;
}

export interface LiveOptions {
  readonly stderr: NodeJS.WriteStream;
  readonly style: Style;
  /** The frame as it is now; its first line stands beside the spinner. */
  readonly draw: () => string;
}

/** Ten frames a second: durations move, and a terminal over ssh keeps up. */
const frameMs = 100;

/**
 * Draw frames on the terminal with listr2, which diffs them line by line inside a synchronized
 * update (so nothing flickers), follows changes of the terminal's size, and hides the cursor. It is
 * one task whose title is the frame: which rows there are and what they say is settled by the
 * events' view, and listr2's own list of tasks cannot grow once it runs.
 */
export function startLive(options: LiveOptions): Live {
  const { stderr, style } = options;
  const finished = Promise.withResolvers<{ readonly frame: string; readonly succeeded: boolean }>();
  const rendererOptions = {
    collapseErrors: false,
    showErrorMessage: false,
    formatOutput: "truncate",
    removeEmptyLines: false,
    logger: new ListrLogger<ListrDefaultRendererLogLevels>({
      processOutput: new ProcessOutput(stderr, stderr),
    }),
    color: {
      PENDING: (text = "") => style.accent(text),
      COMPLETED: (text = "") => style.success(text),
      FAILED: (text = "") => style.error(text),
    },
  } as const;
  const list = new Listr(
    {
      title: options.draw(),
      task: async (_context, task) => {
        const timer = setInterval(() => {
          task.title = options.draw();
        }, frameMs);
        const { frame, succeeded } = await finished.promise;
        clearInterval(timer);
        task.title = frame;
        if (!succeeded) throw new Error("failed");
      },
    },
    {
      renderer: "default",
      rendererOptions,
      // listr2 falls back where stdout is not a terminal, but this one draws on stderr, which is.
      fallbackRenderer: "default",
      fallbackRendererOptions: rendererOptions,
      // Signals are answered in cli/; listr2's own handler would end the process.
      registerSignalListeners: false,
      exitOnError: false,
    },
  );
  const running = list.run();
  return {
    async stop(last) {
      finished.resolve(last);
      await running;
    },
  };
}
