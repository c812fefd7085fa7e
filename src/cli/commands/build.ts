import { activeImages } from "../../stack/profiles.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../open/context.ts";
import { exitCodeOfReport } from "../process/exit-code.ts";
import { allowUnsignedOption, lockModeOf } from "../open/lock-file.ts";
import { sayTimings } from "../timings.ts";

interface Options {
  readonly locked?: boolean;
  readonly allowUnsigned?: boolean;
  readonly timings?: boolean;
}

/** `qclock build` */
export function registerBuild({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "build [images...]",
      summary: "Build the images that are not up to date, bases first",
      description:
        "Each image is assembled from the signed packages that the lock names, or by the Engine where it has a\n" +
        "Dockerfile. Prints the name of each image of the stack on standard output. With the --platform of other\n" +
        "machines the images stay in the store, and each name comes with its digest.",
      examples: [
        ["qclock build", "everything that changed"],
        ["qclock build app", "one image and what it stands on"],
        ["qclock build --locked", "in CI: fail rather than change the lock"],
        ["qclock build --timings", "and show where the time went"],
        ["qclock build --platform linux/arm64", "for other machines: into the store"],
      ],
    },
    (each) =>
      each
        .option("--locked", "fail when the lock is missing or stale, instead of writing it")
        .option(...allowUnsignedOption)
        .option("--timings", "show afterwards where the time went"),
  );
  command.action((images: string[], options: Options) =>
    run(command, (session) =>
      withStack(
        session,
        async (context) => {
          const { build } = await import("../../run/build.ts");
          const report = await build(context, images.length === 0 ? {} : { images });
          await session.settle();
          const { stored } = report;
          const meant = images.length === 0 ? activeImages(context.stack) : images;
          const built = [...context.stack.images.values()]
            .filter(({ name }) => meant.includes(name))
            .map(({ name, reference }) => ({ name, reference }));
          if (session.settings.json) {
            session.printReport("build", report, { images: stored ?? built });
          } else if (stored !== undefined) {
            // By their digests: the name alone is that of the Engine's own.
            for (const { reference, manifest } of stored) session.print(`${reference}@${manifest}`);
          } else if (report.status === "succeeded")
            for (const { reference } of built) session.print(reference);
          if (options.timings === true) await sayTimings(session, report);
          return exitCodeOfReport(report);
        },
        {
          lockMode: lockModeOf(options),
          allowUnsigned: options.allowUnsigned,
          containers: "found",
          followsRunning: true,
          // Connected by the time that the lock is read.
          ahead: ({ engine }) => void engine().catch(() => undefined),
        },
      ),
    ),
  );
}
