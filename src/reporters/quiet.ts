import { formatFailures } from "./format/failure.ts";
import type { Style } from "./format/style.ts";
import type { Output, Reporter } from "./reporter.ts";
import { advance, beginView, type View } from "./view.ts";

/** Nothing but failures. */
export function createQuietReporter(options: {
  readonly output: Output;
  readonly style: Style;
  readonly logFile: () => string | undefined;
}): Reporter {
  let view: View = beginView(undefined);
  return {
    handle(event) {
      view = advance(view, event);
      if (event.type !== "run-finished") return;
      options.output.write(
        formatFailures(view, { style: options.style, logFile: options.logFile() }),
      );
    },
    async [Symbol.asyncDispose]() {},
  };
}
