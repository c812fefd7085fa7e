import { QclockError } from "../../error.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { nearest } from "../../nearest.ts";
import { topics } from "../usage/topics.ts";

/** `qclock help [TOPIC]` */
export function registerHelp({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "help [topic]",
    summary: "Show help for a command or a topic",
    description: `Topics: ${[...topics.keys()].join(", ")}.`,
    examples: [
      ["qclock help up", "one command"],
      ["qclock help exit-codes", "a topic"],
    ],
  });
  command.action((topic: string | undefined) =>
    run(command, async (session) => {
      const named = program.commands.find((each) => each.name() === topic);
      const text = topic === undefined ? program.helpInformation() : topics.get(topic);
      if (text !== undefined) session.print(text.trimEnd());
      else if (named !== undefined) named.outputHelp();
      else {
        const near = nearest(topic ?? "", [
          ...topics.keys(),
          ...program.commands.map((each) => each.name()),
        ]);
        throw new QclockError("usage", `There is no command and no topic "${topic}".`, {
          hint:
            near === undefined
              ? `Topics are ${[...topics.keys()].join(", ")}.`
              : `Did you mean "${near}"?`,
        });
      }
      return 0;
    }),
  );
}
