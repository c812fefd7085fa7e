import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { bringBack } from "../bring-back.ts";

/** `qclock start` */
export function registerStart({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "start [services...]",
    summary: "Start what was stopped and wait until every probe answers",
    description:
      "Dependencies start first. Nothing is built or made: what changed since is brought up by up. Prints the address of\n" +
      "each published port on standard output.",
    examples: [
      ["qclock start", "the whole stack"],
      ["qclock start app", "one service and what it depends on"],
    ],
  });
  command.action((services: string[]) =>
    run(command, (session) =>
      bringBack(session, services, async (context, options) => {
        const { start } = await import("../../run/start.ts");
        return await start(context, options);
      }),
    ),
  );
}
