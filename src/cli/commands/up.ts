import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../open/context.ts";
import { exitCodeOfReport } from "../process/exit-code.ts";
import { allowUnsignedOption, lockModeOf } from "../open/lock-file.ts";
import { sayTimings } from "../timings.ts";
import { probeAhead } from "../../run/services/probe-ahead.ts";
import { publishedUrls } from "../../run/services/urls.ts";

interface Options {
  forceRecreate?: boolean;
  locked?: boolean;
  allowUnsigned?: boolean;
  timings?: boolean;
}

/** `qclock up` */
export function registerUp({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "up [services...]",
      summary: "Build what is stale, start in order, wait until every probe answers",
      description:
        "What is already as declared is left alone. Prints the address of each published port on standard output.",
      examples: [
        ["qclock up", "the whole stack"],
        ["qclock up db", "one service and what it depends on"],
        [
          "QCLOCK_PORT=9090 qclock up --timeout 5m",
          "with a variable of the manifest, and a deadline",
        ],
      ],
    },
    (each) =>
      each
        .option("--force-recreate", "make the containers again even where nothing changed")
        .option("--locked", "fail when the lock is missing or stale, instead of writing it")
        .option(...allowUnsignedOption)
        .option("--timings", "show afterwards where the time went"),
  );
  command.action((services: string[], options: Options) =>
    run(command, (session) => {
      let ahead: ReturnType<typeof probeAhead> | undefined;
      return withStack(
        session,
        async (context) => {
          const { up } = await import("../../run/up.ts");
          const report = await up(context, {
            ahead,
            ...(services.length === 0 ? {} : { services }),
            ...(options.forceRecreate === true ? { forceRecreate: true } : {}),
          });
          await session.settle();
          const urls = report.status === "succeeded" ? await publishedUrls(context, services) : [];
          if (session.settings.json) session.printReport("up", report, { urls });
          else for (const { url } of urls) session.print(url);
          if (options.timings === true) await sayTimings(session, report);
          return exitCodeOfReport(report);
        },
        {
          lockMode: lockModeOf(options),
          allowUnsigned: options.allowUnsigned,
          services,
          followsRunning: true,
          ahead: (context) => {
            ahead = probeAhead(context);
          },
        },
      );
    }),
  );
}
