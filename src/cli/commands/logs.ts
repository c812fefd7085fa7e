import { InvalidArgumentError } from "commander";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../open/context.ts";
import { parseMoment } from "../settings/moment.ts";

interface Options {
  follow?: boolean;
  tail?: number | "all";
  since?: number;
  timestamps?: boolean;
}

/** `qclock logs` */
export function registerLogs({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "logs [services...]",
      summary: "Show what services wrote to their output",
      examples: [
        ["qclock logs", "the last 1000 lines of each service"],
        ["qclock logs --tail all db > db.log", "everything that one service wrote"],
        ["qclock logs -f --tail 20 app", "one service's last lines, then as they come"],
        ["qclock logs --since 10m --timestamps", "the last ten minutes"],
      ],
    },
    (each) =>
      each
        .option("-f, --follow", "keep on showing lines as they come")
        .option(
          "-n, --tail <lines>",
          "so many of the last lines of each service, or `all`; 1000 unless --since is given",
          parseTail,
        )
        .option(
          "--since <time>",
          "only what is newer: a duration such as 10m, or a time as in RFC 3339",
          parseMoment,
        )
        .option("-t, --timestamps", "show when each line was written"),
  );
  command.action((services: string[], options: Options) =>
    run(command, (session) =>
      withStack(session, async (context) => {
        const { showLogs } = await import("../show-logs.ts");
        return showLogs(session, context, {
          services,
          follow: options.follow === true,
          timestamps: options.timestamps === true,
          ...(options.tail === undefined ? {} : { tail: options.tail }),
          ...(options.since === undefined ? {} : { since: options.since }),
        });
      }),
    ),
  );
}

function parseTail(text: string): number | "all" {
  if (text === "all") return text;
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a number of lines, or all.");
  return Number(text);
}
