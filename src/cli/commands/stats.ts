import type { RunContext } from "../../run/context.ts";
import type { Service } from "../../stack/stack.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { findService, withStack } from "../open/context.ts";
import type { Session } from "../open/session.ts";

/** A measurement takes the Engine a second or two; one that is quicker is not asked more often. */
const INTERVAL_MS = 1000;

/** `qclock stats` */
export function registerStats({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "stats [services...]",
      summary: "Show what the services use: processor, memory, network, disk, processes",
      description:
        "At a terminal the table is kept up to date until Ctrl-C. Elsewhere, with --json and with --no-stream one look is\n" +
        "taken. 100 % of CPU is one processor.",
      examples: [
        ["qclock stats", "a table that stays up to date"],
        ["qclock stats --no-stream db", "one look at one service"],
        ["qclock stats --json | jq '.services[].usage.memoryBytes'", "for programs"],
      ],
    },
    (each) => each.option("--no-stream", "take one look"),
  );
  command.action((names: string[], options: { stream: boolean }) =>
    run(command, (session) =>
      withStack(session, async (context) => {
        const services = names.map((name) => findService(context.stack, name));
        const isLive = options.stream && session.host.stdout.isTTY && !session.settings.json;
        await session.settle();
        return isLive
          ? await followUsage(session, context, services)
          : await printUsage(session, context, services);
      }),
    ),
  );
}

async function printUsage(
  session: Session,
  context: RunContext,
  services: readonly Service[],
): Promise<number> {
  const { measureServices } = await import("../../run/services/measure-services.ts");
  const rows = await measureServices(context, services);
  const { settings, style, columns } = session;
  if (settings.json) session.printDocument("stats", { services: rows });
  else {
    const { formatUsage } = await import("../../reporters/lists/usage.ts");
    session.print(formatUsage(rows, { style, columns }));
  }
  return 0;
}

async function followUsage(
  session: Session,
  context: RunContext,
  services: readonly Service[],
): Promise<never> {
  const { measureServices } = await import("../../run/services/measure-services.ts");
  const { formatUsage } = await import("../../reporters/lists/usage.ts");
  const { clock, signal, host, style } = session;
  let height = 0;
  for (;;) {
    const startedMs = clock.now();
    const rows = await measureServices(context, services);
    // The window may have changed since; what it has no room for could not be taken back.
    const { columns, rows: lines } = host.stdout;
    const whole = formatUsage(rows, { style, columns }).split("\n");
    const table = whole.slice(0, Math.max(1, lines - 1));
    if (height > 0) host.stdout.write(`\u001B[${height}A\u001B[J`);
    session.print(table.join("\n"));
    height = table.length;
    await clock.sleep(Math.max(0, INTERVAL_MS - (clock.now() - startedMs)), signal);
  }
}
