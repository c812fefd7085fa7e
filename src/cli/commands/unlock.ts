import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../open/context.ts";

/** `qclock unlock ID` */
export function registerUnlock({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "unlock <id>",
    summary: "Take away the hold that a dead run left on the stack",
    description:
      "The id stands in the message that says who holds the stack. A hold whose holder died on this machine is\ntaken away by itself; this is for holders elsewhere.",
    examples: [
      ["qclock unlock 4f1a20bc", "after making sure that the run is gone"],
      ["qclock up --lock-timeout 2m", "rather wait for a run that is alive"],
    ],
  });
  command.action((id: string) =>
    run(command, (session) =>
      withStack(session, async (context) => {
        const { unlockStack } = await import("../../run/hold/hold.ts");
        await unlockStack(context, id);
        if (session.settings.json)
          session.printDocument("unlock", { stack: context.stack.name, id });
        else session.say(`The hold ${id} on ${context.stack.name} is gone.`);
        return 0;
      }),
    ),
  );
}
