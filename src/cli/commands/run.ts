import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { addExecOptions, type ExecOptions, planExec, warnOfRoot } from "../exec-options.ts";
import { findService, withStack } from "../open/context.ts";
import { allowUnsignedOption, lockModeOf } from "../open/lock-file.ts";
import { exitCodeOfReport } from "../process/exit-code.ts";

interface Options extends ExecOptions {
  readonly deps: boolean;
  readonly entrypoint?: string;
  readonly locked?: boolean;
  readonly allowUnsigned?: boolean;
}

/** `qclock run SERVICE [COMMAND]` */
export function registerRun({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "run <service> [command] [args...]",
      summary:
        "Run a command in a container of its own, made like a service's and removed afterwards",
      description:
        "It has the service's image, hardening, limits, networks, volumes and secrets, and none of its ports and names. What\n" +
        "the service needs is built and brought up first. Its exit code becomes this command's. The command follows the image's\n" +
        "entrypoint; without one the container runs what the service runs. Options stand before the service.",
      examples: [
        ["qclock run app php bin/migrate.php", "once, beside the service"],
        [
          "qclock run --no-deps -e DEBUG=1 app",
          "what the service runs, with a variable, and nothing else",
        ],
        ["qclock run -T db mariadb-dump shop > shop.sql", "without a terminal, into a file"],
        [
          "qclock run --entrypoint bash app",
          "a shell instead of the entrypoint, where the image has one",
        ],
      ],
    },
    (each) =>
      addExecOptions(each)
        .option("--entrypoint <program>", "run this program instead of the entrypoint")
        .option("--no-deps", "do not bring up what the service depends on")
        .option("--rm", "as always: the container is removed afterwards")
        .option("--locked", "fail when the lock is missing or stale, instead of writing it")
        .option(...allowUnsignedOption),
  );
  command.action((name: string, first: string | undefined, args: string[], options: Options) =>
    run(command, (session) => {
      const { stdin, stdout, stderr, environment } = session.host;
      const words = first === undefined ? undefined : [first, ...args];
      const plan = planExec({
        subject: "run",
        service: name,
        words,
        options,
        environment,
        isInputTerminal: stdin.isTTY,
        isOutputTerminal: stdout.isTTY,
      });
      return withStack(
        session,
        async (context) => {
          const service = findService(context.stack, name);
          warnOfRoot(session, plan.user, `a container of "${name}"`);
          const { runOneOff } = await import("../../run/one-off.ts");
          const { tty, attachStdin, user, workingDirectory } = plan;
          const outcome = await runOneOff(context, {
            service,
            ...(options.entrypoint === undefined ? {} : { entrypoint: options.entrypoint }),
            ...(words === undefined ? {} : { command: plan.command }),
            environment: new Map(plan.environment.map(pairOf)),
            ...(user === undefined ? {} : { user }),
            ...(workingDirectory === undefined ? {} : { workingDirectory }),
            withoutDependencies: !options.deps,
            io: { tty, attachStdin, stdin, stdout, stderr },
            onReady: () => session.settle(),
          });
          if (outcome.type === "ended") return outcome.exitCode;
          await session.settle();
          if (session.settings.json) session.printReport("run", outcome.report, {});
          return exitCodeOfReport(outcome.report);
        },
        {
          lockMode: lockModeOf(options),
          allowUnsigned: options.allowUnsigned,
          services: [name],
          followsRunning: true,
        },
      );
    }),
  );
}

function pairOf(text: string): readonly [string, string] {
  const end = text.indexOf("=");
  return [text.slice(0, end), text.slice(end + 1)];
}
