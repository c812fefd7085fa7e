import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { findService, withStack } from "../open/context.ts";
import { whileRead } from "../while-read.ts";
import { parseMoment } from "../settings/moment.ts";

interface Options {
  since?: number;
  until?: number;
}

/** `qclock events` */
export function registerEvents({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "events [services...]",
      summary: "Show what happens to the containers of the services, as it happens",
      description:
        "As the Engine tells it, be it done by qclock, by the Engine or by somebody else. With --json each event is a document\n" +
        "on a line of its own. What a run of qclock itself does is told by --progress json.",
      examples: [
        ["qclock events", "from now on, until Ctrl-C"],
        ["qclock events --since 1h --until 0s app", "of one service in the last hour"],
        ["qclock events --json | jq -r 'select(.action == \"die\") | .service'", "for programs"],
      ],
    },
    (each) =>
      each
        .option(
          "--since <time>",
          "also what the Engine remembers since then: a duration such as 10m, or a time as in RFC 3339",
          parseMoment,
        )
        .option("--until <time>", "end at this time", parseMoment),
  );
  command.action((names: string[], { since, until }: Options) =>
    run(command, (session) =>
      withStack(session, async ({ stack, engine: connect }) => {
        const meant = new Set(names.map((name) => findService(stack, name).name));
        const engine = await connect();
        const { formatEvent } = await import("../../reporters/lists/events.ts");
        await session.settle();
        const span = {
          ...(since === undefined ? {} : { since }),
          ...(until === undefined ? {} : { until }),
        };
        return await whileRead(session, async (signal, taken) => {
          for await (const event of engine.stackEvents(stack.name, span, signal)) {
            if (meant.size > 0 && !meant.has(event.service)) continue;
            const { atMs, ...facts } = event;
            if (session.settings.json)
              session.printDocument("event", { time: new Date(atMs).toISOString(), ...facts });
            else session.print(formatEvent(event, session.style));
            await taken();
          }
        });
      }),
    ),
  );
}
