import { exitCodes } from "../process/exit-code.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../open/context.ts";
import { allowUnsignedOption } from "../open/lock-file.ts";

interface Options {
  junit?: string;
  report?: string[];
  strict?: boolean;
  only?: string[];
  list?: boolean;
  allowUnsigned?: boolean;
  rebuild?: boolean;
}

/** `qclock verify` */
export function registerVerify({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "verify",
      summary: "Prove what runs: every probe, and the checks of images, containers and networks",
      description:
        "Reads the images back from the Engine and looks into the running containers. Exits with 3 when anything of\n" +
        "critical or high severity fails; with --strict also for medium severity and for what could not be checked.",
      examples: [
        ["qclock verify", "everything, as a table"],
        ["qclock verify --junit report.xml", "in CI, with a report that it can show"],
        ["qclock verify --report junit=r.xml --report json=r.json", "in more formats than one"],
        ["qclock verify --rebuild", "and prove that the same inputs give the same bytes"],
        ["qclock verify --only NET-001 PRB-001 --strict", "some checks, and none may be skipped"],
      ],
    },
    (each) =>
      each
        .option("--junit <file>", "also write the results as JUnit XML")
        .option(
          "--report <kind=file...>",
          "also write the results as text, json or junit; may be given several times",
        )
        .option("--strict", "medium findings and skipped checks block, too")
        .option("--rebuild", "also build every image again from nothing, and compare")
        .option("--only <checks...>", "run only the checks with these ids")
        .option(...allowUnsignedOption)
        .option("--list", "list the checks and run none"),
  );
  command.action((options: Options) =>
    run(command, async (session) => {
      const { checkCatalogue } = await import("../../verify/catalogue.ts");
      const { formatCatalogue, formatVerifyReport } =
        await import("../../reporters/lists/verify.ts");
      if (options.list === true) {
        if (session.settings.json) session.printDocument("checks", { checks: checkCatalogue });
        else session.print(formatCatalogue({ style: session.style, columns: session.columns }));
        return exitCodes.done;
      }
      const { wantedReports, writeReports } = await import("../open/report-file.ts");
      const wanted = wantedReports({ reports: options.report, junit: options.junit });
      return withStack(
        session,
        async (context) => {
          const { verifyStack } = await import("../../verify/verify.ts");
          const { report, error } = await verifyStack(context, {
            strict: options.strict === true,
            rebuild: options.rebuild === true,
            learnSecret: session.redactor.add,
            ...(options.only === undefined ? {} : { only: options.only }),
          });
          await session.settle();
          if (wanted.length > 0) await writeReports(session, wanted, report);
          if (session.settings.json) session.printDocument("verify", report);
          else if (error === undefined)
            session.print(
              formatVerifyReport(report, {
                style: session.style,
                columns: session.columns,
                verbose: session.settings.verbose,
              }),
            );
          // Without an Engine each check says the same: for a person once is enough.
          if (error !== undefined) throw error;
          return report.status === "passed" ? exitCodes.done : exitCodes.blocked;
        },
        { lockMode: "use", allowUnsigned: options.allowUnsigned, followsRunning: true },
      );
    }),
  );
}
