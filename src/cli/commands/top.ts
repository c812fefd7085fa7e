import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { findService, withStack } from "../open/context.ts";

/** `qclock top` */
export function registerTop({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "top [services...]",
    summary: "Show the processes of the services that run",
    description:
      "Numbers of processes are those of the Engine's machine, whose ps lists them; the image needs none.",
    examples: [
      ["qclock top", "of all services"],
      ["qclock top app", "of one service"],
      ["qclock top --json | jq -r '.processes[].pid'", "their numbers"],
    ],
  });
  command.action((names: string[]) =>
    run(command, (session) =>
      withStack(session, async (context) => {
        const services = names.map((name) => findService(context.stack, name));
        const { listProcesses } = await import("../../run/services/list-processes.ts");
        const { formatProcesses, processesDocument } =
          await import("../../reporters/lists/processes.ts");
        const found = await listProcesses(context, services);
        const { settings, style, columns } = session;
        await session.settle();
        // Of all services those that do not run are left out; of a named one it is said.
        for (const { service, table } of names.length === 0 ? [] : found)
          if (table === undefined) session.say(`${service} does not run.`);
        if (settings.json) session.printDocument("top", processesDocument(found));
        else session.print(formatProcesses(found, { style, columns }));
        return 0;
      }),
    ),
  );
}
