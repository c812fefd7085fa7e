import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { lockModeOf } from "../lock-file.ts";

/** `qclock plan` */
export function registerPlan({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "plan [services...]",
      summary: "Show what up would do, and why, without doing it",
      examples: [
        ["qclock plan", "each operation with its cause"],
        ["qclock plan --detailed-exit-code", "exit 7 when there is something to do, 0 when not"],
        ["qclock plan db --json", "one service and what it needs, for a program"],
      ],
    },
    (each) =>
      each
        .option("--detailed-exit-code", "exit with 7 when there is something to do")
        .option("--force-recreate", "plan to make the containers again even where nothing changed")
        .option("--locked", "fail when the lock is missing or stale, instead of writing it"),
  );
  interface Options {
    detailedExitCode?: boolean;
    forceRecreate?: boolean;
    locked?: boolean;
  }
  command.action((services: string[], options: Options) =>
    run(command, (session) =>
      withStack(
        session,
        async (context) => {
          const { planStack } = await import("../../run/plan-stack.ts");
          const { formatPlan } = await import("../../plan/format-plan.ts");
          const { plan } = await planStack(context, {
            ...(services.length === 0 ? {} : { services }),
            ...(options.forceRecreate === true ? { forceRecreate: true } : {}),
          });
          await session.settle();
          if (session.settings.json) session.printDocument("plan", plan);
          else if (plan.nodes.length > 0) session.print(formatPlan(plan).trimEnd());
          else session.say("Nothing to do: everything is as declared.");
          return plan.nodes.length > 0 && options.detailedExitCode === true
            ? exitCodes.changesPending
            : exitCodes.done;
        },
        { lockMode: lockModeOf(options) },
      ),
    ),
  );
}
