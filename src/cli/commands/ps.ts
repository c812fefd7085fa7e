import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { ServiceRow } from "../../run/services/list-services.ts";
import { withStack } from "../open/context.ts";
import { withNamedStack } from "../open/named-stack.ts";
import type { Session } from "../open/session.ts";

/** `qclock ps` */
export function registerPs({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "ps",
      summary: "Show each service, its state and health, and where it can be reached",
      description:
        "The state and, of an image with a healthcheck, the health are what the Engine knows; with a manifest that no longer\n" +
        "parses they are shown by the labels. --probe asks the services themselves, and ends with 3 when a probe of one fails\n" +
        "or a service does not run.",
      examples: [
        ["qclock ps", "a table"],
        ["qclock ps --probe", "with every probe run once; exit 3 when one fails"],
        [
          "qclock ps --json | jq -r '.services[] | select(.state != \"running\") | .service'",
          "what is not running",
        ],
      ],
    },
    (each) => each.option("--probe", "run every probe once and show the results"),
  );
  command.action((options: { probe?: boolean }) =>
    run(command, (session) =>
      options.probe === true
        ? // Probes are in the manifest, and what they say may hold its secrets.
          withStack(session, async (context) => {
            const { listServices } = await import("../../run/services/list-services.ts");
            const services = await listServices(context, { probe: true });
            return await print(session, { name: context.stack.name, services });
          })
        : withNamedStack(session, async ({ stack, ...context }) => {
            const { listLabelled, listServices } =
              await import("../../run/services/list-services.ts");
            const services =
              stack === undefined
                ? await listLabelled(context)
                : await listServices({ ...context, stack }, { probe: false });
            return await print(session, { name: context.stackName, services });
          }),
    ),
  );
}

async function print(
  session: Session,
  { name, services }: { readonly name: string; readonly services: readonly ServiceRow[] },
): Promise<number> {
  await session.settle();
  if (session.settings.json) session.printDocument("ps", { stack: name, services });
  else {
    const { formatServices } = await import("../../reporters/lists/services.ts");
    const { style, columns } = session;
    session.print(formatServices(services, { style, columns, nowMs: Date.now() }));
  }
  const isFailing = services.some(({ probes = [] }) => probes.some(({ ok }) => !ok));
  return isFailing ? exitCodes.blocked : exitCodes.done;
}
