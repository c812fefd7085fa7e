import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withNamedStack } from "../open/named-stack.ts";
import { exitCodeOfReport } from "../process/exit-code.ts";

/** `qclock stop` */
export function registerStop({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "stop [services...]",
    summary: "Stop containers and leave them where they are",
    description:
      "Dependents stop first, each within its stop_grace_period. Works from labels, so also with a manifest that no longer\n" +
      "parses. start and up go on with what was stopped; to remove it, see down.",
    examples: [
      ["qclock stop", "the whole stack"],
      ["qclock stop app", "one service; what depends on it is told, and left running"],
    ],
  });
  command.action((services: string[]) =>
    run(command, (session) =>
      withNamedStack(session, async (context) => {
        const { stop } = await import("../../run/stop.ts");
        const report = await stop(context, services.length === 0 ? {} : { services });
        await session.settle();
        if (session.settings.json) session.printReport("stop", report, {});
        return exitCodeOfReport(report);
      }),
    ),
  );
}
