import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { exitCodeOfReport } from "../process/exit-code.ts";
import { withNamedStack } from "../open/named-stack.ts";
import { askForName } from "../questions/prompt.ts";

interface Options {
  images?: boolean;
  purgeVolumes?: boolean;
  service?: string[];
  yes?: boolean;
}

/** `qclock reset` */
export function registerReset({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "reset",
      summary: "Remove everything of the stack from the Engine; data only when asked",
      description:
        "Works from labels, so also with a manifest that no longer parses. Before data is removed its volumes are\n" +
        "listed and the stack's name is asked for; where there is no terminal to ask, --yes is needed.",
      examples: [
        ["qclock reset", "containers and networks; data and images stay"],
        ["qclock reset --purge-volumes", "the data too, after asking"],
        ["qclock reset --purge-volumes --images --yes", "in CI: leave nothing"],
      ],
    },
    (each) =>
      each
        .option("--images", "remove the images, too")
        .option("--purge-volumes", "remove the data, too")
        .option("--service <name...>", "only these services and their volumes")
        .option("-y, --yes", "do not ask before removing data"),
  );
  command.action((options: Options) =>
    run(command, (session) =>
      withNamedStack(session, async (context) => {
        const { reset } = await import("../../data/reset.ts");
        const report = await reset(context, {
          removeImages: options.images === true,
          purgeVolumes: options.purgeVolumes === true,
          ...(options.service === undefined ? {} : { services: options.service }),
          confirmed: options.yes === true,
          confirm: (question) => askForName(session, question),
        });
        await session.settle();
        if (session.settings.json) session.printReport("reset", report, {});
        return exitCodeOfReport(report);
      }),
    ),
  );
}
