import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { findService, withStack } from "../open/context.ts";

/** `qclock probe` */
export function registerProbe({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "probe [services...]",
    summary: "Run every probe once and show what it saw",
    examples: [
      ["qclock probe", "all services; exit 1 when any probe fails"],
      ["qclock probe db --json", "one service, for a monitor"],
    ],
  });
  command.action((services: string[]) =>
    run(command, (session) =>
      withStack(session, async (context) => {
        for (const name of services) findService(context.stack, name);
        const { probeServices } = await import("../../run/services/probe-services.ts");
        const { formatProbes } = await import("../../reporters/lists/probes.ts");
        const { presentStack } = await import("../../run/services/present-stack.ts");
        const present = await presentStack(context.stack, await context.engine(), context.signal);
        const results =
          services.length === 0
            ? await probeServices({ ...context, stack: present }, {})
            : await probeServices(context, { services });
        await session.settle();
        if (session.settings.json)
          session.printDocument("probe", { stack: context.stack.name, probes: results });
        else
          session.print(formatProbes(results, { style: session.style, columns: session.columns }));
        return results.every(({ ok }) => ok) ? 0 : 1;
      }),
    ),
  );
}
