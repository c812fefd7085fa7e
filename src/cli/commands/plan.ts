import type { LockNeed } from "../../packages/lock/foresee.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../open/context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { lockModeOf } from "../open/lock-file.ts";
import type { Session } from "../open/session.ts";

/** `qclock plan` */
export function registerPlan({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "plan [services...]",
      summary: "Show what up would do, and why, without doing it",
      description:
        "Looks at the Engine and at the probes of what runs, and sends no other request: nothing is fetched, and the lock\n" +
        "is not written. With --verbose each call to the Engine with its cause.",
      examples: [
        ["qclock plan", "what is created, changed and removed, and why"],
        ["qclock plan --resolve", "and which packages a missing lock would pin"],
        ["qclock plan --detailed-exit-code", "exit 7 when there is something to do, 0 when not"],
        ["qclock plan db --json", "one service and what it needs, for a program"],
      ],
    },
    (each) =>
      each
        .option("--detailed-exit-code", "exit with 7 when there is something to do")
        .option("--force-recreate", "plan to make the containers again even where nothing changed")
        .option(
          "--locked",
          "fail when the lock is missing or stale, instead of saying what it lacks",
        )
        .option(
          "--resolve",
          "ask the mirrors what a missing or stale lock would pin; writes nothing",
        ),
  );
  interface Options {
    detailedExitCode?: boolean;
    forceRecreate?: boolean;
    locked?: boolean;
    resolve?: boolean;
  }
  command.action((services: string[], options: Options) =>
    run(command, (session) =>
      withStack(
        session,
        async (context) => {
          const { planStack } = await import("../../run/plan-stack.ts");
          const { plan, prepared } = await planStack(
            context,
            {
              ...(services.length === 0 ? {} : { services }),
              ...(options.forceRecreate === true ? { forceRecreate: true } : {}),
            },
            { lockUse: options.resolve === true ? "resolve" : "foresee" },
          );
          for (const message of plan.notices)
            session.emit({ type: "notice", level: "warning", message });
          await session.settle();
          await printPlan(session, plan, prepared.need);
          const isPending = plan.nodes.length > 0 || prepared.need !== undefined;
          return isPending && options.detailedExitCode === true
            ? exitCodes.changesPending
            : exitCodes.done;
        },
        {
          lockMode: lockModeOf(options),
          followsRunning: true,
          asksNobody: options.resolve !== true,
          services,
        },
      ),
    ),
  );
}

/**
 * For a program everything; for a person what changes, with the calls to the Engine where they were
 * asked for.
 */
async function printPlan(session: Session, plan: Plan, need: LockNeed | undefined): Promise<void> {
  const { settings, style, columns } = session;
  const { planChanges, countChanges } = await import("../../plan/plan-changes.ts");
  if (settings.json) {
    const changes = planChanges(plan);
    const facts = { changes, counts: countChanges(changes) };
    session.printDocument("plan", { ...plan, ...facts, lock: need ?? { state: "fits" } });
    return;
  }
  if (plan.nodes.length === 0 && need === undefined)
    return session.say("Nothing to do: everything is as declared.");
  const { verbose } = settings;
  if (verbose && plan.nodes.length > 0) {
    const { formatPlan } = await import("../../plan/format-plan.ts");
    session.print(formatPlan(plan));
  }
  const { formatPlanText } = await import("../../reporters/format/plan.ts");
  session.print(formatPlanText({ plan, need }, { style, columns, verbose }));
}
