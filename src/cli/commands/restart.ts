import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { bringBack } from "../bring-back.ts";

/** `qclock restart` */
export function registerRestart({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "restart [services...]",
    summary: "Stop services, start them again and wait until every probe answers",
    description:
      "The containers stay the same ones: to make them again, see up --force-recreate. What depends on a service that is named\n" +
      "is told, and left running, unless its depends_on says restart: true. Prints the address of each published port on\n" +
      "standard output.",
    examples: [
      ["qclock restart app", "one service"],
      ["qclock restart", "the whole stack, in the order of its dependencies"],
    ],
  });
  command.action((services: string[]) =>
    run(command, (session) =>
      bringBack(session, services, async (context, options) => {
        const { restart } = await import("../../run/start.ts");
        return await restart(context, options);
      }),
    ),
  );
}
