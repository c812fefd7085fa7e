import { QclockError } from "../../error.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { nearest } from "../../nearest.ts";

/** `qclock explain CODE` */
export function registerExplain({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "explain <code>",
    summary: "Tell what an error code means and what to do about it",
    examples: [
      ["qclock explain dependency-cycle", "the code in brackets at the end of a message"],
      ["qclock explain stack-locked", "why another run was in the way"],
    ],
  });
  command.action((code: string) =>
    run(command, async (session) => {
      const { explanations } = await import("../../explanations.ts");
      const known = new Map<
        string,
        {
          readonly title: string;
          readonly explanation: string;
          readonly fix: string;
          readonly example?: string | undefined;
        }
      >(explanations);
      const found = known.get(code);
      if (found === undefined) {
        const near = nearest(code, [...known.keys()]);
        throw new QclockError("usage", `There is no code "${code}".`, {
          hint:
            near === undefined
              ? "The code stands in brackets at the end of a message."
              : `Did you mean "${near}"?`,
        });
      }
      if (session.settings.json) session.printDocument("explanation", { code, ...found });
      else {
        session.print(
          `${session.style.strong(code)}: ${found.title}\n\n${found.explanation}\n\n${found.fix}`,
        );
        if (found.example !== undefined) session.print(`\n${found.example}`);
      }
      return 0;
    }),
  );
}
