import { visible } from "../../visible.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { engineOf } from "../open/context.ts";

/** `qclock ls` */
export function registerLs({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "ls",
      summary: "Show the stacks of this Engine, the states of their services and their manifests",
      description:
        "No manifest is needed: stacks are found by what qclock made in the Engine. Of a stack whose services were removed by\n" +
        "down nothing is shown, be its data there or not. With --quiet the names alone are printed.",
      examples: [
        ["qclock ls", "what runs"],
        ["qclock ls --all", "also stacks of which nothing runs"],
        ["qclock ls --quiet", "the names, one a line"],
      ],
    },
    (each) => each.option("-a, --all", "also show stacks of which nothing runs"),
  );
  command.action((options: { all?: boolean }) =>
    run(command, async (session) => {
      await using connection = engineOf(session);
      const { listStacks } = await import("../../run/services/list-stacks.ts");
      const engine = await connection.engine();
      const { signal, style, columns, settings } = session;
      const stacks = await listStacks({ engine, signal }, { all: options.all === true });
      await session.settle();
      if (settings.json) session.printDocument("stacks", { stacks });
      else if (settings.quiet) for (const { name } of stacks) session.print(visible(name));
      else {
        const { formatStacks } = await import("../../reporters/lists/stacks.ts");
        session.print(formatStacks(stacks, { style, columns }));
      }
      return 0;
    }),
  );
}
