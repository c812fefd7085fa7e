import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withNamedStack } from "../open/named-stack.ts";
import { exitCodeOfReport } from "../process/exit-code.ts";

/** `qclock down` */
export function registerDown({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "down [services...]",
    summary: "Stop and remove containers and networks; data stays",
    description:
      "Volumes and images stay. To remove them, see reset. Works from labels, so also with a manifest that no longer parses.",
    examples: [
      ["qclock down", "the whole stack"],
      ["qclock down app", "one service and those that depend on it"],
    ],
  });
  command.action((services: string[]) =>
    run(command, (session) =>
      withNamedStack(session, async (context) => {
        const { down } = await import("../../run/down.ts");
        const report = await down(context, services.length === 0 ? {} : { services });
        await session.settle();
        if (session.settings.json) session.printReport("down", report, {});
        return exitCodeOfReport(report);
      }),
    ),
  );
}
