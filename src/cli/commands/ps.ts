import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { exitCodes } from "../process/exit-code.ts";
import { withStack } from "../open/context.ts";

/** `qclock ps` */
export function registerPs({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "ps",
      summary: "Show each service, its state and health, and where it can be reached",
      description:
        "The state and, of an image with a healthcheck, the health are what the Engine knows. --probe asks the services\n" +
        "themselves, and ends with 3 when a probe of one fails or a service does not run.",
      examples: [
        ["qclock ps", "a table"],
        ["qclock ps --probe", "with every probe run once; exit 3 when one fails"],
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
        const { listServices } = await import("../../run/services/list-services.ts");
        const { formatServices } = await import("../../reporters/lists/services.ts");
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
        const isFailing = services.some(({ probes = [] }) => probes.some(({ ok }) => !ok));
        return isFailing ? exitCodes.blocked : exitCodes.done;
      }),
    ),
  );
}
