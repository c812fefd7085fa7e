import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../open/context.ts";

/** `qclock ps` */
export function registerPs({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "ps",
      summary: "Show each service, its state and where it can be reached",
      examples: [
        ["qclock ps", "a table"],
        ["qclock ps --probe", "with every probe run once"],
        [
          "qclock ps --json | jq -r '.services[] | select(.state != \"running\") | .service'",
          "what is not running",
        ],
      ],
    },
    (each) => each.option("--probe", "run every probe once and show the results"),
  );
  command.action((options: { probe?: boolean }) =>
    run(command, (session) =>
      withStack(session, async (context) => {
        const { listServices, formatServices } = await import("../service-list.ts");
        const services = await listServices(context, { probe: options.probe === true });
        await session.settle();
        if (session.settings.json)
          session.printDocument("ps", { stack: context.stack.name, services });
        else
          session.print(
            formatServices(services, {
              style: session.style,
              columns: session.columns,
              nowMs: Date.now(),
            }),
          );
        return 0;
      }),
    ),
  );
}
